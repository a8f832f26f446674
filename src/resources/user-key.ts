/**
 * The user's key, an access key or an API key. AWS chooses its id and a key cannot carry tags, so what is ours is told by marks on the user
 * and by the parameter that names the key. The key is current when the recording parameter names it.
 */
import { keyCredentialsOf } from '../access/credential-mode.ts';
import type { IamUser } from '../aws/types.ts';
import type { Finding } from '../finding.ts';
import { gone } from './iam-user.ts';
import { at, textAt } from './json.ts';
import type { Field, Hands, Reference, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { annotationKeys } from './annotations.ts';
import { markKeys, ownershipByTags, type Owner } from './owner.ts';
import { keySortOf, sortNamed, type KeySort, type UserKey } from './key-sort.ts';
import { rotationMark, rotationTag } from './rotation-mark.ts';
import { keysMark, readKeysMark } from './keys-mark.ts';
import { recordingParameter } from './parameter-names.ts';
import type { Readings } from './readings.ts';
import { storePlacesOf, usersOf } from './search.ts';
import type { ParameterPlace, StoredParameter } from './stores/store.ts';

export interface DesiredKey {
  readonly user: Field;
  readonly userName: string;
  /** AWS ends it after so many days; undefined: never. */
  readonly ageDays?: number;
  /** The parameter that names the current key. */
  readonly recordedIn: ParameterPlace;
  /** Kubernetes Secret that the key is delivered in. */
  readonly secret: string;
  /** Only in a rotation: the current key is any but this one, or exactly this one. Otherwise the one that the parameter names. */
  readonly rotation?: { readonly from: string } | { readonly backTo: string };
}

export interface ObservedKey {
  readonly user: IamUser;
  readonly key?: UserKey;
  /** Keys of the user that are not known to be ours: never touched. */
  readonly unknown: readonly string[];
}

/** What the key in use supplies: its id, and its secret once. */
export function currentKey({ kind }: Pick<KeySort, 'kind'>): { readonly id: Reference; readonly secret: Reference } {
  return { id: reference(kind, 'key', 'id'), secret: reference(kind, 'key', 'secret') };
}

/** Which key is the current one. */
function wanted({ rotation }: DesiredKey, recorded: string | undefined): string | undefined {
  if (rotation === undefined) return recorded;
  return 'backTo' in rotation ? rotation.backTo : recorded === rotation.from ? undefined : recorded;
}

const keyKind = (sort: KeySort): ResourceKind<DesiredKey, ObservedKey> => ({
  kind: sort.kind,
  where: 'aws',

  desired({ access }) {
    const { names, credentials } = access.spec;
    if (keySortOf(access) !== sort) return [];
    const ageDays = keyCredentialsOf(credentials)?.ageDays;
    return [
      {
        kind: sort.kind,
        key: 'key',
        name: `of ${names.user}`,
        desired: { user: reference('iam-user', 'user', 'name'), userName: names.user, recordedIn: recordingParameter(access), secret: names.secret, ...(ageDays === undefined ? {} : { ageDays }) },
      },
    ];
  },
  identity: ({ desired }) => identityOf(desired.userName, desired.recordedIn),

  async observe({ desired }, readings, owner) {
    const place = desired.recordedIn;
    const [user, parameter, listed] = await Promise.all([readings.user(desired.userName), readings.parameter(place), readings.ownedParameters(place, owner)]);
    if (user === undefined) return undefined;
    const owned = withPointed(listed, [parameter], owner);
    const keys = await sort.read(user.name, readings);
    const recorded = owned.some((own) => own.name === place.name) ? parameter?.keyId : undefined;
    const current = wanted(desired, recorded);
    const key = keys.find(({ id }) => id === current);
    // The other key of a rotation is known, and its phases decide what becomes of it.
    const mark = rotationMark(user);
    const others = keys.filter(({ id }) => ![recorded, current, mark?.from, mark?.to].includes(id));
    const sorted = await Promise.all(others.map(async (other) => ({ id: other.id, ours: (await whyOurs(other, user, { owned, pointed: [parameter] }, { sort, readings, owner })) !== undefined })));
    return { user, ...(key === undefined ? {} : { key }), unknown: sorted.filter(({ ours }) => !ours).map(({ id }) => id) };
  },
  laterReadings: ({ desired }, readings) => [sort.read(desired.userName, readings)],
  async strays(where, readings) {
    const places = await storePlacesOf(where, readings);
    const found = await Promise.all(
      (await usersOf(where, readings)).map(async (name): Promise<readonly Stray<ObservedKey>[]> => {
        const user = await readings.user(name);
        if (user === undefined || ownershipByTags(user.tags, where.owner).by !== 'us') return [];
        // A user has keys of one sort: the one that was declared, or that its mark tells.
        if (!where.named.some(({ kind }) => kind === sort.kind) && readKeysMark(user)?.mode !== sort.mode) return [];
        // By name too: a parameter that lost its tags may still hold the key that its text names.
        const recordings = [...where.accounted].map(recordedIn);
        const pointed = await Promise.all(recordings.map((place) => readings.parameter(place)));
        const listed = await Promise.all(places.map(async (place) => (await readings.ownedParameters(place, where.owner)).map((parameter) => ({ place: { ...place, name: parameter.name }, parameter }))));
        const named = recordings.map((place, index) => ({ place, parameter: pointed[index] })).filter(({ parameter }) => showsOurs(parameter, where.owner));
        const accounted = [...listed.flat(), ...named].filter(({ place }) => where.accounted.has(identityOf(name, place)));
        const owned = withPointed(listed.flat().map(({ parameter }) => parameter), pointed, where.owner);
        const current = new Set(accounted.map(({ parameter }) => parameter?.keyId));
        const strays: Stray<ObservedKey>[] = [];
        for (const key of await sort.read(name, readings)) {
          if (current.has(key.id)) continue;
          // Without any revision everything that carries our tags goes; else the phases of a rotation decide on its old key.
          if (where.sweep && rotationMark(user)?.from === key.id) strays.push({ name: `${key.id} of ${name}`, observed: { user, key, unknown: [] }, reason: 'superseded' });
          const why = await whyOurs(key, user, { owned, pointed }, { sort, readings, owner: where.owner });
          if (why !== undefined) strays.push({ name: `${key.id} of ${name}`, observed: { user, key, unknown: [] }, reason: why.reason, ...(why.lost ? { first: true } : {}) });
        }
        return strays;
      }),
    );
    return found.flat();
  },
  present: (observed) => observed.key !== undefined,
  ownership: (observed, owner) => ownershipByTags(observed.user.tags, owner),
  heldByAnother: true,

  expected: (_desired) => ({}),
  found: (observed) => (observed.key === undefined ? {} : { id: observed.key.id, status: observed.key.active ? 'Active' : 'Inactive' }),
  problems: (resource, observed) => (observed === undefined ? [] : keyProblems(sort, resource.desired, observed)),

  foreseen: (_desired) => ({}),
  outputs: outputsOf,

  async create(desired, hands) {
    const name = hands.value(desired.user);
    // The mark names every key that exists, and when: what is made after it and named by nothing is ours and lost.
    // A user made in this run was not there to be read, and carries the mark since CreateUser.
    if ((await hands.readings.user(name)) !== undefined) {
      const ids = (await sort.read(name, hands.readings)).map(({ id }) => id);
      await hands.aws.iam.tagUser(name, { ...keysMark(sort.mode, hands.clock.now(), ids), ...(await rotationBegun(desired, name, hands)) });
    }
    return { ...(await sort.create(name, desired.ageDays, hands.aws)) };
  },
  update: (_desired, observed) => Promise.resolve(outputsOf(observed)),
  async beforeRemoval(all, hands) {
    // The parameter that names the key goes before the key: from then on only this mark tells that the key is ours.
    for (const user of new Map(all.map(({ user }) => [user.name, user])).values()) {
      const ids = all.flatMap(({ user: { name }, key }) => (name === user.name && key !== undefined ? [key.id] : []));
      if (ids.some((id) => !removing(user).includes(id))) await hands.aws.iam.tagUser(user.name, { [markKeys.removing]: ids.join(' ') });
    }
  },
  async remove(observed, hands) {
    const { key, user } = observed;
    if (key !== undefined) await gone(() => sort.remove(user.name, key.id, hands.aws));
  },

  permissions: [sort.actions.list, ...(sort.lastUse === undefined ? [] : [sort.lastUse.action]), 'iam:TagUser', sort.actions.create, sort.actions.remove],
  // Making one is not: AWS chooses the id, so each call makes another key.
  repeatable: ['iam:TagUser', sort.actions.remove],
});

export const accessKey = keyKind(sortNamed('accessKey'));
export const apiKey = keyKind(sortNamed('apiKey'));

function outputsOf({ key }: ObservedKey): Readonly<Record<string, string>> {
  return key === undefined ? {} : { id: key.id };
}

/** The mark of a rotation that begins here, in the same call: from then on the next run knows that it is to be gone on with. */
async function rotationBegun({ rotation }: DesiredKey, user: string, hands: Hands): Promise<Readonly<Record<string, string>>> {
  if (rotation === undefined || 'backTo' in rotation) return {};
  const { to: _lost, ...mark } = rotationMark(await hands.readings.user(user)) ?? { from: '', began: hands.clock.now() };
  return rotationTag(mark.from === rotation.from ? mark : { from: rotation.from, began: hands.clock.now() });
}

function keyProblems({ kind, noun, commands }: KeySort, desired: DesiredKey, observed: ObservedKey): readonly Finding[] {
  const { key, unknown, user } = observed;
  const place = { resource: `${kind} of ${user.name}` };
  const findings: Finding[] = [];
  // Going back to an earlier key activates it.
  if (key !== undefined && !key.active && desired.rotation === undefined) {
    findings.push({
      id: 'access-key-inactive',
      severity: 'error',
      message: `${noun} ${key.id} of ${user.name} is inactive`,
      cause: key.expiresAt === undefined ? 'Somebody deactivated it; it is not activated again by itself, since that is what one does with a key that has leaked.' : `Somebody deactivated it, or its end has come (${key.expiresAt.toISOString()}).`,
      remedy: `${key.expiresAt === undefined ? 'Activate it' : 'Where its end has come, run `bedrock-access rotate --now`: it makes another. Else activate it'} (${commands.setStatus(user.name, key.id, 'Active')}), or delete it and run apply again: it then makes a new one.`,
      place,
    });
  }
  if (unknown.length > 0 && user.name === desired.userName) {
    findings.push({
      id: 'unknown-access-key',
      severity: key === undefined && unknown.length >= 2 ? 'error' : 'warning',
      message: `${user.name} has ${unknown.length === 1 ? `an ${noun}` : `${noun}s`} that this program did not make: ${unknown.join(', ')}`,
      cause: 'No parameter, Secret or mark of this access names it. It is never touched. A user may have two keys at most.',
      remedy: `Find out who uses it (${commands.inspect(user.name, unknown[0] ?? '')}) and delete it if nobody does.`,
      place,
    });
  }
  return findings;
}

/** Parameters with our tags, and those that the access names, whosever they are. */
interface SeenParameters {
  readonly owned: readonly StoredParameter[];
  readonly pointed: readonly (StoredParameter | undefined)[];
}

/** A list may not know yet of what its name shows to be there and ours. */
function withPointed(listed: readonly StoredParameter[], pointed: SeenParameters['pointed'], owner: Owner): readonly StoredParameter[] {
  return [...listed, ...pointed.filter((parameter) => parameter !== undefined).filter((parameter) => showsOurs(parameter, owner))];
}

function showsOurs(parameter: StoredParameter | undefined, owner: Owner): boolean {
  return parameter?.tags !== undefined && ownershipByTags(parameter.tags, owner).by === 'us';
}

/** Every recording of one user has its own: the key is another thing where it lies elsewhere. */
function identityOf(userName: string, { service, region, name }: ParameterPlace): string {
  return `${userName} ${service} ${region} ${name}`;
}

function recordedIn(identity: string): ParameterPlace {
  const [, service, region = '', name = ''] = identity.split(' ');
  return { service: service === 'SecretsManager' ? service : 'ParameterStore', region, name };
}

interface Looking {
  readonly sort: KeySort;
  readonly readings: Readings;
  readonly owner: Owner;
}

/** Why a key that is not the current one is ours to remove; undefined: it is not. */
async function whyOurs(key: UserKey, user: IamUser, parameters: SeenParameters, look: Looking): Promise<{ readonly reason: string; readonly lost: boolean } | undefined> {
  const { owner } = look;
  if (ownershipByTags(user.tags, owner).by !== 'us') return undefined;
  if (removing(user).includes(key.id)) return { reason: 'its removal was begun', lost: false };
  if (rotationMark(user)?.from === key.id) return undefined;
  if (parameters.owned.some((parameter) => parameter.keyId === key.id)) return { reason: 'superseded', lost: false };
  return (await isLost(key, user, parameters, look)) ? { reason: 'lost by a run that was stopped: made after its mark, never used, named nowhere', lost: true } : undefined;
}

/**
 * A key whose secret nobody holds: made by a run that was stopped before it could store the key. All must hold: absent
 * from the mark's list, made after the mark, which no stored key has used up, named by no parameter version, Secret or pod, and never used but for the proof of
 * a rotation, whose mark names it before. Of an API key IAM tells no use: in its place it must have been made right after the mark.
 */
async function isLost(key: UserKey, user: IamUser, { owned, pointed }: SeenParameters, { sort, readings, owner }: Looking): Promise<boolean> {
  const mark = readKeysMark(user);
  if (mark === undefined || mark.ids.includes(key.id)) return false;
  // IAM gives CreateDate in whole seconds.
  const since = Math.floor(mark.at.getTime() / 1000) * 1000;
  if (key.createdAt.getTime() < since) return false;
  // A mark is for one key: where that one came to be stored, whatever was made later is somebody else's.
  const spent = (await sort.read(user.name, readings)).some((other) => other.id !== key.id && !mark.ids.includes(other.id) && other.createdAt.getTime() >= since && owned.some(({ keyId }) => keyId === other.id));
  if (spent) return false;
  // The stores show the last version only: one put since then might have named the key and been written over.
  const seen = [...owned, ...pointed].filter((parameter) => parameter !== undefined);
  if (seen.some(({ text, lastModified }) => text.includes(key.id) || lastModified.getTime() >= key.createdAt.getTime())) return false;
  const [pods, secrets, neverUsed] = await Promise.all([
    readings.objects('v1', 'Pod', { namespace: owner.namespace }),
    readings.objects('v1', 'Secret', { namespace: owner.namespace }),
    sort.lastUse === undefined ? key.createdAt.getTime() <= since + rightAfter : sort.lastUse.neverUsed(key.id, user.name, readings),
  ]);
  const inPod = pods.some((pod) => textAt(at(pod, 'metadata', 'annotations'), annotationKeys.credential) === key.id);
  const inSecret = secrets.some((secret) => textAt(at(secret, 'metadata', 'annotations'), annotationKeys.accessKeyId) === key.id);
  return !inPod && !inSecret && (neverUsed || rotationMark(user)?.to === key.id);
}

/** Milliseconds between a mark and the making of its key: the Lease of the run that wrote it ends long before. */
const rightAfter = 15 * 60_000;

function removing(user: IamUser): readonly string[] {
  return (user.tags[markKeys.removing] ?? '').split(' ').filter((id) => id !== '');
}
