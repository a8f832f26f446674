import { AwsCallError } from '../../aws/error.ts';
import type { SimulatedVerdict } from '../../aws/types.ts';
import type { Judged, PolicyFacts, SimulationFacts } from '../../checks/live/facts.ts';
import { judge } from '../../checks/live/judge.ts';
import type { Inquiry } from './inquiry.ts';

/**
 * What AWS itself says to every permission that the evaluator judged (iam:SimulatePrincipalPolicy): one call for each set of
 * condition keys, thus one per destination region and one for the profile. Nothing is invoked. It is a second opinion: that
 * it cannot be had is no failure.
 */
export async function gatherSimulation(policies: PolicyFacts, { context }: Inquiry): Promise<SimulationFacts> {
  const { principal } = policies;
  const together = Map.groupBy(policies.models.flatMap((model) => judge(policies, model)), ({ request }) => JSON.stringify(request.context));
  try {
    const answers = await Promise.all(
      [...together.values()].map(async (judged) => {
        const [first] = judged;
        if (first === undefined) return [];
        const simulated = await context.aws.iam.simulatePrincipalPolicy({
          principal,
          actions: [...new Set(judged.map(({ request }) => request.action))],
          resources: [...new Set(judged.map(({ request }) => request.resource))],
          context: first.request.context,
        });
        return judged.flatMap((each) => paired(each, simulated));
      }),
    );
    return { principal, answers: answers.flat() };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { principal, answers: { notMade: error.code, denied: error.kind === 'denied' } };
  }
}

function paired(judged: Judged, simulated: readonly SimulatedVerdict[]): Extract<SimulationFacts['answers'], readonly unknown[]> {
  const found = simulated.find(({ action, resource }) => action === judged.request.action && resource === judged.request.resource);
  return found === undefined ? [] : [{ judged, simulated: found }];
}
