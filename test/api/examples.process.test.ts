import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

/** Below the checkout, so that an example finds the packages that it imports. */
mkdirSync('.cache', { recursive: true });
const folder = mkdtempSync(join(process.cwd(), '.cache', 'api-examples-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const page = readFileSync('docs/api.md', 'utf8');
const examples = [...page.matchAll(/^## (.+)$|^```ts\n([^]*?)^```$/gm)].reduce<{ readonly title: string; readonly code: string }[]>(
  (found, [, heading, code]) => [...found.filter(({ code: text }) => text !== ''), { title: heading ?? found.at(-1)?.title ?? '', code: code ?? '' }],
  [],
).filter(({ code }) => code !== '');

/** The source in place of the package that is built of it. */
function ofSource(code: string): string {
  return code.replaceAll(/from 'bedrock-access(?:\/(\w+))?'/g, (_, module: string | undefined) => `from '../../src/${module ?? 'index'}.ts'`);
}

const files = examples.map(({ title, code }, index) => {
  const file = join(folder, `${index}.ts`);
  writeFileSync(file, ofSource(code));
  return { title, file, code };
});

test('public API: every module of the API has an example that asserts something', () => {
  for (const module of ['bedrock-access', 'bedrock-access/policy', 'bedrock-access/checks', 'bedrock-access/sandbox']) assert.ok(files.some(({ code }) => code.includes(`from '${module}'`)), module);
  for (const { title, code } of files) assert.match(code, /assert\./, title);
});

test('public API: the examples of docs/api.md hold to the types', () => {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }));
  try {
    execFileSync('node_modules/.bin/tsc', ['-p', config], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error));
  }
});

for (const { title, file } of files) test(`public API: the example of docs/api.md runs: ${title}`, () => import(pathToFileURL(file).href));
