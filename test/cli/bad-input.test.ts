import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaration } from './declaration.ts';
import { assertGolden } from './golden.ts';
import { runCli } from './run-cli.ts';

const replace = (from: string, to: string) => (text: string) => {
  assert.ok(text.includes(from));
  return text.replace(from, to);
};

/** Each item of bad input that needs neither AWS nor a cluster, and the first id that it gets. */
const cases: readonly { readonly name: string; readonly id: string; readonly text: string; readonly options?: readonly string[] }[] = [
  { name: 'an unknown field gets the nearest name', id: 'field-unknown', text: declaration((text) => `${text}  restrat: never\n`) },
  { name: 'a wrong type says what is needed', id: 'field-type', text: declaration(replace('[{ kind: Deployment, name: openhands, client: openhands }]', '7')) },
  { name: 'broken YAML gets line, column and caret', id: 'yaml-syntax', text: declaration(replace('{ name: openhands, namespace: openhands }', '{ name: openhands, namespace: openhands')) },
  { name: 'an unknown model gets the nearest ids', id: 'unknown-model', text: declaration(replace('us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-sonet-4-6')) },
  { name: 'a bare id gets the profile to use', id: 'profile-required', text: declaration(replace('us.anthropic.claude-sonnet-4-6', 'anthropic.claude-sonnet-4-6')) },
  { name: 'a prefix that does not fit the region gets one that does', id: 'profile-region-mismatch', text: declaration(replace('us.anthropic.claude-sonnet-4-6', 'eu.anthropic.claude-sonnet-4-6')) },
  { name: 'a region that does not exist gets the nearest', id: 'unknown-region', text: declaration(replace('region: ap-northeast-1', 'region: asia-northeast-1')) },
  { name: 'an ended model gets its date and successors', id: 'model-ended', text: declaration(replace('us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-3-7-sonnet-20250219-v1:0')) },
  { name: 'a parameter name that starts with ssm is refused before AWS does', id: 'parameter-name-reserved', text: declaration((text) => `${text}  names: { accessKeyIdParameter: ssm-openhands-key-id }\n`) },
  { name: 'two accesses with the same names are told apart', id: 'name-taken-twice', text: `${declaration()}---\n${declaration(replace('name: openhands, namespace: openhands', 'name: openhands, namespace: other'))}` },
  { name: 'a sidecar without an image is refused with what needs none', id: 'session-image-missing', text: declaration((text) => `${text.slice(0, text.indexOf('    accessKey:'))}    session: { renewer: 'arn:aws:iam::123456789012:role/renewer' }\n`.replace('client: openhands', 'client: boto3')) },
  { name: 'several problems are all reported', id: 'field-type', text: declaration((text) => `${text.replace('"123456789012"', '7')}  restrat: never\n`) },
  { name: 'an empty input is refused', id: 'no-access-found', text: '' },
];

for (const { name, id, text, options = [] } of cases) {
  test(`bad input: ${name}`, async () => {
    const { code, stdout, stderr } = await runCli(['policy', '-f', '-', ...options], { stdin: text });
    assert.equal(stdout, '', 'no data beside an error');
    assertGolden(`bad-input/${name.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}.txt`, stderr.trimEnd());
    assert.match(stderr, new RegExp(`^error\\[${id}\\]: `, 'm'));
    assert.equal(code, 1);
  });
}

test('bad input: a file that does not exist is named', async () => {
  const { code, stderr } = await runCli(['policy', '-f', 'no-such.yaml']);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'error[file-unreadable]: cannot read no-such.yaml\ncause: It does not exist.\nfix: Give the name of a file that exists, or - for stdin.\ndocs: https://github.com/bedrock-access/bedrock-access/blob/main/docs/errors/file-unreadable.md\n',
  );
});

test('bad input: without -f and without a default file the way to begin is shown', async () => {
  const { code, stderr } = await runCli(['plan'], { directory: import.meta.dirname });
  assert.equal(code, 1);
  assert.match(stderr, /^error\[no-document\]: no declaration was given\ncause: There is no -f FILE, and no bedrock-access.yaml in this folder\.\nfix: .*bedrock-access init\n/);
});
