/**
 * Holds the code to the structure in docs/structure.md: imports point one way between rooms, secrets are revealed in
 * listed files only, nothing loads a heavy library on the way to `--help`.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A room may import itself and the rooms listed here. `errors`, `secret.ts`, `clock.ts`, `finding.ts` are open to all and import nothing of ours. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  access: ['bedrock'],
  bedrock: [],
  policy: ['access', 'bedrock'],
  aws: ['policy'],
  kubernetes: [],
  resources: ['policy', 'bedrock', 'access', 'aws', 'kubernetes'],
  engine: ['resources', 'policy', 'bedrock', 'access', 'aws', 'kubernetes', 'checks'],
  checks: ['access', 'bedrock', 'policy', 'resources'],
  repositories: ['resources', 'policy', 'bedrock', 'access', 'checks'], // checks only for the types of facts
  credentials: ['engine', 'resources', 'policy', 'bedrock', 'access', 'aws', 'kubernetes', 'checks'],
  usage: ['engine', 'resources', 'policy', 'bedrock', 'access', 'aws', 'kubernetes', 'checks'],
  controller: ['credentials', 'usage', 'engine', 'resources', 'policy', 'bedrock', 'access', 'aws', 'kubernetes', 'checks'],
  sandbox: ['policy', 'bedrock'],
  cli: ['credentials', 'usage', 'engine', 'resources', 'policy', 'bedrock', 'access', 'aws', 'kubernetes', 'checks', 'repositories'],
};

/** Files beyond their room's arrows, each with its reason. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'src/cli/sandbox.ts': ['sandbox'], // the design: only tests, cli/sandbox and cli/demo import the sandbox
  'src/cli/demo.ts': ['sandbox'],
};

/** One file per purpose of `Secret.reveal`. */
const revealers: Readonly<Record<string, string>> = JSON.parse(readFileSync('scripts/revealers.json', 'utf8'));

const problems: string[] = [];
for (const file of globSync('src/**/*.ts').sort()) {
  const text = readFileSync(file, 'utf8');
  const parts = file.split('/');
  const room = parts.length > 2 ? parts[1]! : undefined;
  for (const match of text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'(\.[^']+)'/g)) {
    const target = normalize(join(dirname(file), match[1]!));
    const targetParts = target.split('/');
    const targetRoom = targetParts.length > 2 ? targetParts[1]! : undefined;
    if (room === undefined || targetRoom === undefined || room === targetRoom || targetRoom === 'errors') continue;
    if (exceptions[file]?.includes(targetRoom)) continue;
    if (/^src\/cli\/(sandbox|demo)\//.test(file) && targetRoom === 'sandbox') continue;
    if (!(rooms[room] ?? []).includes(targetRoom)) problems.push(`${file}: ${room} may not import ${targetRoom} (${match[1]})`);
  }
  if (room === 'errors' && /from '\.\.\/(?!finding)/.test(text)) problems.push(`${file}: errors imports nothing of ours`);
  for (const match of text.matchAll(/\.reveal\('(\w+)'\)/g)) {
    if (revealers[match[1]!] !== file) problems.push(`${file}: reveals a secret to ${match[1]}; only ${revealers[match[1]!] ?? 'no file'} may`);
  }
  if (/\.reveal\((?!')/.test(text) && file !== 'src/secret.ts') problems.push(`${file}: reveal needs its purpose as a literal`);
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'structure: ok' : `structure: ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
