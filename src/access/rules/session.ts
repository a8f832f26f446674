import { parseArn } from '../../bedrock/arn.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** What AWS or this mode cannot do: a renewer of another account, a session that the role does not allow, a sidecar without an image. */
export function sessionFaults({ credentials, account, parameterKmsKeyId }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { session } = credentials;
  if (session === undefined) return [];
  const { renewer, sessionDuration, delivery, image } = session;
  const field = (name: string): string => `spec.credentials.session.${name}`;
  const findings: Finding[] = [];
  const of = parseArn(renewer)?.account;
  if (of !== undefined && of !== account) findings.push(accessFinding('session-renewer-other-account', `${field('renewer')} is of account ${of}, and the access of ${account}.`, source.place(field('renewer'))));
  const minutes = sessionDuration === undefined ? 60 : Number.parseInt(sessionDuration, 10) * ({ m: 1, h: 60, d: 1440 }[sessionDuration.slice(-1)] ?? 1);
  if (minutes < 15 || minutes > 60) findings.push(accessFinding('session-duration-out-of-range', `${field('sessionDuration')} is ${sessionDuration ?? ''}; a session lasts from 15m to 1h.`, source.place(field('sessionDuration'))));
  if (delivery === 'sidecar' && image === undefined) findings.push(accessFinding('session-image-missing', `${field('image')} is missing: the sidecar is this program, and no registry is known to have it.`, source.key('spec.credentials.session')));
  if (parameterKmsKeyId !== undefined) findings.push(accessFinding('web-identity-by-program', 'spec.parameterKmsKeyId: with credentials.session there is no parameter.', source.key('spec.parameterKmsKeyId'), { remedy: 'Leave it out.' }));
  return findings;
}
