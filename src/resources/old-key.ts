/**
 * The key that a rotation leaves: active until nobody uses it, inactive for a grace time, then gone. No access
 * implies one by itself; only the phases of a rotation name it, and `destroy`, which removes it with the rest.
 */
import type { IamUser } from '../aws/types.ts';
import { AccessError } from '../errors/error.ts';
import { gone } from './iam-user.ts';
import type { Hands, Outputs, Resource, ResourceKind } from './kind.ts';
import { sortNamed, type KeySort, type UserKey } from './key-sort.ts';
import { markKeys, ownershipByTags } from './owner.ts';
import { rotationMark, rotationTag, type RotationMark } from './rotation-mark.ts';

export interface DesiredOldKey {
  readonly userName: string;
  /** Undefined: the one that the mark names. */
  readonly keyId?: string;
  readonly status?: 'Active' | 'Inactive';
  /** No pod holds it any more, since then. */
  readonly moved?: Date;
  readonly leaked?: Date;
  /** The rotation was taken back before anyone got another key, or the key is in use again: the mark goes. */
  readonly over?: true;
  /** Credentials of another mode took its place: it may be the last key of its user. */
  readonly forAnotherMode?: true;
}

export interface ObservedOldKey {
  readonly user: IamUser;
  readonly key: UserKey;
}

/** A rotation asks CloudTrail too, where it may, whether anybody still calls with it. */
const silence = 'cloudtrail:LookupEvents';

const oldKeyKind = (sort: KeySort): ResourceKind<DesiredOldKey, ObservedOldKey> => ({
  kind: sort.oldKind,
  where: 'aws',

  desired: () => [],
  identity: ({ desired }) => desired.userName,

  async observe({ desired }, readings) {
    const user = await readings.user(desired.userName);
    const id = desired.keyId ?? rotationMark(user)?.from;
    const key = user === undefined ? undefined : (await sort.read(user.name, readings)).find((candidate) => candidate.id === id);
    return user === undefined || key === undefined ? undefined : { user, key };
  },
  ownership: ({ user }, owner) => ownershipByTags(user.tags, owner),
  heldByAnother: true,

  expected: ({ status, moved, leaked, over }) => ({
    ...(over === undefined ? {} : { rotation: '' }),
    ...(status === undefined ? {} : { status }),
    ...(status === undefined || over !== undefined ? {} : { 'grace time': status === 'Inactive' ? 'begun' : '' }),
    ...(moved === undefined ? {} : { 'not held since': moved.toISOString() }),
    ...(leaked === undefined ? {} : { leaked: leaked.toISOString() }),
  }),
  found: ({ user, key }) => ({
    id: key.id,
    rotation: markOf(user, key.id) === undefined ? '' : 'under way',
    status: key.active ? 'Active' : 'Inactive',
    'grace time': markOf(user, key.id)?.off === undefined ? '' : 'begun',
    'not held since': markOf(user, key.id)?.moved?.toISOString() ?? '',
    leaked: markOf(user, key.id)?.leaked?.toISOString() ?? '',
  }),

  foreseen: (_desired) => ({}),
  outputs: ({ key }): Outputs => ({ id: key.id }),

  // It went meanwhile: nothing is left to do.
  create: () => Promise.resolve({}),
  async update(desired, { user, key }, differences, hands) {
    if (desired.over === true) {
      if (desired.status === 'Active' && !key.active) await sort.setActive(user.name, key.id, true, hands.aws);
      const { beside, ...other } = rotationMark(user) ?? { from: key.id };
      if ('began' in other && other.from !== key.id) await hands.aws.iam.tagUser(user.name, rotationTag(beside === key.id || beside === undefined ? other : { ...other, beside }));
      else await hands.aws.iam.untagUser(user.name, [markKeys.rotation]);
      return { id: key.id };
    }
    const now = hands.clock.now();
    const { off, ...mark } = markOf(user, key.id) ?? { from: key.id, began: now, ...besideOf(user) };
    const inactive = desired.status === undefined ? !key.active : desired.status === 'Inactive';
    const next: RotationMark = {
      ...mark,
      // A mark that was written and not acted on counts anew.
      ...(inactive ? { off: differences.includes('status') ? now : (off ?? now) } : {}),
      ...(desired.moved === undefined ? {} : { moved: desired.moved }),
      ...(desired.leaked === undefined ? {} : { leaked: desired.leaked }),
    };
    await hands.aws.iam.tagUser(user.name, rotationTag(next));
    if (!differences.includes('status') || desired.status === undefined) return { id: key.id };
    if (inactive && next.leaked === undefined && desired.forAnotherMode === undefined) await refuseLast(sort, user.name, key.id, hands);
    await sort.setActive(user.name, key.id, !inactive, hands.aws);
    return { id: key.id };
  },
  async remove({ user, key }, hands) {
    await gone(() => sort.remove(user.name, key.id, hands.aws));
    await gone(() => hands.aws.iam.untagUser(user.name, [markKeys.rotation]));
  },

  permissions: ['iam:GetUser', sort.actions.list, ...(sort.lastUse === undefined ? [] : [sort.lastUse.action, silence]), 'iam:TagUser', 'iam:UntagUser', sort.actions.update, sort.actions.remove],
  repeatable: ['iam:TagUser', 'iam:UntagUser', sort.actions.update, sort.actions.remove],
});

export const oldAccessKey = oldKeyKind(sortNamed('accessKey'));
export const oldApiKey = oldKeyKind(sortNamed('apiKey'));

export function oldKey(desired: DesiredOldKey, { oldKind }: Pick<KeySort, 'oldKind'>): Resource<DesiredOldKey> {
  return { kind: oldKind, key: 'old', name: `${desired.keyId === undefined ? '' : `${desired.keyId} `}of ${desired.userName}`, desired };
}

/** Whether a key of the other sort is off by our hand is not forgotten when the mark comes to tell of this one. */
function besideOf(user: IamUser): Pick<RotationMark, 'beside'> {
  const mark = rotationMark(user);
  return mark?.off === undefined ? {} : { beside: mark.from };
}

function markOf(user: IamUser, id: string): RotationMark | undefined {
  const mark = rotationMark(user);
  return mark?.from === id ? mark : undefined;
}

/** Whatever a gate said before: looked at once more in the moment of the act. */
async function refuseLast(sort: KeySort, user: string, id: string, hands: Hands): Promise<void> {
  const others = (await sort.list(user, hands.aws)).filter((key) => key.id !== id && key.active);
  if (others.length > 0) return;
  throw new AccessError('last-key-kept', `${sort.noun} ${id} is the last active one of ${user} and is not deactivated`, {
    cause: 'The key that took its place was removed or deactivated meanwhile.',
    remedy: 'Run `bedrock-access apply`: it makes a new key and gives it to the workload. Then run rotate again.',
    place: { resource: `${sort.kind} of ${user}` },
  });
}
