import { evaluate } from '../../policy/evaluate.ts';
import type { AuthorizationRequest, Verdict } from '../../policy/types.ts';
import type { Call, Check } from './call.ts';
import { AwsError } from './error.ts';
import { stoppedOutside, withServiceControl, type OutsideLayer } from './outside-policies.ts';

/**
 * Asks the evaluator each of the operation's questions; all must be allowed.
 * @returns the verdicts' explanations.
 * @throws AwsError AccessDenied in AWS's words, naming the first that is not allowed.
 */
export function authorize(requests: readonly AuthorizationRequest[], call: Call, code: { readonly code: string; readonly status: number }): readonly string[] {
  const explanation: string[] = [];
  for (const request of requests) {
    const { outside } = call.world;
    const verdict = evaluate(request, withServiceControl(call.identity.policies, outside));
    explanation.push(...verdict.explanation);
    if (verdict.decision !== 'allow') throw denied(request, call, verdict, code);
    const stopped = stoppedOutside(request, outside);
    if (stopped !== undefined) throw denied(request, call, stopped.verdict, code, stopped.layer);
  }
  return explanation;
}

/** IAM user guide, "AWS global condition context keys". Every call counts as sent over TLS from loopback. */
export function requestOf(check: Check, call: Call): AuthorizationRequest {
  const { identity, world } = call;
  const now = world.clock.now();
  const role = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(identity.arn);
  const principalArn = role === null ? identity.arn : (call.state.iam.roles.get(identity.name.toLowerCase())?.arn ?? identity.arn);
  return {
    principal: identity.arn,
    action: check.action,
    resource: check.resource,
    context: {
      'aws:PrincipalArn': principalArn,
      'aws:PrincipalAccount': identity.account,
      'aws:PrincipalType': principalTypes[identity.kind],
      'aws:userid': identity.userId,
      ...(identity.kind === 'assumed-role' || identity.kind === 'anonymous' ? {} : { 'aws:username': identity.name }),
      ...Object.fromEntries(Object.entries(identity.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
      'aws:RequestedRegion': call.region,
      'aws:SourceIp': '127.0.0.1',
      'aws:SecureTransport': 'true',
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
      ...(identity.issuedAt === undefined ? {} : { 'aws:TokenIssueTime': identity.issuedAt.toISOString() }),
      ...check.context,
    },
  };
}

/** IAM user guide, "AWS global condition context keys", `aws:PrincipalType`. */
const principalTypes = { user: 'User', 'session-token': 'User', 'assumed-role': 'AssumedRole', anonymous: 'Anonymous' } as const;

/** The words of IAM user guide, "Troubleshoot access denied error messages". */
function denied(asked: AuthorizationRequest, call: Call, verdict: Verdict, { code, status }: { readonly code: string; readonly status: number }, layer?: OutsideLayer): AwsError {
  const set = policyWords[layer ?? verdict.stoppedBy ?? 'identity'];
  const reason =
    verdict.decision === 'explicit-deny' ? `with an explicit deny in ${set.article} ${set.name}` : `because no ${set.name} allows the ${asked.action} action`;
  return new AwsError(code, status, `User: ${call.identity.arn} is not authorized to perform: ${asked.action} on resource: ${asked.resource} ${reason}`, {
    explanation: verdict.explanation,
    resource: asked.resource,
  });
}

const policyWords = {
  identity: { article: 'an', name: 'identity-based policy' },
  boundary: { article: 'a', name: 'permissions boundary' },
  session: { article: 'a', name: 'session policy' },
  'service-control': { article: 'a', name: 'service control policy' },
  resource: { article: 'a', name: 'resource-based policy' },
  'resource-control': { article: 'a', name: 'resource control policy' },
  'vpc-endpoint': { article: 'a', name: 'VPC endpoint policy' },
} as const;
