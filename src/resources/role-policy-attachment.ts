/** A managed policy on the role. It carries no tags of its own: it belongs to its holder, the role. */
import type { TrustedRole } from '../aws/types.ts';
import { keeperByTags } from './gitops.ts';
import { gone } from './iam-user.ts';
import type { Field, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ownershipByTags } from './owner.ts';
import { podRoleOf } from './pod-role.ts';
import { namedPolicies } from './policy-names.ts';
import { rolesOf } from './search.ts';

export interface DesiredRoleAttachment {
  readonly role: Field;
  readonly policyArn: Field;
  /** The same, as they will be. */
  readonly foreseen: { readonly role: string; readonly policyArn: string };
}

export interface ObservedRoleAttachment {
  readonly role: TrustedRole;
  readonly policyArn: string;
}

export const rolePolicyAttachment: ResourceKind<DesiredRoleAttachment, ObservedRoleAttachment> = {
  kind: 'role-policy-attachment',
  where: 'aws',

  desired(implied) {
    const podRole = podRoleOf(implied.access, implied.partition);
    if (podRole === undefined) return [];
    return namedPolicies(implied).map(({ key, name, arn }) => ({
      kind: 'role-policy-attachment',
      key,
      name: `${name} on ${podRole.name}`,
      desired: {
        role: reference('iam-role', 'role', 'name'),
        policyArn: reference('managed-policy', key, 'arn'),
        foreseen: { role: podRole.name, policyArn: arn },
      },
      ...(implied.access.spec.managedBy.iam === 'terraform' ? { required: true } : {}),
    }));
  },
  identity: ({ desired }) => `${desired.foreseen.role} ${desired.foreseen.policyArn}`,

  async observe({ desired }, readings) {
    const { role: name, policyArn } = desired.foreseen;
    const role = await readings.role(name);
    return role !== undefined && (await readings.rolePolicies(name)).includes(policyArn) ? { role, policyArn } : undefined;
  },
  async strays(where, readings) {
    const found = await Promise.all(
      (await rolesOf(where, readings)).map(async (name): Promise<readonly Stray<ObservedRoleAttachment>[]> => {
        const role = await readings.role(name);
        if (role === undefined || ownershipByTags(role.tags, where.owner).by !== 'us') return [];
        const policies = await Promise.all((await readings.rolePolicies(name)).map((arn) => readings.policy(arn)));
        return policies
          .filter((policy) => policy !== undefined)
          // What a person attached to our role stays: only our own policies are taken off.
          .filter((policy) => ownershipByTags(policy.tags, where.owner).by === 'us' && !where.accounted.has(`${name} ${policy.arn}`))
          .map((policy) => ({ name: `${policy.name} on ${name}`, observed: { role, policyArn: policy.arn }, reason: 'not in the declaration any more' }));
      }),
    );
    return found.flat();
  },
  ownership: (observed, owner) => ownershipByTags(observed.role.tags, owner),
  heldByAnother: true,
  keptBy: ({ role }) => keeperByTags(role.tags),

  expected: (_desired) => ({}),
  found: (_observed) => ({}),
  foreseen: (_desired) => ({}),
  outputs: (_observed) => ({}),

  async create({ role, policyArn }, hands) {
    await hands.aws.webIdentity.attachPolicy(hands.value(role), hands.value(policyArn));
    return {};
  },
  update: () => Promise.resolve({}),
  async remove({ role, policyArn }, hands) {
    await gone(() => hands.aws.webIdentity.detachPolicy(role.name, policyArn));
  },

  permissions: ['iam:ListAttachedRolePolicies', 'iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
  repeatable: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
};
