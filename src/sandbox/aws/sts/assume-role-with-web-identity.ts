import { evaluate } from '../../../policy/evaluate.ts';
import type { NamedPolicy } from '../../../policy/types.ts';
import { requestOf } from '../authorize.ts';
import type { Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { roleByArn } from '../iam/lookup.ts';
import { readSessionPolicies, trustOf } from './assume-role.ts';
import { makeSession, sessionCredentials } from './make-session.ts';
import { readWebIdentity } from './web-identity-token.ts';

/**
 * Needs no AWS credentials: the token says who calls (STS API reference, AssumeRoleWithWebIdentity). The role's trust
 * policy decides, with the condition keys `<issuer>:sub` and `<issuer>:aud` (IAM user guide, "Available keys for AWS
 * OIDC federation"); the issuer is without its scheme.
 */
export const assumeRoleWithWebIdentity: Operation = {
  action: 'sts:AssumeRoleWithWebIdentity',
  unsigned: true,
  checks: () => [],
  run(call) {
    const arn = call.input.text('RoleArn', { min: 20, max: 2048 });
    const sessionName = call.input.text('RoleSessionName', { min: 2, max: 64, pattern: /[\w+=,.@-]*/ });
    const seconds = call.input.optionalNumber('DurationSeconds', { min: 900, max: 43_200 }) ?? 3600;
    const { provider, subject, audience } = readWebIdentity(call.input.text('WebIdentityToken', { min: 4, max: 20_000 }), call);
    const policies = readSessionPolicies(call);
    const role = roleByArn(call.state.iam, arn);
    const trust: NamedPolicy = trustOf(role, arn);
    const request = requestOf(
      {
        action: 'sts:AssumeRoleWithWebIdentity',
        resource: arn,
        context: { [`${provider.url}:sub`]: subject, [`${provider.url}:aud`]: audience, 'aws:FederatedProvider': provider.arn, 'sts:RoleSessionName': sessionName },
      },
      call,
    );
    // The principal of a federated call is its provider: `"Principal": { "Federated": "arn:…:oidc-provider/…" }`.
    const verdict = evaluate({ ...request, principal: provider.arn }, { identity: [], resource: [trust] });
    if (role === undefined || verdict.decision !== 'allow') {
      throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity', { explanation: verdict.explanation, resource: arn });
    }
    if (seconds > role.maxSessionSeconds) throw new AwsError('ValidationError', 400, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    const session = makeSession(call, seconds, { of: { kind: 'role', role: role.name, roleId: role.id, sessionName }, policies, tags: {} });
    return {
      Credentials: sessionCredentials(session),
      SubjectFromWebIdentityToken: subject,
      AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: `arn:aws:sts::${call.world.account}:assumed-role/${role.name}/${sessionName}` },
      Provider: provider.arn,
      Audience: audience,
    };
  },
};
