import type { ResolvedModel } from '../../bedrock/types.ts';
import type { Finding } from '../../finding.ts';
import { bearerAction } from '../../policy/bearer.ts';
import { deniedBy } from './denied-by.ts';
import type { Judged, PolicyFacts } from './facts.ts';
import { judge, refused, regionOf } from './judge.ts';

/** The policies of the user must allow every declared model, in every destination, whole and streamed. */
export function policyDenies(facts: PolicyFacts): readonly Finding[] {
  return facts.models.flatMap((model) => {
    const denied = refused(judge(facts, model));
    return denied.length === 0 ? [] : [finding(facts, model, denied)];
  });
}

function finding(facts: PolicyFacts, model: ResolvedModel, denied: readonly Judged[]): Finding {
  const explicit = denied.find(({ verdict }) => verdict.decision === 'explicit-deny');
  const shown = explicit ?? denied[0];
  const boundary = shown?.verdict.stoppedBy === 'boundary' ? deniedBy({ by: 'boundary', explicit: explicit !== undefined }, { action: shown.request.action, principal: facts.principal }) : undefined;
  return {
    id: 'policy-refuses-model',
    severity: 'error',
    message: `the policies of ${facts.principal} do not allow ${model.invokeId}: ${whatIsMissing(denied)}`,
    cause: [...(shown?.verdict.explanation ?? []), ...groupNote(facts)].join(' '),
    remedy:
      boundary !== undefined
        ? boundary.remedy
        : explicit === undefined
          ? 'Run `bedrock-access plan`: it shows how the policy differs; `bedrock-access apply` puts it right. `bedrock-access policy --explain` shows what is needed.'
          : 'Take the Deny away where it was put, or ask whoever put it there.',
    place: { resource: facts.principal },
  };
}

/** `bedrock:InvokeModel on arn… (us-east-2)`; several regions of the same model in one. */
export function whatIsMissing(denied: readonly Judged[]): string {
  const [first, ...others] = denied;
  // Where the API key itself may not be used, the model is not come to.
  if (first?.request.action === bearerAction) return [bearerAction, ...(others.length === 0 ? [] : [whatIsMissing(others)])].join(', and ');
  const actions = [...new Set(denied.map(({ request }) => request.action))];
  const profiles = [...new Set(denied.filter(({ request }) => request.resource.includes('inference-profile/')).map(({ request }) => request.resource))];
  const regions = [...new Set(denied.filter(({ request }) => request.resource.includes(':foundation-model/')).map(regionOf))].sort();
  const parts = [...profiles, ...(regions.length === 0 ? [] : [`the model in ${regions.join(', ')}`])];
  return `${actions.join(' and ')} on ${parts.join(' and on ')}`;
}

function groupNote({ groups }: PolicyFacts): readonly string[] {
  return groups.length === 0 ? [] : [`(Policies of the user's groups ${groups.join(', ')} were not looked at.)`];
}
