import { footprint as footprintOf } from './footprint.ts';
import { plan as planOf } from './plan.ts';
import type { Footprint, Observation, Plan, PlanOptions, Step } from './types.ts';

/**
 * Says of each difference that it comes of another catalog alone. What was applied last keeps the slice of the catalog
 * that it was made with: the same declaration planned with that one would not have the difference.
 */
export function labelCatalogDifferences(plan: Plan, footprint: Footprint, observation: Observation, now: Date, options: PlanOptions = {}): Plan {
  const applied = observation.revisions.find(({ state }) => state === 'complete');
  if (applied?.catalog === undefined || applied.accessDigest !== footprint.accessDigest || applied.catalog.date === footprint.catalogDate) return plan;
  if (plan.steps.every(({ action }) => action === 'none')) return plan;
  const then = footprintOf(footprint.access, { catalog: applied.catalog, clusterId: footprint.owner.cluster, now });
  // What a mark asks for, no catalog knows.
  const before = { ...then, resources: [...then.resources, ...footprint.resources.filter(({ kind }) => kind === 'deny-policy')] };
  const without = new Map(planOf(before, observation, now, options).steps.map((step) => [addressOf(step), step]));
  const reason = `by the catalog alone: applied with that of ${applied.catalog.date}, this one is of ${footprint.catalogDate}`;
  return { ...plan, steps: plan.steps.map((step) => labelled(step, without.get(addressOf(step)), reason)) };
}

function labelled(step: Step, without: Step | undefined, reason: string): Step {
  if (step.action === 'none') return step;
  const differences = step.differences.map((difference) =>
    without?.action !== 'none' && without?.differences.some(({ field, to }) => field === difference.field && to === difference.to) === true ? difference : { ...difference, cause: 'catalog' as const },
  );
  const alone = without === undefined || without.action === 'none' ? step.action !== 'delete' || without === undefined : differences.length > 0 && differences.every(({ cause }) => cause === 'catalog');
  if (!alone) return { ...step, differences };
  return { ...step, reason: step.reason === undefined ? reason : `${step.reason}; ${reason}` };
}

function addressOf({ kind, key }: Step): string {
  return `${kind}/${key}`;
}
