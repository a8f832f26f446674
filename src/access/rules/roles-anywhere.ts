import { parseArn } from '../../bedrock/arn.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { sessionDurationFaults } from './session-duration.ts';

/** What AWS cannot do: another account's trust anchor, a session that the role does not allow. */
export function rolesAnywhereFaults({ credentials, account }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { trustAnchor, sessionDuration } = credentials.rolesAnywhere ?? {};
  const field = (name: string): string => `spec.credentials.rolesAnywhere.${name}`;
  const of = trustAnchor === undefined ? undefined : parseArn(trustAnchor)?.account;
  return [
    ...(of === undefined || of === account ? [] : [accessFinding('trust-anchor-other-account', `${field('trustAnchor')} is of account ${of}, and the access of ${account}.`, source.place(field('trustAnchor')))]),
    ...sessionDurationFaults(field('sessionDuration'), sessionDuration, { subject: 'a session', hours: 1 }, source),
  ];
}
