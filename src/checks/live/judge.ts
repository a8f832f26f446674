import { bearerTypeOf } from '../../access/credential-mode.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import { bearerRequest } from '../../policy/bearer.ts';
import { evaluate } from '../../policy/evaluate.ts';
import { invocationRequests } from '../../policy/invocation.ts';
import type { Judged, PolicyFacts } from './facts.ts';

/** The two actions that a workload needs for each model: for whole answers and for streamed ones. */
export const invokeActions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'] as const;

/** What IAM's rules say to every check that AWS makes for invoking a model: the API key, the profile, and the model in each destination. */
export function judge(facts: PolicyFacts, model: ResolvedModel, actions: readonly string[] = invokeActions): readonly Judged[] {
  const { account, endpoint } = facts.access.spec;
  // A call that comes from where the declaration says; from elsewhere the conditions deny it, as they shall.
  const context = {
    ...(endpoint?.sourceVpce === undefined ? {} : { 'aws:SourceVpce': endpoint.sourceVpce }),
    ...(endpoint?.sourceIp?.[0] === undefined ? {} : { 'aws:SourceIp': endpoint.sourceIp[0].split('/')[0] ?? '' }),
  };
  const { principal } = facts;
  const type = bearerTypeOf(facts.access.spec.credentials);
  const token = type === undefined ? [] : [bearerRequest({ principal, region: model.sourceRegion, type, context })];
  const requests = [...token, ...actions.flatMap((action) => invocationRequests({ principal, action, model, account, context }))];
  return requests.map((request) => ({ request, verdict: evaluate(request, facts.policies) }));
}

/** Those that are not allowed. */
export function refused(judged: readonly Judged[]): readonly Judged[] {
  return judged.filter(({ verdict }) => verdict.decision !== 'allow');
}

/** The region of a check: a destination, or the source for the profile. */
export function regionOf({ request }: Judged): string {
  const region = request.context['aws:RequestedRegion'];
  return typeof region === 'string' ? region : '';
}
