import type { Finding } from '../../finding.ts';
import { deniedBy } from './denied-by.ts';
import type { Judged, SimulationFacts } from './facts.ts';
import { regionOf } from './judge.ts';

/**
 * AWS's own simulation of every permission that the workload needs, per destination region, beside this program's evaluator.
 * It knows the organisation's service control policies and the user's groups, which the program does not look at; where the
 * two differ, AWS's word counts.
 */
export function simulationDiffers({ principal, answers }: SimulationFacts): readonly Finding[] {
  const place = { resource: principal };
  if ('notMade' in answers) {
    return [
      {
        id: 'simulation-not-made',
        severity: 'info',
        message: `AWS's own simulation of the policies of ${principal} was not made (${answers.notMade})`,
        cause: answers.denied ? 'The caller may not do iam:SimulatePrincipalPolicy on the user.' : 'IAM did not answer iam:SimulatePrincipalPolicy.',
        remedy: 'Nothing: the policies were judged by this program. To have both, allow iam:SimulatePrincipalPolicy, as `bedrock-access permissions` prints it.',
        place,
      },
    ];
  }
  const differing = answers.filter(({ judged, simulated }) => (judged.verdict.decision === 'allow') !== (simulated.decision === 'allow'));
  const organisation = differing.filter(({ simulated }) => simulated.allowedByOrganizations === false);
  const stricter = differing.filter(({ simulated }) => simulated.decision !== 'allow' && simulated.allowedByOrganizations !== false);
  const wider = differing.filter(({ simulated }) => simulated.decision === 'allow');
  return [...serviceControl(organisation, principal), ...(stricter.length === 0 ? [] : [difference(stricter, principal, 'denies')]), ...(wider.length === 0 ? [] : [difference(wider, principal, 'allows')])];
}

type Answer = Exclude<SimulationFacts['answers'], { readonly notMade: string }>[number];

function serviceControl(answers: readonly Answer[], principal: string): readonly Finding[] {
  const [first] = answers;
  if (first === undefined) return [];
  const outside = deniedBy({ by: 'service-control', explicit: first.simulated.decision === 'explicit-deny' }, { action: first.judged.request.action, principal });
  if (outside === undefined) return [];
  return [
    {
      id: outside.id,
      severity: 'error',
      message: `${outside.policy} stands against ${what(answers)}, by AWS's own simulation`,
      cause: outside.cause,
      remedy: outside.remedy,
      place: { resource: principal },
    },
  ];
}

function difference(answers: readonly Answer[], principal: string, does: 'denies' | 'allows'): Finding {
  const missing = [...new Set(answers.flatMap(({ simulated }) => simulated.missingContext))];
  return {
    id: 'simulation-differs',
    severity: 'warning',
    message: `AWS's own simulation ${does} ${what(answers)}, and this program's evaluator says otherwise`,
    cause:
      does === 'allows'
        ? "Another policy counts for AWS that was not looked at here, such as one of the user's groups: the access works for another reason than its own policy."
        : `AWS looks at more than the policies of the user${missing.length === 0 ? '' : `, and asks for ${missing.join(', ')}, which the simulation was not told`}.`,
    remedy: does === 'allows' ? 'Look at `bedrock-access plan`: its own policy should be enough.' : 'Look at the call below: a real answer counts for more than a simulation. Where the two disagree, please report it.',
    place: { resource: principal },
  };
}

/** `bedrock:InvokeModel on arn… (us-east-2, us-west-2)` */
function what(answers: readonly Answer[]): string {
  const actions = [...new Set(answers.map(({ judged }) => judged.request.action))];
  const byResource = Map.groupBy(answers, ({ judged }) => judged.request.resource);
  const parts = [...byResource].map(([resource, those]) => `${resource} (${[...new Set(those.map(({ judged }) => regionOf(judged)))].sort().join(', ')})`);
  return `${actions.join(' and ')} on ${parts.join(' and on ')}`;
}

/** How many questions were answered alike. */
export function agreed({ answers }: SimulationFacts): { readonly asked: number; readonly alike: number } | undefined {
  if ('notMade' in answers) return undefined;
  return { asked: answers.length, alike: answers.filter(({ judged, simulated }) => isAllowed(judged) === (simulated.decision === 'allow')).length };
}

function isAllowed({ verdict }: Judged): boolean {
  return verdict.decision === 'allow';
}
