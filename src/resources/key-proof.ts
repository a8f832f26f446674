/**
 * The proof that a key works before anyone gets it: it stands between the key and the parameter. The mark on the user
 * names the key before it is used for the first time: a run stopped after that leaves a used key that is known to be ours
 * and lost. The key is a new one, or an earlier one whose secret the store's history still holds.
 */
import { AwsCallError } from '../aws/error.ts';
import type { IamUser } from '../aws/types.ts';
import { currentKey } from './user-key.ts';
import { earlierSecret } from './earlier-credentials.ts';
import type { Outputs, Reference, Resource, ResourceKind } from './kind.ts';
import { isReference, reference } from './kind.ts';
import { keySorts, sortNamed, type KeySort } from './key-sort.ts';
import { ownershipByTags } from './owner.ts';
import { filled } from './profile-ids.ts';
import type { AccessParameter } from './parameter-names.ts';
import { rotationMark, rotationTag } from './rotation-mark.ts';

export interface DesiredProof {
  readonly mode: KeySort['mode'];
  readonly userName: string;
  /** The key whose place it takes. */
  readonly from: string;
  /** The new key, or the id of an earlier one to go back to. */
  readonly keyId: Reference | string;
  readonly parameters: readonly AccessParameter[];
  /** A model to call with it; undefined where the grant does not hold from here (`sourceVpce`, `sourceIp`). */
  readonly call?: { readonly region: string; readonly modelId: string; readonly profiles: readonly Reference[] };
}

export interface ObservedProof {
  readonly user: IamUser;
  /** The key of this very change, once the parameter names it. */
  readonly stored?: string;
}

export const keyProof: ResourceKind<DesiredProof, ObservedProof> = {
  kind: 'key-proof',
  where: 'aws',

  desired: () => [],
  identity: ({ desired }) => desired.userName,

  async observe({ desired }, readings) {
    const [parameter] = desired.parameters;
    const [user, found] = await Promise.all([readings.user(desired.userName), parameter === undefined ? undefined : readings.parameter(parameter)]);
    const recorded = found?.keyId;
    const mark = rotationMark(user);
    const stored = mark?.from === desired.from && mark.to === recorded ? recorded : undefined;
    return user === undefined ? undefined : { user, ...(stored === undefined ? {} : { stored }) };
  },
  // What is stored was proven before.
  present: ({ stored }) => stored !== undefined,
  ownership: ({ user }, owner) => ownershipByTags(user.tags, owner),
  heldByAnother: true,

  expected: (_desired) => ({}),
  found: (_observed) => ({}),
  foreseen: (_desired) => ({}),
  outputs: ({ stored }): Outputs => (stored === undefined ? {} : { id: stored }),

  async create(desired, hands) {
    const { userName, from } = desired;
    const id = hands.value(desired.keyId);
    const now = hands.clock.now();
    const earlier = rotationMark(await hands.readings.user(userName));
    const same = earlier?.from === from ? earlier : { from, began: now };
    const sort = sortNamed(desired.mode);
    if (isReference(desired.keyId)) {
      const secret = hands.secret(currentKey(sort).secret);
      if (secret === undefined) throw new TypeError(`the secret of ${sort.noun} ${id} is not at hand`);
      await hands.aws.iam.tagUser(userName, rotationTag({ ...same, to: id }));
      return { id, secret, since: now.toISOString() };
    }
    await hands.aws.iam.tagUser(userName, rotationTag({ ...same, to: id, undo: same.undo ?? now }));
    await sort.setActive(userName, id, true, hands.aws);
    return { id, secret: await earlierSecret(id, sort, desired.parameters, hands), since: now.toISOString() };
  },
  update: (_desired, observed) => Promise.resolve(keyProof.outputs(observed)),
  remove: () => Promise.resolve(),

  async settle(desired, hands) {
    const secret = hands.secret(provenSecret);
    if (secret === undefined) return undefined;
    const sort = sortNamed(desired.mode);
    const id = hands.value(provenKey);
    const waiting = `AWS to accept ${sort.noun} ${id} everywhere`;
    const { call } = desired;
    const modelId = filled(call?.modelId ?? '', hands);
    const callModel = (): Promise<unknown> => (call === undefined ? Promise.resolve() : sort.runtime(id, secret, call.region, hands.aws).converse(modelId, 'Answer with the one word: ready', 16));
    // An API key opens nothing but Amazon Bedrock: it is known where a model answers.
    const known = (): Promise<unknown> => sort.identify?.(id, secret, hands.aws) ?? callModel();
    if (!(await accepted(known))) return waiting;
    if (hands.clock.now().getTime() - Date.parse(hands.value(reference('key-proof', 'proof', 'since'))) < spreadsWithin) return waiting;
    if (sort.identify !== undefined) for (let count = 0; count < identities; count += 1) if (!(await accepted(known))) return waiting;
    for (let count = 0; count < (sort.identify === undefined ? identities : modelCalls); count += 1) if (!(await accepted(callModel))) return `a call of ${modelId} with ${sort.noun} ${id} to be answered`;
    return undefined;
  },
  patience: {
    seconds: 300,
    id: 'new-key-not-proven',
    cause: 'IAM is eventually consistent, and a new key is usually accepted everywhere within seconds; or the policy of the user denies the call of the model.',
    remedy: 'Nobody got the new key, and the old one works on. See what is denied with `bedrock-access verify`, then run rotate again.',
  },

  // Switching a key on is among the permissions of the old key's kind.
  permissions: ['iam:TagUser'],
  repeatable: ['iam:TagUser', ...keySorts.map(({ actions }) => actions.update)],
};

/** The proven key's id and secret: what the parameter takes instead of the new key's own. */
export const provenKey = reference('key-proof', 'proof', 'id');
export const provenSecret = reference('key-proof', 'proof', 'secret');

export function proofOf(desired: DesiredProof): Resource<DesiredProof> {
  return { kind: 'key-proof', key: 'proof', name: `of the key that takes the place of ${desired.from}`, desired };
}

/**
 * IAM publishes no bound for its consistency, and a key that was accepted once may be refused by another server a moment
 * later (IAM user guide, "Changes that I make are not always immediately visible"): so a key counts as known only when it is
 * this old and is accepted many times in a row.
 */
const spreadsWithin = 20_000;
/** Of STS; an API key is asked as often by calls of the model, since nothing else knows it. */
const identities = 10;
const modelCalls = 3;

/** A refusal of another sort (a model that has ended) says nothing against the key. */
async function accepted(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return error.kind === 'validation' || error.kind === 'not-found';
  }
}

