import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exceededQuotas } from '../../src/engine/quotas.ts';

describe('IAM quotas', () => {
  const summary = { Users: 4999, UsersQuota: 5000, Policies: 10, PoliciesQuota: 1500, PolicyVersionsInUse: 20, PolicyVersionsInUseQuota: 10_000, AttachedPoliciesPerUserQuota: 10, Roles: 999, RolesQuota: 1000, AttachedPoliciesPerRoleQuota: 10 };
  const holders = (attached: number) => ({ user: { name: 'u', attached }, role: { name: 'r', attached } });
  const said = (changes: Readonly<Record<string, number>>, making: Readonly<Record<string, number>>, attached = 0): string[] =>
    exceededQuotas({ summary: { ...summary, ...changes }, ...holders(attached), making: (kind) => making[kind] ?? 0 }).map(({ message }) => message);
  const first = { 'iam-user': 1, 'managed-policy': 1, 'policy-attachment': 1 };
  const keyless = { 'iam-role': 1, 'managed-policy': 1, 'role-policy-attachment': 1 };

  it('say nothing while there is room, the last place included', () => assert.deepEqual([...said({}, first, 9), ...said({}, keyless, 9)], []));
  it('are exceeded by one more user', () => assert.deepEqual(said({ Users: 5000 }, first), ['the account has 5000 of at most 5000 IAM users, and 1 more is to be made']));
  it('are exceeded by two more policies where one is free', () =>
    assert.deepEqual(said({ Policies: 1499 }, { 'managed-policy': 2 }), ['the account has 1499 of at most 1500 customer managed policies, and 2 more are to be made']));
  it('are exceeded by one more policy on the user', () => assert.deepEqual(said({}, first, 10), ['the user u has 10 of at most 10 managed policies, and 1 more is to be made']));
  it('are exceeded by one more role', () => assert.deepEqual(said({ Roles: 1000 }, keyless), ['the account has 1000 of at most 1000 IAM roles, and 1 more is to be made']));
  it('are exceeded by one more policy on the role', () => assert.deepEqual(said({}, keyless, 10), ['the role r has 10 of at most 10 managed policies, and 1 more is to be made']));
  it('do not matter for what is not made', () => assert.deepEqual(said({ Users: 5000, Policies: 1500 }, { 'policy-attachment': 1 }), []));
  it('that AWS does not tell are not judged', () => assert.deepEqual(exceededQuotas({ summary: {}, ...holders(10), making: () => 1 }), []));
});
