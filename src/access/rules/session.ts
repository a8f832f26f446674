import { parseArn } from '../../bedrock/arn.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { sessionDurationFaults } from './session-duration.ts';

/** What AWS or this mode cannot do: a renewer of another account, a session that the role does not allow, a sidecar without an image. */
export function sessionFaults({ credentials, account }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { session } = credentials;
  if (session === undefined) return [];
  const { renewer, sessionDuration, delivery, image } = session;
  const field = (name: string): string => `spec.credentials.session.${name}`;
  return [
    ...renewerFaults(field('renewer'), renewer, account, source),
    ...sessionDurationFaults(field('sessionDuration'), sessionDuration, { subject: 'a session', hours: 1 }, source),
    ...(delivery === 'sidecar' && image === undefined
      ? [accessFinding('session-image-missing', `${field('image')} is missing: the sidecar is this program, and no registry is known to have it.`, source.key('spec.credentials.session'))]
      : []),
  ];
}

export function renewerFaults(field: string, renewer: string, account: string, source: SourceDocument): Finding[] {
  const of = parseArn(renewer)?.account;
  return of === undefined || of === account ? [] : [accessFinding('session-renewer-other-account', `${field} is of account ${of}, and the access of ${account}.`, source.place(field))];
}
