/** A managed policy on the user. It carries no tags of its own: it belongs to its holder, the user. */
import type { IamUser, Tags } from '../aws/types.ts';
import { gone } from './iam-user.ts';
import { keeperByTags } from './gitops.ts';
import type { Field, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { deniesSessions, ownershipByTags } from './owner.ts';
import { namedPolicies } from './policy-names.ts';
import { usersOf } from './search.ts';
import { keyCredentialsOf } from '../access/credential-mode.ts';

export interface DesiredAttachment {
  readonly user: Field;
  readonly policyArn: Field;
  /** The same, as they will be: names and ARNs of a known account need not be waited for. */
  readonly foreseen: { readonly user: string; readonly policyArn: string };
}

export interface ObservedAttachment {
  readonly user: IamUser;
  readonly policyArn: string;
  /** Only of one that the declaration does not name. */
  readonly policyTags?: Tags;
}

export const policyAttachment: ResourceKind<DesiredAttachment, ObservedAttachment> = {
  kind: 'policy-attachment',
  where: 'aws',

  desired(implied) {
    const { names, managedBy, credentials } = implied.access.spec;
    if (keyCredentialsOf(credentials) === undefined) return [];
    return namedPolicies(implied).map(({ key, name, arn }) => ({
      kind: 'policy-attachment',
      key,
      name: `${name} on ${names.user}`,
      desired: {
        user: reference('iam-user', 'user', 'name'),
        policyArn: reference('managed-policy', key, 'arn'),
        foreseen: { user: names.user, policyArn: arn },
      },
      ...(managedBy.iam === 'terraform' ? { required: true } : {}),
    }));
  },
  identity: (resource) => `${resource.desired.foreseen.user} ${resource.desired.foreseen.policyArn}`,

  async observe(resource, readings) {
    const { user: name, policyArn } = resource.desired.foreseen;
    const user = await readings.user(name);
    if (user === undefined) return undefined;
    return (await readings.attachedPolicies(name)).includes(policyArn) ? { user, policyArn } : undefined;
  },
  laterReadings: ({ desired }, readings) => [readings.attachedPolicies(desired.foreseen.user)],
  async strays(where, readings) {
    const found = await Promise.all(
      (await usersOf(where, readings)).map(async (name): Promise<readonly Stray<ObservedAttachment>[]> => {
        const user = await readings.user(name);
        if (user === undefined || ownershipByTags(user.tags, where.owner).by !== 'us') return [];
        const strays: Stray<ObservedAttachment>[] = [];
        for (const policyArn of await readings.attachedPolicies(name)) {
          if (where.accounted.has(`${name} ${policyArn}`) || !policyArn.includes(`:${where.account}:`)) continue;
          const policy = await readings.policy(policyArn);
          // What a person attached to our user stays: only our own policies are taken off.
          if (policy === undefined || ownershipByTags(policy.tags, where.owner).by !== 'us' || deniesSessions(policy.tags)) continue;
          strays.push({ name: `${policy.name} on ${name}`, observed: { user, policyArn, policyTags: policy.tags }, reason: 'not in the declaration any more' });
        }
        return strays;
      }),
    );
    return found.flat();
  },
  ownership: (observed, owner) => ownershipByTags(observed.user.tags, owner),
  heldByAnother: true,
  keptBy: ({ policyTags }) => keeperByTags(policyTags ?? {}),

  expected: (_desired) => ({}),
  found: (_observed) => ({}),
  foreseen: (_desired) => ({}),
  outputs: (_observed) => ({}),

  async create(desired, hands) {
    await hands.aws.iam.attachUserPolicy(hands.value(desired.user), hands.value(desired.policyArn));
    return {};
  },
  update: () => Promise.resolve({}),
  async remove(observed, hands) {
    await gone(() => hands.aws.iam.detachUserPolicy(observed.user.name, observed.policyArn));
  },

  permissions: ['iam:ListAttachedUserPolicies', 'iam:AttachUserPolicy', 'iam:DetachUserPolicy'],
  repeatable: ['iam:AttachUserPolicy', 'iam:DetachUserPolicy'],
};
