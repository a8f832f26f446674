import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { docsFiles } from '../../scripts/docs.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { errorPages } from '../../src/errors/pages.ts';

test('the pages made from source are fresh (npm run generate)', () => {
  for (const { path, content } of docsFiles()) assert.equal(existsSync(path) ? readFileSync(path, 'utf8') : undefined, content, path);
  const made = new Set(docsFiles().map(({ path }) => path));
  assert.deepEqual(globSync('docs/errors/*.md').filter((path) => !made.has(path)), []);
});

test('every rule has a page', () => {
  assert.deepEqual(rules.map(({ id }) => id).filter((id) => errorPages[id] === undefined), []);
});

test('every id that is thrown or reported in the source has a page', () => {
  const used = new Set<string>();
  for (const file of globSync('src/**/*.ts')) {
    if (file.startsWith('src/sandbox/') || file.startsWith('src/errors/')) continue;
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(/new AccessError\(\s*'([a-z0-9-]+)'/g)) used.add(match[1]!);
    for (const match of text.matchAll(/\bid: '([a-z0-9-]+)',\s*\n?\s*severity/g)) used.add(match[1]!);
  }
  assert.deepEqual([...used].filter((id) => errorPages[id] === undefined).sort(), []);
});

test('every link between the pages leads somewhere', () => {
  for (const file of ['README.md', 'README.ja.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md')]) {
    if (!existsSync(file)) continue;
    for (const match of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      const target = new URL(match[1]!, `file:///${file}`).pathname.slice(1);
      assert.ok(existsSync(target), `${file} links to ${match[1]}`);
    }
  }
});
