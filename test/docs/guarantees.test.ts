import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

/** `test/x.test.ts`: *title* · *another title of the same file* */
function promisedTests(page: string): readonly { readonly file: string; readonly title: string }[] {
  return [...page.matchAll(/`(test\/[^`]+\.test\.ts)`: ((?:\*[^*\n]+\*(?: · )?)+)/g)].flatMap(([, file = '', titles = '']) => [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => ({ file, title })));
}

/** Titles of a test file, those of the scenarios that it plays among them (`playInSandbox(ownership)`). */
function titlesOf(file: string): ReadonlySet<string> {
  const source = readFileSync(file, 'utf8');
  if (!source.includes('playInSandbox(')) return titlesIn(source);
  const played = [...source.matchAll(/from '(\.\/[^']+\.ts)'/g)].map(([, module = '']) => join(dirname(file), module));
  return new Set([source, ...played.map((each) => readFileSync(each, 'utf8'))].flatMap((text) => [...titlesIn(text)]));
}

/** Titles as they stand in the source; what is filled in when it runs becomes `…`. */
function titlesIn(source: string): ReadonlySet<string> {
  const written = source.matchAll(/(?:\b(?:test|it)\(|\bname:)\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g);
  return new Set([...written].map(([, single, double, template]) => (single ?? double ?? template ?? '').replaceAll(/\\(.)/g, '$1').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')));
}

const page = readFileSync('docs/guarantees.md', 'utf8');

test('every test that a guarantee names exists under that title', () => {
  const promised = promisedTests(page);
  assert.ok(promised.length > 60, String(promised.length));
  const missing = promised.filter(({ file, title }) => !existsSync(file) || !titlesOf(file).has(title));
  assert.deepEqual(missing.map(({ file, title }) => `${file}: ${title}`), []);
});

test('each of the ten parts is shown by a scenario that is named after it', () => {
  const [, section = ''] = /\n## Ten parts[^\n]*\n([\s\S]*?)\n## /.exec(page) ?? [];
  const lines = section.split('\n').filter((line) => line.startsWith('- '));
  const parts = lines.map((line) => /^- ([^.`]+)\./.exec(line)?.[1] ?? '');
  assert.deepEqual(parts, ['Evaluator', 'Catalog kept true', 'Crash-safe', 'Ownership', 'Workloads as they are', 'No fight with GitOps', 'Where it lies and who can read it', 'Permissions', 'Verify in depth', 'Public API']);
  for (const [index, line] of lines.entries()) {
    const shown = promisedTests(line);
    const name = (parts[index] ?? '').toLowerCase().replace(' and who can read it', '');
    assert.ok(shown.length > 0 && shown.every(({ title }) => title.toLowerCase().startsWith(`${name}: `)), line);
  }
});

test('every guarantee names a test, and no file is named without a title', () => {
  for (const line of page.split('\n').filter((each) => each.startsWith('- '))) assert.ok(promisedTests(line).length > 0, line);
  assert.equal([...page.matchAll(/`test\/[^`]+\.test\.ts`/g)].length, [...page.matchAll(/`test\/[^`]+\.test\.ts`: \*/g)].length);
});
