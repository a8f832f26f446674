import type { X509Certificate } from 'node:crypto';
import { evaluate } from '../../../policy/evaluate.ts';
import { parsePolicy } from '../../../policy/parse.ts';
import type { NamedPolicy } from '../../../policy/types.ts';
import { requestOf } from '../authorize.ts';
import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { roleByArn } from '../iam/lookup.ts';
import { managedPolicyDocument } from '../iam/principal-policies.ts';
import { trustOf } from '../sts/assume-role.ts';
import { makeSession } from '../sts/make-session.ts';
import { tagsAsked } from '../tag-context.ts';
import { chainOf, checkTrusted, signerOf } from './certified-request.ts';
import type { HeldProfile } from './state.ts';
import { checkBundle } from './trust-anchors.ts';

/** What the service calls STS for; the role's trust must allow each (user guide, "Trust model"). */
const assuming = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] as const;

/**
 * A session for whoever holds the key of a certificate that the trust anchor's authority issued, of a role that the
 * profile lists and that trusts this service (user guide, "CreateSession API").
 */
export const createSession: Operation = {
  action: 'rolesanywhere:CreateSession',
  unsigned: true,
  checks: () => [],
  run(call) {
    const { state, input, request } = call;
    const certificate = signerOf(request);
    const anchor = state.rolesAnywhere.trustAnchors.get(input.text('trustAnchorArn', { min: 1, max: 1011 }));
    const profile = state.rolesAnywhere.profiles.get(input.text('profileArn', { min: 1, max: 1011 }));
    const roleArn = input.text('roleArn', { min: 1, max: 1011 });
    const asked = input.optionalNumber('durationSeconds', { min: 900, max: 43_200 });
    if (anchor === undefined || profile === undefined) throw new AwsError('ResourceNotFoundException', 404, `${anchor === undefined ? 'Trust anchor' : 'Profile'} not found.`);
    if (!anchor.enabled) throw denied('Trust anchor is disabled', anchor.arn);
    if (!profile.enabled) throw denied('Profile is disabled', profile.arn);
    if (anchor.region !== profile.region) throw denied('Trust anchor and profile are of different regions', profile.arn);
    checkTrusted(certificate, checkBundle(anchor.certificates), chainOf(request));
    if (!profile.roleArns.includes(roleArn)) throw denied('Unable to assume role for provided profile', roleArn);
    const role = roleByArn(state.iam, roleArn);
    const tags = principalTags(certificate);
    const commonName = tags['x509Subject/CN'] ?? '';
    const context = {
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
      ...tagsAsked(Object.entries(tags)),
      'aws:SourceArn': anchor.arn,
      'aws:SourceAccount': call.world.account,
      'sts:SourceIdentity': commonName,
    };
    const trust = trustOf(role, roleArn);
    for (const action of assuming) {
      const verdict = evaluate({ ...requestOf({ action, resource: roleArn, context }, call), principal: 'rolesanywhere.amazonaws.com' }, { identity: [], resource: [trust] });
      if (verdict.decision !== 'allow') throw new AwsError('AccessDeniedException', 403, `Unable to assume role for ${roleArn}`, { explanation: verdict.explanation, resource: roleArn });
    }
    if (role === undefined) throw denied(`Unable to assume role for ${roleArn}`, roleArn);
    const seconds = Math.min(asked ?? profile.durationSeconds, profile.durationSeconds, role.maxSessionSeconds);
    const sessionName = BigInt(`0x${certificate.serialNumber}`).toString(16);
    const session = makeSession(call, seconds, { of: { kind: 'role', role: role.name, roleId: role.id, sessionName }, policies: sessionPolicies(profile, call), tags });
    return {
      credentialSet: [
        {
          assumedRoleUser: { arn: `arn:aws:sts::${call.world.account}:assumed-role/${role.name}/${sessionName}`, assumedRoleId: `${role.id}:${sessionName}` },
          credentials: { accessKeyId: session.accessKeyId, secretAccessKey: session.secret, sessionToken: session.token, expiration: session.expiresAt },
          packedPolicySize: 0,
          roleArn,
          sourceIdentity: commonName,
        },
      ],
      subjectArn: `arn:aws:rolesanywhere:${anchor.region}:${call.world.account}:subject/${anchor.id}`,
    };
  },
};

/** The default mapping: every field of subject and issuer, DNS names and URIs of the alternative name (user guide, "Trust model", attribute mapping). */
function principalTags({ subject, issuer, subjectAltName = '' }: X509Certificate): Readonly<Record<string, string>> {
  const fields = (prefix: string, name: string): readonly (readonly [string, string])[] =>
    name.split('\n').flatMap((line) => {
      const [, field, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return field === undefined || value === undefined ? [] : [[`${prefix}/${field}`, value] as const];
    });
  const alternatives = subjectAltName.split(', ').flatMap((entry) => {
    const [, kind, value] = /^(URI|DNS):(.*)$/.exec(entry) ?? [];
    return kind === undefined || value === undefined ? [] : [[`x509SAN/${kind}`, value] as const];
  });
  return Object.fromEntries([...fields('x509Subject', subject), ...fields('x509Issuer', issuer), ...alternatives]);
}

function sessionPolicies({ sessionPolicy, managedPolicyArns }: HeldProfile, { state }: Call): readonly NamedPolicy[] {
  const managed = managedPolicyArns.flatMap((arn) => {
    const document = managedPolicyDocument(state.iam, arn);
    return document === undefined ? [] : [{ name: arn, document: parsePolicy(document) }];
  });
  return [...(sessionPolicy === undefined ? [] : [{ name: 'session policy of the profile', document: parsePolicy(sessionPolicy) }]), ...managed];
}

function denied(message: string, resource: string): AwsError {
  return new AwsError('AccessDeniedException', 403, message, { resource });
}
