/**
 * Renews the session that an access's pods call with, by whoever the role trusts for it. Safe to run as often as wanted: what has
 * more than half of its time left stays. It takes no Lease, so that a long roll-out never keeps a session from being renewed:
 * all that it writes is one Secret that is there already, and only as it was read.
 */
import { AwsCallError } from '../../aws/error.ts';
import { toAccessError } from '../../aws/to-access-error.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { declaredModeOf, modeField } from '../../access/credential-mode.ts';
import { modeChangeOf } from '../../engine/mode-change.ts';
import { revisionsOf } from '../../engine/revision.ts';
import { ownerOf } from '../../engine/rollback.ts';
import type { AccessName, RunContext } from '../../engine/types.ts';
import { AccessError } from '../../errors/error.ts';
import { KubernetesCallError } from '../../kubernetes/error.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { annotationKeys } from '../../resources/annotations.ts';
import { ownershipByLabels } from '../../resources/owner.ts';
import { takeReadings } from '../../resources/readings.ts';
import { sessionEnds } from '../../resources/session-document.ts';
import { isRenewer, takeSession, withSession } from '../../resources/session-secret.ts';
import { restartFor } from '../../resources/session-restart.ts';
import { renewedWithin, sessionOf, type RenewedSession } from '../../resources/session.ts';

export interface Renewal {
  readonly access: AccessName;
  readonly renewed: boolean;
  /** Workloads that were restarted for it: `Deployment app`. Only with a short-term API key. */
  readonly restarted: readonly string[];
  /** Of the session that the Secret holds now. */
  readonly endsAt: Date;
  /** From then on another run renews it. */
  readonly dueAt: Date;
}

type Renewing = Pick<RunContext, 'aws' | 'kubernetes' | 'clock' | 'clusterId'>;

/**
 * On its way from a session to a short-term API key an access has both, and both are renewed: told is the one that ends first.
 *
 * @param now renews it however much is left
 * @throws AccessError `session-mode-missing`, `session-secret-missing`, `session-renewer-differs`; what AWS or the cluster refuse
 */
export async function renewSession(name: AccessName, context: Renewing, { now = false }: { readonly now?: boolean } = {}): Promise<Renewal> {
  const renewals: Renewal[] = [];
  const failures: unknown[] = [];
  for (const session of await sessionsApplied(name, context)) {
    await renewed(session, name, context, now).then((renewal) => renewals.push(renewal), (failure: unknown) => failures.push(failure));
  }
  // While modes change, what is to come may not have its Secret yet, and what is left not have it any more.
  const [first, ...more] = renewals;
  const failure = failures.find((one) => first === undefined || !(one instanceof AccessError && one.id === 'session-secret-missing'));
  if (failure !== undefined) throw failure;
  if (first === undefined) throw new TypeError('there is a session to renew, or a failure');
  return more.reduce((one, other) => ({ ...(one.endsAt <= other.endsAt ? one : other), renewed: one.renewed || other.renewed, restarted: [...one.restarted, ...other.restarted] }), first);
}

async function renewed(session: RenewedSession, name: AccessName, context: Renewing, now: boolean): Promise<Renewal> {
  const secret = await context.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: session.namespace, name: session.secret });
  if (secret === undefined || ownershipByLabels(secret, ownerOf(name, context)).by !== 'us') throw missing(session, secret !== undefined);
  const held = sessionEnds(secret);
  const left = held === undefined ? 0 : held.getTime() - context.clock.now().getTime();
  const access = { namespace: name.namespace, name: name.name };
  const restarted = (id: string | undefined): Promise<readonly string[]> => (id === undefined ? Promise.resolve([]) : restartFor(id, session, context));
  // A run that ended between the Secret and the workload is made good.
  if (held !== undefined && !now && left > renewedWithin(session.seconds) * 1000) return { access, renewed: false, restarted: await restarted(keyOf(secret)), endsAt: held, dueAt: dueAt(held, session) };
  const made = await taken(session, context);
  try {
    // The resourceVersion goes along: of two that renew at once the one that comes later leaves what the other wrote.
    await context.kubernetes.replace(withSession(secret, made, session.roleArn));
  } catch (error) {
    const other = error instanceof KubernetesCallError && error.kind === 'conflict' ? await context.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: session.namespace, name: session.secret }) : undefined;
    const ends = other === undefined ? undefined : sessionEnds(other);
    if (ends === undefined || keyOf(other) === keyOf(secret)) throw error;
    return { access, renewed: false, restarted: [], endsAt: ends, dueAt: dueAt(ends, session) };
  }
  return { access, renewed: true, restarted: await restarted(made.accessKeyId), endsAt: made.expiresAt, dueAt: dueAt(made.expiresAt, session) };
}

/** As it was applied: what a document says that was not applied yet is no matter of a renewal. While modes change, of both; at least one. */
async function sessionsApplied(name: AccessName, { aws, kubernetes, clusterId }: Pick<RunContext, 'aws' | 'kubernetes' | 'clusterId'>): Promise<readonly RenewedSession[]> {
  const revisions = await revisionsOf(ownerOf(name, { clusterId }), takeReadings(aws, kubernetes));
  const applied = revisions.flatMap(({ access }) => access ?? []);
  const change = modeChangeOf(revisions);
  const sessions = (change === undefined ? applied : [change.to.access, change.from.access]).flatMap((access) => sessionOf(access, partitionOf(access.spec.region) ?? 'aws') ?? []);
  const [session] = sessions;
  // A file and a sidecar read one Secret.
  if (session !== undefined) return change === undefined ? [session] : [...new Map(sessions.map((one) => [one.secret, one])).values()];
  const [latest] = applied;
  throw new AccessError('session-mode-missing', latest === undefined ? `the cluster holds no revision of an access ${name.namespace}/${name.name}` : `${name.namespace}/${name.name} has credentials of the mode ${declaredModeOf(latest.spec.credentials)}`, {
    cause: latest === undefined ? 'It was never applied here, or is destroyed.' : 'Only with credentials.session, or credentials.apiKey with term: short, is there one to renew.',
    remedy: 'See which there are with `bedrock-access list`.',
  });
}

function keyOf(secret: KubernetesObject | undefined): string | undefined {
  return secret?.metadata.annotations?.[annotationKeys.accessKeyId];
}

function dueAt(ends: Date, { seconds }: RenewedSession): Date {
  return new Date(ends.getTime() - renewedWithin(seconds) * 1000);
}

async function taken({ roleArn, sessionName, seconds, declared, region }: RenewedSession, { aws }: Pick<RunContext, 'aws'>): ReturnType<typeof takeSession> {
  try {
    return await takeSession({ roleArn, sessionName, seconds, apiKeyFor: declared.delivery === 'api-key' ? region : undefined }, aws);
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== 'denied') throw toAccessError(error);
    const caller = await aws.sts.getCallerIdentity();
    if (isRenewer(caller.arn, declared.renewer)) throw toAccessError(error);
    throw new AccessError('session-renewer-differs', `${caller.arn} may not renew the session of ${roleArn}`, {
      cause: `The role trusts ${declared.renewer} alone.`,
      remedy: 'Run it with the credentials of that one, or declare another renewer and apply.',
      place: { field: `${modeField({ session: declared })}.renewer`, resource: roleArn },
    });
  }
}

function missing({ namespace, secret }: RenewedSession, isForeign: boolean): AccessError {
  return new AccessError('session-secret-missing', isForeign ? `Secret ${namespace}/${secret} is not of this access` : `there is no Secret ${namespace}/${secret}`, {
    cause: isForeign ? 'It carries no labels of ours: what is not ours is never changed.' : 'The access was not applied, or is being removed: a renewal makes nothing.',
    remedy: isForeign ? 'Rename it, or take it over with `bedrock-access apply --adopt`.' : 'Run `bedrock-access apply` first.',
    place: { resource: `Secret ${namespace}/${secret}` },
  });
}
