import type { Access } from '../../access/types.ts';
import { storeReaders, storeReadersProblems } from '../../checks/live/store-readers.ts';
import type { StoreFacts } from '../../checks/live/store-facts.ts';
import type { Finding } from '../../finding.ts';
import type { Readings } from '../../resources/readings.ts';
import type { Plan, RunContext } from '../types.ts';
import { gatherStore } from './gather.ts';

/**
 * The plan with what is known of the store's readers. An identity that any principal can take refuses the plan, unless
 * `allowOpenStore`; everything else about it is said and stops nothing: it may be about to be put right by others.
 */
export async function withStoreReaders(plan: Plan, access: Access, { aws, only, allowOpenStore }: Pick<RunContext, 'aws' | 'only' | 'allowOpenStore'>, readings: Readings): Promise<Plan> {
  // What is not asked for stops nothing.
  if (only !== undefined && !only.includes('secret-store')) return plan;
  const facts = await gatherStore(access, aws, readings);
  if (facts === undefined) return plan;
  const said = [...storeReadersProblems(facts).filter(({ id, severity }) => id !== 'secret-store-open' || severity === 'error'), ...told(facts)].map((problem) => inPlan(problem, allowOpenStore === true));
  // Where nothing is handed on, what is merely worth knowing is verify's to say.
  const changes = plan.steps.some(({ action }) => action !== 'none');
  return { ...plan, findings: [...plan.findings, ...said.filter(({ severity }) => changes || severity !== 'info')] };
}

function inPlan(problem: Finding, allowOpenStore: boolean): Finding {
  const refuses = problem.id === 'secret-store-open' && !allowOpenStore;
  return problem.severity === 'error' && !refuses ? { ...problem, severity: 'warning' } : problem;
}

function told(facts: StoreFacts): readonly Finding[] {
  const { told: who, undecided } = storeReaders(facts);
  if (undecided) return [];
  return [
    {
      id: 'secret-store-readers',
      severity: 'info',
      message: `who can read through ${facts.kind} ${facts.name}: ${who}`,
      cause: 'The access key lies where that identity reads: whoever can take it, or can write an ExternalSecret that the store admits, has the key.',
      remedy: 'Nothing, if these are meant. Else confine the trust policy, the permissions, or `spec.conditions` of the store.',
      place: { resource: `${facts.kind} ${facts.name}` },
    },
  ];
}
