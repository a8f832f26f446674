import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';

const anchor = 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/8f2e0c1a-0000-4000-8000-000000000000';

function text(rolesAnywhere: string, rest = '', client = 'aws-sdk'): string {
  return `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: app, namespace: team }
spec:
  account: "123456789012"
  region: us-west-2
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: app, client: ${client} }]
  credentials:
    rolesAnywhere: ${rolesAnywhere}
${rest}`;
}

function found(declaration: string): readonly string[] {
  return parseAccess(declaration).findings.map(({ id, place }) => `${id} ${place?.line ?? 0} ${place?.field ?? ''}`);
}

test('a declaration by certificate needs trust anchor and issuer; the rest has defaults', () => {
  const { accesses, findings } = parseAccess(text(`{ trustAnchor: "${anchor}", issuer: { name: platform } }`));
  assert.deepEqual(findings, []);
  assert.deepEqual(accesses[0]?.access.spec.credentials, { rolesAnywhere: { trustAnchor: anchor, issuer: { kind: 'ClusterIssuer', name: 'platform' }, image: 'public.ecr.aws/rolesanywhere/credential-helper:latest', role: 'bedrock-app-role' } });
});

test('Terraform may make what is in AWS, and git may hold the manifests', () => {
  assert.deepEqual(found(text(`{ trustAnchor: "${anchor}", issuer: { name: platform } }`, '  managedBy: { iam: terraform, cluster: manifests }\n')), []);
});

const field = 'spec.credentials.rolesAnywhere';
for (const { what, declaration, finds } of [
  { what: 'the ARN of a profile for a trust anchor', declaration: text(`{ trustAnchor: "${anchor.replace('trust-anchor', 'profile')}", issuer: { name: platform } }`), finds: [`trust-anchor-malformed 10 ${field}.trustAnchor`] },
  { what: "another account's trust anchor", declaration: text(`{ trustAnchor: "${anchor.replace('123456789012', '210987654321')}", issuer: { name: platform } }`), finds: [`trust-anchor-other-account 10 ${field}.trustAnchor`] },
  { what: 'a session that is longer than the role allows', declaration: text(`{ trustAnchor: "${anchor}", issuer: { name: platform }, sessionDuration: 12h }`), finds: [`session-duration-out-of-range 10 ${field}.sessionDuration`] },
  { what: 'a session that is shorter than AWS gives', declaration: text(`{ trustAnchor: "${anchor}", issuer: { name: platform }, sessionDuration: 5m }`), finds: [`session-duration-out-of-range 10 ${field}.sessionDuration`] },
  { what: 'an image with a blank', declaration: text(`{ trustAnchor: "${anchor}", issuer: { name: platform }, image: "a b" }`), finds: [`image-malformed 10 ${field}.image`] },
  { what: 'a key of a parameter that there is not', declaration: text(`{ trustAnchor: "${anchor}", issuer: { name: platform } }`, '  parameterKmsKeyId: alias/bedrock\n'), finds: ['kms-key-idle 11 spec.parameterKmsKeyId'] },
  { what: 'a client that starts containers of its own', declaration: text(`{ trustAnchor: "${anchor}", issuer: { name: platform } }`, '', 'openhands'), finds: ['client-without-mode 8 spec.workloads[0].client'] },
]) {
  test(`${what} is refused, at its place`, () => assert.deepEqual(found(declaration), finds));
}
