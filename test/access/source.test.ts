import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';
import { changed, line, only, openhands } from './declarations.ts';

test('a byte order mark and CRLF line ends change neither the access nor the places', () => {
  const windows = `\uFEFF${openhands.replaceAll('\n', '\r\n')}`;
  assert.deepEqual(only(windows).access, only(openhands).access);
  assert.deepEqual(only(windows).place('spec.account'), only(openhands).place('spec.account'));
  const bytes = parseAccess(new TextEncoder().encode(windows));
  assert.deepEqual(bytes.accesses[0]?.access, only(openhands).access);
});

test('bytes that are not UTF-8 are refused at the line of the first bad one', () => {
  const bytes = new TextEncoder().encode(openhands);
  bytes[openhands.indexOf('us-west-2')] = 0xe9;
  const { accesses, findings } = parseAccess(bytes, { file: 'latin1.yaml' });
  assert.deepEqual([accesses.length, findings.map(line)], [0, ['declaration-not-utf8 8:11']]);
});

test('UTF-16 is named as such', () => {
  const { findings } = parseAccess(new Uint8Array([0xff, 0xfe, 0x61, 0x00]));
  assert.match(findings[0]!.message, /UTF-16/);
});

const broken: readonly [what: string, text: string, expected: string][] = [
  ['an empty file', '', 'no-access-found 1:1'],
  ['a file of comments', '# nothing\n\n', 'no-access-found 1:1'],
  ['other manifests only', 'apiVersion: v1\nkind: Secret\n', 'no-access-found 1:1'],
  ['a list', '- a\n', 'document-not-object 1:1'],
  ['a word', 'bedrock\n', 'document-not-object 1:1'],
  ['a tab for indentation', changed('  account', '\taccount'), 'yaml-syntax 7:1'],
  ['an open bracket', changed('region: us-west-2', 'region: [us-west-2'), 'yaml-syntax 9:3'],
  ['an open quote', changed('region: us-west-2', 'region: "us-west-2'), 'yaml-syntax 8:21'],
  ['a colon too many', changed('region: us-west-2', 'region: us: west-2'), 'yaml-syntax 8:11'],
  ['wrong indentation', changed('  region: us-west-2', ' region: us-west-2'), 'yaml-syntax 8:1'],
  ['an alias without anchor', changed('us-west-2', '*nowhere'), 'yaml-syntax 8:11'],
  ['an unknown tag', changed('us-west-2', '!secret us-west-2'), 'yaml-syntax 8:11'],
  ['a field that stands twice', changed('  region: us-west-2', '  region: us-west-2\n  region: us-east-1'), 'field-duplicate 9:3 spec.region'],
  ['an alias that holds itself', changed('region: us-west-2', 'region: &loop [*loop]'), 'declaration-too-large 8:18'],
];
for (const [what, text, expected] of broken) {
  test(`${what} is refused with its line and column`, () => {
    const { accesses, findings } = parseAccess(text);
    assert.equal(accesses.length, 0);
    assert.ok(findings.map(line).includes(expected), `${findings.map(line).join('; ')} has no ${expected}`);
  });
}

test('a broken document does not hide the others of the file', () => {
  const { accesses, findings } = parseAccess(`${openhands}---\nkind: [\n`);
  assert.equal(accesses.length, 1);
  assert.ok(findings.some(({ id }) => id === 'yaml-syntax'));
});

/** Sources that are small and would cost much: each must be refused within the time that a person waits. */
const costly: readonly [what: string, text: string][] = [
  ['aliases that multiply ninefold at each of 12 levels', ['a: &a [x]', ...Array.from({ length: 12 }, (_, level) => `${letter(level + 1)}: &${letter(level + 1)} [${Array(9).fill(`*${letter(level)}`).join(',')}]`)].join('\n')],
  ['80,000 aliases of one anchor', `a: &a x\nb: [${'*a,'.repeat(80_000)}]`],
  ['100,000 brackets', '['.repeat(100_000)],
  ['60,000 nested mappings', '{a: '.repeat(60_000)],
  ['100,000 dashes', '- '.repeat(100_000)],
  ['20,000 models', changed('    - id: us.anthropic.claude-sonnet-4-6\n      role: default', `    [${'x,'.repeat(20_000)}]`)],
  ['more than 256 KiB', `${openhands}#${'x'.repeat(300_000)}\n`],
];
for (const [what, text] of costly) {
  test(`${what} are refused, and soon`, () => {
    const start = performance.now();
    const { accesses, findings } = parseAccess(text);
    assert.equal(accesses.length, 0);
    assert.ok(findings.some(({ id }) => id === 'declaration-too-large'), findings[0]?.id);
    assert.ok(performance.now() - start < 5_000);
    assert.ok(findings.length <= 101);
  });
}

function letter(index: number): string {
  return String.fromCharCode(97 + index);
}
