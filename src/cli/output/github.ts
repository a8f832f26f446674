import type { Finding } from '../../finding.ts';

const commands = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** Workflow commands of GitHub Actions ("Workflow commands for GitHub Actions", setting an error message): one line a finding. */
export function githubAnnotation(finding: Finding): string {
  const { file, line, column } = finding.place ?? {};
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${property(finding.id)}`,
  ].join(',');
  return `::${commands[finding.severity]} ${properties}::${message(`${finding.message}\n${finding.cause}\n${finding.remedy}`)}`;
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
