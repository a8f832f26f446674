/** The page of figures: `bench/README.md`, one section for each command that measures. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** One line of a report. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** Empty where nothing was promised. */
  readonly goal: string;
  readonly met: boolean;
}

const page = 'bench/README.md';
const head = `# Figures

Each section is written by the command that it names. Times are medians of several runs on a machine that does other things too; counts are exact.
`;

/** Puts a section in the place of the one of that heading, prints it, and lets the process fail when a goal is missed. */
export function report(heading: string, command: string, figures: readonly Figure[], more = ''): void {
  const rows = figures.map(({ what, measured, goal, met }) => `| ${what} | ${measured} | ${goal} | ${goal === '' ? '' : met ? 'yes' : '**no**'} |`);
  const section = `## ${heading}

\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${machine()}

| what | measured | goal | met |
|---|---|---|---|
${rows.join('\n')}
${more === '' ? '' : `\n${more.trim()}\n`}`;
  const [, ...others] = (existsSync(page) ? readFileSync(page, 'utf8') : head).split(/^(?=## )/m);
  const place = others.findIndex((other) => other.startsWith(`## ${heading}\n`));
  const sections = place < 0 ? [...others, section] : others.with(place, section);
  writeFileSync(page, `${head}\n${sections.map((one) => one.trim()).join('\n\n')}\n`);
  console.log(section);
  if (!figures.every(({ met }) => met)) process.exitCode = 1;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}, Node ${process.versions.node}, load ${(loadavg()[0] ?? 0).toFixed(1)} at the end`;
}
