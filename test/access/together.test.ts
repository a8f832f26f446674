import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess, parseAccessFiles } from '../../src/access/parse.ts';
import { line } from './declarations.ts';

const first = { name: 'one', namespace: 'one', account: '123456789012', region: 'ap-northeast-1', workload: 'Deployment/app:boto3', layout: 'single', names: '{}', service: 'ParameterStore' };

function declaration(changes: Partial<typeof first>): string {
  const { name, namespace, account, region, workload, layout, names, service } = { ...first, ...changes };
  return `---
apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  account: "${account}"
  region: us-west-2
  models: [us.anthropic.claude-sonnet-4-6]
  workloads: [${workload}]
  credentials: { accessKey: { secretStore: { name: parameterstore, region: ${region}, service: ${service} }, layout: ${layout} } }
  names: ${names}
`;
}

const pairs: readonly { what: string; second: Partial<typeof first>; first?: Partial<typeof first>; finds: readonly string[] }[] = [
  { what: 'two accesses of different names and namespaces have nothing in common', second: { name: 'two', namespace: 'two' }, finds: [] },
  { what: 'the same access twice', second: {}, finds: ['access-declared-twice 15:19 metadata.name'] },
  { what: 'the same name in two namespaces takes the same user, policy and parameter', second: { namespace: 'two' }, finds: ['name-taken-twice 22:3 spec.names.parameter', 'name-taken-twice 22:3 spec.names.policy', 'name-taken-twice 22:3 spec.names.user'] },
  { what: 'two accesses of one namespace take the same Secret', second: { name: 'two', workload: 'Deployment/other:boto3' }, finds: ['name-taken-twice 22:3 spec.names.secret'] },
  { what: 'the same names in another account are apart', second: { namespace: 'two', account: '210987654321' }, finds: [] },
  { what: 'the pair layout has the same two parameters for every access', first: { layout: 'pair' }, second: { name: 'two', namespace: 'two', layout: 'pair' }, finds: ['name-taken-twice 22:3 spec.names.accessKeyIdParameter', 'name-taken-twice 22:3 spec.names.secretAccessKeyParameter'] },
  { what: 'the same parameters in another region are apart', first: { layout: 'pair' }, second: { name: 'two', namespace: 'two', layout: 'pair', region: 'us-west-2' }, finds: [] },
  { what: 'IAM user names differ by more than case', first: { names: '{ user: Bedrock }' }, second: { name: 'two', namespace: 'two', names: '{ user: bedrock }' }, finds: ['name-taken-twice 22:18 spec.names.user'] },
  { what: 'parameter names may differ by case', first: { names: '{ parameter: Key }' }, second: { name: 'two', namespace: 'two', names: '{ parameter: key }' }, finds: [] },
  { what: '/key and key are one parameter', first: { names: '{ parameter: /key }' }, second: { name: 'two', namespace: 'two', names: '{ parameter: key }' }, finds: ['name-taken-twice 22:23 spec.names.parameter'] },
  { what: 'one name in both stores is two things', first: { names: '{ parameter: key }' }, second: { name: 'two', namespace: 'two', names: '{ parameter: key }', service: 'SecretsManager' }, finds: [] },
  { what: 'one name of a secret', first: { names: '{ parameter: key }', service: 'SecretsManager' }, second: { name: 'two', namespace: 'two', names: '{ parameter: key }', service: 'SecretsManager' }, finds: ['name-taken-twice 22:23 spec.names.parameter'] },
  { what: '/key and key are two secrets', first: { names: '{ parameter: /key }', service: 'SecretsManager' }, second: { name: 'two', namespace: 'two', names: '{ parameter: key }', service: 'SecretsManager' }, finds: [] },
  { what: 'one workload is served by one access', second: { name: 'two', names: '{ secret: other }' }, finds: ['workload-claimed-twice 20:15 spec.workloads[0].name'] },
  {
    what: 'two containers of one workload may have an access each',
    first: { workload: '{ kind: Deployment, name: app, client: boto3, containers: [a] }' },
    second: { name: 'two', names: '{ secret: other }', workload: '{ kind: Deployment, name: app, client: boto3, containers: [b] }' },
    finds: [],
  },
];

for (const { what, first: changes = {}, second, finds } of pairs) {
  test(`two accesses in one file: ${what}`, () => {
    const { findings } = parseAccess(declaration(changes) + declaration(second));
    assert.deepEqual(findings.map(line).toSorted(), finds.toSorted());
  });
}

test('two files are compared as one, and the finding names the place in the first', () => {
  const { accesses, findings } = parseAccessFiles(['one.yaml', 'two.yaml'].map((file) => ({ source: declaration({}), file })));
  assert.equal(accesses.length, 2);
  assert.deepEqual(findings.map(({ id, place }) => [id, place?.file]), [['access-declared-twice', 'two.yaml']]);
  assert.match(findings[0]!.message, /one\.yaml:4/);
});
