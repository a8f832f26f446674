/** A session of the workload's role, taken from where its pods take it: the Secret that is renewed. */
import type { Finding } from '../../finding.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { heldApiKey, heldSession, sessionEnds } from '../../resources/session-document.ts';
import { kubeletSeconds, renewedWithin, sessionOf, type RenewedSession } from '../../resources/session.ts';
import type { Inquiry } from './inquiry.ts';
import type { SessionWay } from './role.ts';

const deliveredAs = { sidecar: 'an address for their session', 'credential-process': 'the file of their session', 'api-key': 'a short-term API key' } as const;

/** Undefined in another mode. */
export function wayOfSession(inquiry: Inquiry): SessionWay | undefined {
  const session = sessionOf(inquiry.access, inquiry.implied.partition);
  if (session === undefined) return undefined;
  const { namespace, secret, declared } = session;
  const held = inquiry.readings.object({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret });
  return {
    holder: declared.renewer,
    title: 'Session',
    pods: deliveredAs[declared.delivery],
    around: () => Promise.resolve([]),
    async session() {
      const object = await held;
      const now = inquiry.context.clock.now();
      const ends = object === undefined ? undefined : sessionEnds(object);
      const findings = sessionFindings(session, ends, now);
      const credentials = object === undefined || ends === undefined || ends <= now ? undefined : declared.delivery === 'api-key' ? heldApiKey(object) : heldSession(object);
      return { detail: detailOf(session, object, ends, now), findings, ...(credentials === undefined ? {} : { credentials }) };
    },
  };
}

function detailOf({ namespace, secret }: RenewedSession, object: KubernetesObject | undefined, ends: Date | undefined, now: Date): string {
  if (object === undefined || ends === undefined) return `Secret ${namespace}/${secret} holds no session`;
  return ends <= now ? `the session of Secret ${namespace}/${secret} has ended` : `Secret ${namespace}/${secret} holds a session for ${minutes(ends, now)} more minutes`;
}

function sessionFindings({ namespace, secret, declared, seconds }: RenewedSession, ends: Date | undefined, now: Date): readonly Finding[] {
  const place = { resource: `Secret ${namespace}/${secret}` };
  const remedy = `Run \`bedrock-access session renew\` as ${declared.renewer}, and see that what runs it for you still does.`;
  if (ends === undefined) return [{ id: 'session-missing', severity: 'error', message: `Secret ${namespace}/${secret} holds no session`, cause: 'The access was not applied to its end, or the renewer has not run yet.', remedy, place }];
  if (ends <= now) return [{ id: 'session-ended', severity: 'error', message: `the session in Secret ${namespace}/${secret} ended ${ends.toISOString()}`, cause: 'It was not renewed in time: every call of the pods is refused.', remedy, place }];
  // By half of it it should have been renewed, and the kubelet needs its time on top.
  if (ends.getTime() - now.getTime() > (renewedWithin(seconds) / 2 - kubeletSeconds) * 1000) return [];
  return [{ id: 'session-ending', severity: 'warning', message: `the session in Secret ${namespace}/${secret} ends in ${minutes(ends, now)} minutes`, cause: `It is renewed when ${renewedWithin(seconds) / 60} minutes are left, and was not: the renewals have stopped.`, remedy, place }];
}

function minutes(ends: Date, now: Date): number {
  return Math.round((ends.getTime() - now.getTime()) / 60_000);
}
