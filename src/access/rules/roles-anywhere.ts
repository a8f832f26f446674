import { parseArn } from '../../bedrock/arn.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** What AWS or this mode cannot do: another account's trust anchor, a session that the role does not allow, others as makers. */
export function rolesAnywhereFaults({ credentials, account, managedBy, parameterKmsKeyId }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { trustAnchor, sessionDuration } = credentials.rolesAnywhere ?? {};
  if (trustAnchor === undefined) return [];
  const findings: Finding[] = [];
  const anchor = parseArn(trustAnchor);
  if (anchor !== undefined && anchor.account !== account) {
    const field = 'spec.credentials.rolesAnywhere.trustAnchor';
    findings.push(accessFinding('trust-anchor-other-account', `${field} is of account ${anchor.account}, and the access of ${account}.`, source.place(field)));
  }
  const minutes = sessionDuration === undefined ? 60 : Number.parseInt(sessionDuration, 10) * ({ m: 1, h: 60, d: 1440 }[sessionDuration.slice(-1)] ?? 1);
  if (minutes < 15 || minutes > 60) {
    const field = 'spec.credentials.rolesAnywhere.sessionDuration';
    findings.push(accessFinding('session-duration-out-of-range', `${field} is ${sessionDuration ?? ''}; a session lasts from 15m to 1h.`, source.place(field)));
  }
  if (managedBy?.iam === 'terraform' || managedBy?.cluster === 'manifests') {
    findings.push(accessFinding('roles-anywhere-by-program', 'spec.managedBy: with credentials.rolesAnywhere role, profile, certificate and sidecar are made by the program; Terraform and manifests are not written for it yet.', source.key('spec.credentials.rolesAnywhere')));
  }
  if (parameterKmsKeyId !== undefined) findings.push(accessFinding('roles-anywhere-by-program', 'spec.parameterKmsKeyId: with credentials.rolesAnywhere there is no parameter.', source.key('spec.parameterKmsKeyId'), { remedy: 'Leave it out.' }));
  return findings;
}
