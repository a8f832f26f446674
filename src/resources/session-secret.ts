/**
 * The Secret with the session that the pods call with. It is made with a first session where the renewer itself applies the access,
 * and empty where somebody else does: then the run waits for the renewer.
 */
import { AwsCallError } from '../aws/error.ts';
import type { Aws } from '../aws/types.ts';
import type { KubernetesObject, ObjectReference } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import type { Field, Hands, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ownerLabels, ownershipByLabels } from './owner.ts';
import { holdsApiKey, sessionContent, sessionEnds, type HeldSession } from './session-document.ts';
import { sessionOf, sessionSecretNames } from './session.ts';
import { objectName, removeObject, replaceWith } from './whole-object.ts';

export interface DesiredSession {
  readonly namespace: string;
  readonly name: string;
  readonly role: Field;
  readonly renewer: string;
  readonly sessionName: string;
  readonly seconds: number;
  /** As a short-term API key for this region, and not as a session. */
  readonly apiKeyFor?: string;
}

const asKey = ', as an API key';

export const sessionSecret: ResourceKind<DesiredSession, KubernetesObject> = {
  kind: 'session-secret',
  where: 'kubernetes',

  desired({ access, partition }) {
    const session = sessionOf(access, partition);
    if (session === undefined) return [];
    const { namespace, secret, sessionName, seconds, declared, region } = session;
    return [{ kind: 'session-secret', key: 'session', name: secret, desired: { namespace, name: secret, role: reference('iam-role', 'role', 'arn'), renewer: declared.renewer, sessionName, seconds, ...(declared.delivery === 'api-key' ? { apiKeyFor: region } : {}) } }];
  },
  identity: ({ desired }) => `${desired.namespace}/${desired.name}`,

  observe: ({ desired }, readings) => readings.object(referenceTo(desired)),
  async strays(where, readings) {
    const { namespace, name } = where.owner;
    // Their names are known.
    const names = where.sweep ? Object.values(sessionSecretNames(name)) : where.named.flatMap((resource) => (resource.kind === 'session-secret' ? [resource.name] : []));
    const found = await Promise.all([...new Set(names)].map((secret) => readings.object(referenceTo({ namespace, name: secret }))));
    return found.flatMap((observed): Stray<KubernetesObject>[] => {
      if (observed === undefined || ownershipByLabels(observed, where.owner).by !== 'us' || where.accounted.has(objectName(observed))) return [];
      return [{ name: observed.metadata.name ?? '', observed, reason: 'not in the declaration any more' }];
    });
  },
  ownership: ownershipByLabels,

  expected({ role, apiKeyFor }, resolve) {
    const arn = resolve(role);
    return { 'session of': arn === undefined || apiKeyFor === undefined ? arn : `${arn}${asKey}` };
  },
  found: (observed) => ({ 'session of': sessionEnds(observed) === undefined ? '' : `${observed.metadata.annotations?.[annotationKeys.sessionRole] ?? ''}${holdsApiKey(observed) ? asKey : ''}` }),

  foreseen: ({ name }) => ({ name }),
  outputs: ({ metadata }) => ({ name: metadata.name ?? '', accessKeyId: metadata.annotations?.[annotationKeys.accessKeyId] ?? '' }),

  async create(desired, hands) {
    const { namespace, name } = desired;
    const session = await firstSession(desired, hands);
    const { data = {}, annotations = {} } = session === undefined ? {} : sessionContent(session, hands.value(desired.role));
    await hands.kubernetes.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, labels: ownerLabels(hands.owner), annotations }, type: 'Opaque', data });
    return { name, accessKeyId: session?.accessKeyId ?? '' };
  },
  async update(desired, observed, _differences, hands) {
    const session = await firstSession(desired, hands);
    await replaceWith(session === undefined ? observed : withSession(observed, session, hands.value(desired.role)), {}, hands);
    return { name: desired.name, accessKeyId: (session?.accessKeyId ?? observed.metadata.annotations?.[annotationKeys.accessKeyId]) ?? '' };
  },
  remove: (observed, hands) => removeObject(observed, hands),

  async settle(desired, hands) {
    const secret = await hands.kubernetes.get(referenceTo(desired));
    const ends = secret === undefined ? undefined : sessionEnds(secret);
    if (ends !== undefined && ends > hands.clock.now()) return undefined;
    return `a session, which ${desired.renewer} renews: bedrock-access session renew --name ${hands.owner.namespace}/${hands.owner.name}`;
  },
  patience: {
    // One run of the declared CronJob more than its usual schedule has in that time.
    seconds: 420,
    id: 'session-not-renewed',
    cause: 'The role trusts its renewer alone, and whoever applied the access is another: the first session is for the renewer to get.',
    remedy: 'Run `bedrock-access session renew` as the renewer, or wait for the CronJob that renews, then the same command again.',
  },

  permissions: ['sts:AssumeRole'],
  clusterRules: [],
  repeatable: ['sts:AssumeRole'],
};

/** The same Secret with another session in it. */
export function withSession(observed: KubernetesObject, session: HeldSession, roleArn: string): KubernetesObject {
  const { data, annotations } = sessionContent(session, roleArn, observed);
  return { ...observed, metadata: { ...observed.metadata, annotations: { ...observed.metadata.annotations, ...annotations } }, data };
}

/** Is the caller the one that the role trusts? A session of a role shows the role without its path. */
export function isRenewer(caller: string, renewer: string): boolean {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(caller);
  if (session === null) return caller === renewer;
  return renewer.startsWith(`arn:${session[1]}:iam::${session[2]}:role/`) && renewer.split('/').at(-1) === session[3];
}

function referenceTo({ namespace, name }: { readonly namespace: string; readonly name: string }): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name };
}

/** A new role may be assumed everywhere within seconds, with no bound given: asked again over half a minute. */
const attempts = 4;

/** A session of the role, and the short-term API key for that region where one is wanted. */
export async function takeSession({ apiKeyFor, ...asked }: { readonly roleArn: string; readonly sessionName: string; readonly seconds: number; readonly apiKeyFor: string | undefined }, aws: Aws): Promise<HeldSession> {
  const session = await aws.sts.assumeRole(asked);
  return apiKeyFor === undefined ? session : { ...session, apiKey: await aws.sts.shortTermKey(session, apiKeyFor) };
}

/** Undefined where the caller is not the one whom the role trusts. */
async function firstSession({ role, renewer, sessionName, seconds, apiKeyFor }: DesiredSession, { aws, clock, signal, value }: Hands): Promise<HeldSession | undefined> {
  const caller = await aws.sts.getCallerIdentity();
  if (!isRenewer(caller.arn, renewer)) return undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await takeSession({ roleArn: value(role), sessionName, seconds, apiKeyFor }, aws);
    } catch (error) {
      if (!(error instanceof AwsCallError) || error.kind !== 'denied' || attempt > attempts) throw error;
      await clock.sleep(1000 * 2 ** attempt, signal);
    }
  }
}
