import { evaluate } from '../../../policy/evaluate.ts';
import { parsePolicy } from '../../../policy/parse.ts';
import type { NamedPolicy } from '../../../policy/types.ts';
import { requestOf } from '../authorize.ts';
import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { roleByArn } from '../iam/lookup.ts';
import { managedPolicyDocument } from '../iam/principal-policies.ts';
import type { IamRole } from '../iam/state.ts';
import { makeSession, sessionCredentials } from './make-session.ts';

/**
 * The role's trust policy and the caller's identity policies decide together (IAM user guide, "Granting a user permissions to
 * switch roles"): a trust that names the user itself suffices; one that names the account also needs the identity policy.
 */
export const assumeRole: Operation = {
  action: 'sts:AssumeRole',
  checks: () => [],
  run(call) {
    const arn = call.input.text('RoleArn', { min: 20, max: 2048 });
    const sessionName = call.input.text('RoleSessionName', { min: 2, max: 64, pattern: /[\w+=,.@-]*/ });
    const sessionPolicies = readSessionPolicies(call);
    const tags = Object.fromEntries(call.input.structures('Tags', { max: 50 }).map((tag) => [tag.text('Key'), tag.text('Value')]));
    const role = roleByArn(call.state.iam, arn);
    authorizeAssuming(call, arn, role);
    if (role === undefined) throw refusal(call, arn, []);
    // IAM user guide, "Role chaining": at most an hour.
    const longest = call.identity.kind === 'assumed-role' ? 3600 : role.maxSessionSeconds;
    const seconds = call.input.optionalNumber('DurationSeconds', { min: 900, max: 43_200 }) ?? 3600;
    if (seconds > longest) {
      throw new AwsError('ValidationError', 400, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    }
    const session = makeSession(call, seconds, { of: { kind: 'role', role: role.name, roleId: role.id, sessionName }, policies: sessionPolicies, tags });
    return {
      Credentials: sessionCredentials(session),
      AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: `arn:aws:sts::${call.world.account}:assumed-role/${role.name}/${sessionName}` },
    };
  },
};

function authorizeAssuming(call: Call, arn: string, role: IamRole | undefined): void {
  const externalId = call.input.optionalText('ExternalId', { min: 2, max: 1224 });
  const context = {
    'sts:RoleSessionName': call.input.text('RoleSessionName'),
    ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
  };
  const trust = trustOf(role, arn);
  const request = requestOf({ action: 'sts:AssumeRole', resource: arn, context }, call);
  // Across accounts the resource's policy must allow whatever the identity's says: so asked, the trust alone decides.
  const trusted = evaluate({ ...request, resource: arn.replace(/:\d{12}:/, ':000000000000:') }, { identity: [allowAll], resource: [trust] });
  const verdict = evaluate(request, { ...call.identity.policies, resource: [trust] });
  const refused = [trusted, verdict].find(({ decision }) => decision !== 'allow');
  if (refused !== undefined) throw refusal(call, arn, refused.explanation);
}

const allowAll: NamedPolicy = { name: 'any identity policy', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

/** Without a trust policy nothing is granted: a role that does not exist is refused in the same words. */
export function trustOf(role: IamRole | undefined, arn: string): NamedPolicy {
  return { name: `trust policy of ${role?.name ?? arn}`, document: role === undefined ? { Version: '2012-10-17', Statement: [] } : withResource(role) };
}

/** A trust policy has no Resource: it is about its role. */
function withResource(role: IamRole): NamedPolicy['document'] {
  const document = parsePolicy(role.trust);
  return { ...document, Statement: document.Statement.map((statement) => ({ ...statement, Resource: '*' })) };
}

export function readSessionPolicies(call: Call): readonly NamedPolicy[] {
  const inline = call.input.optionalText('Policy', { min: 1, max: 2048 });
  const arns = call.input.structures('PolicyArns', { max: 10 }).map((entry) => entry.text('arn'));
  try {
    return [
      ...(inline === undefined ? [] : [{ name: 'session policy', document: parsePolicy(inline) }]),
      ...arns.flatMap((arn) => {
        const document = managedPolicyDocument(call.state.iam, arn);
        return document === undefined ? [] : [{ name: arn, document: parsePolicy(document) }];
      }),
    ];
  } catch (error) {
    throw new AwsError('MalformedPolicyDocument', 400, error instanceof Error ? error.message : String(error));
  }
}

function refusal(call: Call, arn: string, explanation: readonly string[]): AwsError {
  return new AwsError('AccessDenied', 403, `User: ${call.identity.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`, { explanation, resource: arn });
}
