import type { Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { assumeRole } from './assume-role.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { makeSession, sessionCredentials } from './make-session.ts';

/** Needs no permission, and no policy can forbid it (STS API reference, GetCallerIdentity). */
const getCallerIdentity: Operation = {
  action: 'sts:GetCallerIdentity',
  checks: () => [],
  run: ({ identity }) => ({ Arn: identity.arn, UserId: identity.userId, Account: identity.account }),
};

/** Needs no permission; only for long-term credentials (STS API reference, GetSessionToken). */
const getSessionToken: Operation = {
  action: 'sts:GetSessionToken',
  checks: () => [],
  run(call) {
    if (call.identity.kind !== 'user') throw new AwsError('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials');
    const seconds = call.input.optionalNumber('DurationSeconds', { min: 900, max: 129_600 }) ?? 43_200;
    const session = makeSession(call, seconds, { of: { kind: 'user', user: call.identity.name }, policies: [], tags: {} });
    return { Credentials: sessionCredentials(session) };
  },
};

export const stsOperations: Operations = {
  GetCallerIdentity: getCallerIdentity,
  GetSessionToken: getSessionToken,
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
};
