import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';

const [user, role] = ['arn:aws:iam::123456789012:user/renewer', 'arn:aws:iam::123456789012:role/renewer'];
const webIdentity = 'webIdentity: { issuer: "https://oidc.example.com", serviceAccount: app }';
const podIdentity = 'podIdentity: { cluster: prod, region: us-east-1, serviceAccount: app }';
const session = `session: { renewer: "${role}", delivery: credential-process }`;
const shortTerm = `apiKey: { term: short, renewer: "${role}" }`;

interface More {
  readonly rest?: string;
  readonly client?: string;
}

function text(credentials: string, { rest = '', client = 'aws-sdk' }: More = {}): string {
  return `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: app, namespace: team }
spec:
  account: "123456789012"
  region: us-west-2
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: app, client: ${client} }]
  credentials:
    ${credentials}
${rest}`;
}

for (const credentials of [webIdentity, podIdentity, session, shortTerm]) {
  const mode = credentials.replace(/:.*/, '');
  test(`a declaration of ${mode} without a store has no finding`, () => assert.deepEqual(parseAccess(text(credentials)).findings, []));
  test(`a KMS key of a parameter that ${mode} has not is refused, at its place`, () => {
    const [finding, ...more] = parseAccess(text(credentials, { rest: '  parameterKmsKeyId: alias/bedrock\n' })).findings;
    assert.deepEqual([finding?.id, finding?.place?.line, finding?.place?.field, more], ['kms-key-idle', 11, 'spec.parameterKmsKeyId', []]);
  });
}

for (const { what, declaration, finds, says } of [
  { what: 'a renewer of another account', declaration: text(session.replace('123456789012', '210987654321')), finds: ['session-renewer-other-account spec.credentials.session.renewer'] },
  { what: 'a signer of short-term keys of another account', declaration: text(shortTerm.replace('123456789012', '210987654321')), finds: ['session-renewer-other-account spec.credentials.apiKey.renewer'] },
  { what: 'a session of two hours', declaration: text(session.replace(' }', ', sessionDuration: 2h }')), finds: ['session-duration-out-of-range spec.credentials.session.sessionDuration'], says: /a session lasts from 15m to 1h/ },
  { what: 'a short-term key of two hours, signed by a role', declaration: text(shortTerm.replace(' }', ', sessionDuration: 2h }')), finds: ['session-duration-out-of-range spec.credentials.apiKey.sessionDuration'], says: /15m to 1h/ },
  { what: 'a short-term key of two hours, signed by a user', declaration: text(shortTerm.replace(role, user).replace(' }', ', sessionDuration: 2h }')), finds: [] },
  { what: 'a short-term key of thirteen hours', declaration: text(shortTerm.replace(role, user).replace(' }', ', sessionDuration: 13h }')), finds: ['session-duration-out-of-range spec.credentials.apiKey.sessionDuration'], says: /15m to 12h/ },
  { what: 'a sidecar without an image', declaration: text(`session: { renewer: "${role}" }`), finds: ['session-image-missing spec.credentials.session'] },
  { what: 'a name of a role that IAM does not take', declaration: text(webIdentity.replace(' }', ', role: "a b" }')), finds: ['iam-name-malformed spec.credentials.webIdentity.role'] },
  ...[webIdentity, podIdentity, session].map((credentials) => ({
    what: `half a key in the variables of ${credentials.replace(/:.*/, '')}`,
    declaration: text(credentials, { client: 'custom, environment: { K: "${accessKeyId}" }' }),
    finds: ['placeholder-unknown spec.workloads[0].environment.K'],
    says: /has no value: this mode of credentials delivers none/,
  })),
  { what: 'a short-term key in a variable of its own', declaration: text(shortTerm, { client: 'custom, environment: { K: "${apiKey}" }' }), finds: [] },
  { what: 'a mistyped region of the EKS cluster', declaration: text(podIdentity.replace('us-east-1', 'us-wets-1')), finds: ['unknown-region spec.credentials.podIdentity.region'], says: /us-west-1/ },
  { what: 'an EKS cluster of another partition', declaration: text(podIdentity.replace('us-east-1', 'cn-north-1')), finds: ['partitions-differ spec.credentials.podIdentity.region'] },
]) {
  test(`${what} is ${finds.length === 0 ? 'taken' : 'refused, at its place'}`, () => {
    const { findings } = parseAccess(declaration);
    assert.deepEqual(findings.map(({ id, place }) => `${id} ${place?.field ?? ''}`), finds);
    if (says !== undefined) assert.match(findings.map(({ message, remedy }) => `${message} ${remedy}`).join('\n'), says);
  });
}

test('two short-term keys of one role are refused where their declaration names it', () => {
  const other = text(shortTerm.replace(' }', ', role: bedrock-app-role }')).replace('name: app, namespace: team', 'name: other, namespace: others');
  const [finding, ...more] = parseAccess(`${text(shortTerm)}---\n${other}`).findings;
  assert.deepEqual([finding?.id, finding?.place?.line, finding?.place?.field, more], ['name-taken-twice', 21, 'spec.credentials.apiKey.role', []]);
  assert.match(finding?.remedy ?? '', /spec\.credentials\.apiKey\.role in others\/other/);
});
