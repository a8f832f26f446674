/**
 * Writes `api.txt`: everything that the package's `exports` give, types included, and every type that these lead to.
 *
 *     npx node scripts/api.ts
 *
 * A change of the public API shows there, and a test holds the file to the source. Made of the declarations that `tsc`
 * emits, as the package ships them.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declarationsOf, identifiersIn, type Declarations } from './api/declarations.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = { 'bedrock-access': 'index', 'bedrock-access/policy': 'policy', 'bedrock-access/checks': 'checks', 'bedrock-access/sandbox': 'sandbox' } as const;

/** The text of `api.txt`. */
export function apiText(): string {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache', 'api-'));
  try {
    emit(folder);
    return describe(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emit(folder: string): void {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { noEmit: false, emitDeclarationOnly: true, declaration: true, removeComments: true, rootDir: join(root, 'src'), outDir: folder, stripInternal: true },
      include: [],
      files: Object.values(entries).map((entry) => join(root, `src/${entry}.ts`)),
    }),
  );
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], { stdio: 'inherit' });
}

/** One declaration, by the file and the name that it has there. */
interface Found {
  readonly file: string;
  readonly name: string;
}

function describe(folder: string): string {
  const read = new Map<string, Declarations>();
  const of = (file: string): Declarations => {
    const known = read.get(file) ?? declarationsOf(readFileSync(file, 'utf8'));
    read.set(file, known);
    return known;
  };
  const target = (file: string, from: string): string | undefined => (from.startsWith('.') ? normalize(join(dirname(file), from.replace(/\.ts$/, '.d.ts'))) : undefined);

  /** Follows imports and re-exports to where a name is declared; undefined for a library's. */
  function resolve(file: string, name: string, exported: boolean): Found | undefined {
    const { texts, imports, exports, stars } = of(file);
    const through = exported ? exports.get(name) : imports.get(name);
    if (through?.from !== undefined) {
      const next = target(file, through.from);
      return next === undefined ? undefined : resolve(next, through.name, true);
    }
    const local = through?.name ?? name;
    if (texts.has(local)) return { file, name: local };
    if (exported && imports.has(local)) return resolve(file, local, false);
    for (const star of exported ? stars : []) {
      const next = target(file, star);
      const found = next === undefined ? undefined : resolve(next, name, true);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  function exportedNames(file: string): readonly string[] {
    const { exports, stars } = of(file);
    return [...new Set([...exports.keys(), ...stars.flatMap((star) => exportedNames(target(file, star) ?? ''))])].sort();
  }

  const shown = new Set<string>();
  const idOf = ({ file, name }: Found): string => `${file} ${name}`;
  const textOf = ({ file, name }: Found): string => of(file).texts.get(name) ?? '';
  const sections: string[] = [];
  const given: Found[] = [];
  for (const [module, entry] of Object.entries(entries)) {
    const file = join(folder, `${entry}.d.ts`);
    const lines = exportedNames(file).map((name) => {
      const found = resolve(file, name, true);
      if (found === undefined) throw new Error(`${module} exports ${name} of a library`);
      const again = shown.has(idOf(found));
      shown.add(idOf(found));
      given.push(found);
      return again ? `${name}: as above` : textOf(found);
    });
    sections.push(`## ${module}\n\n${lines.join('\n\n')}`);
  }
  // What they lead to shows in the API, though nobody can import it by name.
  const beneath: Found[] = [];
  for (let queue = given; queue.length > 0; ) {
    const next: Found[] = [];
    for (const found of queue) {
      for (const name of identifiersIn(textOf(found))) {
        const named = resolve(found.file, name, false);
        if (named === undefined || shown.has(idOf(named))) continue;
        shown.add(idOf(named));
        next.push(named);
      }
    }
    beneath.push(...next);
    queue = next;
  }
  const others = beneath.map((found) => `// ${relative(folder, found.file).replace(/\.d\.ts$/, '')}\n${textOf(found)}`).sort();
  sections.push(`## Types that these lead to, without a name of their own to import\n\n${others.join('\n\n')}`);
  return `# The public API of bedrock-access\n\nMade by scripts/api.ts from the declarations that the package ships.\n\n${sections.join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, 'api.txt'), apiText());
