/**
 * Looks at the package as a user gets it: publint and attw on what `npm pack` makes, then the tarball installed into
 * an empty folder, nothing else brought along, and the demo run from there.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-package-'));
const run = (command: string, args: readonly string[], cwd = process.cwd()): void => {
  console.log(`> ${command} ${args.join(' ')}`);
  execFileSync(command, args, { cwd, stdio: 'inherit' });
};
try {
  run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = join(folder, readdirSync(folder).find((file) => file.endsWith('.tgz'))!);
  run('npx', ['publint', 'run', tarball, '--strict']);
  // ESM only, so `require` of it is not checked; the two entry points that are no modules have no types.
  run('npx', ['attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'schema.json', 'crd.yaml']);

  const user = mkdtempSync(join(folder, 'user-'));
  writeFileSync(join(user, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', ['install', '--silent', '--offline', '--no-audit', '--no-fund', tarball], user);
  const installed = readdirSync(join(user, 'node_modules')).filter((entry) => !entry.startsWith('.'));
  if (installed.join() !== 'bedrock-access') throw new Error(`the package brings others along: ${installed.join(', ')}`);
  writeFileSync(
    join(user, 'import.js'),
    `import { parseAccess } from 'bedrock-access'; import { evaluate } from 'bedrock-access/policy'; import 'bedrock-access/checks'; import { startSandbox } from 'bedrock-access/sandbox';
     import schema from 'bedrock-access/schema.json' with { type: 'json' };
     if ([parseAccess, evaluate, startSandbox].some((entry) => typeof entry !== 'function') || typeof schema !== 'object') throw new Error('an entry point is empty');\n`,
  );
  run(process.execPath, ['import.js'], user);
  // Its types must stand by themselves too: nothing but Node's own may be needed.
  writeFileSync(
    join(user, 'use.ts'),
    `import { defineAccess, footprint, loadCatalog, type Plan } from 'bedrock-access'; import { evaluate, type Verdict } from 'bedrock-access/policy';
     import { rules } from 'bedrock-access/checks'; import { startSandbox, type Sandbox } from 'bedrock-access/sandbox';
     const verdict: Verdict = evaluate({ principal: 'p', action: 'a', resource: '*', context: {} }, { identity: [] });
     export const sandbox: Promise<Sandbox> = startSandbox(); export type { Plan }; console.log(defineAccess, footprint, loadCatalog, verdict, rules.length);\n`,
  );
  run(join(process.cwd(), 'node_modules/.bin/tsc'), ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--typeRoots', join(process.cwd(), 'node_modules/@types'), '--types', 'node', 'use.ts'], user);
  run('npx', ['bedrock-access', '--version'], user);
  run('npx', ['bedrock-access', 'demo'], user);
  console.log('package: ok');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
