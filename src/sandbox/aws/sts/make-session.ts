import type { Call } from '../call.ts';
import { secretKey, sessionToken, uniqueId } from '../ids.ts';
import type { Session } from './sessions.ts';

/** New temporary credentials, valid for some seconds of the wall clock. */
export function makeSession(call: Pick<Call, 'world' | 'state'>, seconds: number, about: Pick<Session, 'of' | 'policies' | 'tags'>): Session {
  const { random } = call.state.iam;
  const session: Session = {
    accessKeyId: uniqueId('ASIA', random),
    secret: secretKey(random),
    token: sessionToken(random),
    expiresAt: new Date(Date.now() + seconds * 1000),
    issuedAt: call.world.clock.now(),
    ...about,
  };
  call.state.iam.issuedSecrets.push(session.secret, session.token);
  call.state.sessions.set(session.accessKeyId, session);
  return session;
}

export function sessionCredentials(session: Session): Readonly<Record<string, unknown>> {
  return { AccessKeyId: session.accessKeyId, SecretAccessKey: session.secret, SessionToken: session.token, Expiration: session.expiresAt };
}
