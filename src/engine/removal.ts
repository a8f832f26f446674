import { keptByGit } from '../resources/gitops.ts';
import { kinds, kindOf } from '../resources/index.ts';
import { fingerprint } from './fingerprint.ts';
import type { Difference, Step, StrayResource } from './types.ts';

/** Delete steps in the order of the kinds backwards: whatever uses a thing goes before it. `after`: steps that come before all of them. */
export function removalSteps(strays: readonly StrayResource[], after: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  for (const { kind } of [...kinds].reverse()) {
    const before = steps.map(({ id }) => id);
    steps.push(...strays.filter((stray) => stray.kind === kind).map((stray) => removalStep(stray, [...after, ...before])));
  }
  return steps;
}

export function removalStep(stray: StrayResource, after: readonly string[]): Step {
  const kind = kindOf(stray);
  const differences = Object.entries(kind.going?.(stray.observed) ?? stray.state)
    .filter(([field, value]) => field !== 'owner' && value !== undefined && value !== '')
    .map(([field, from]): Difference => ({ field, ...(from === undefined ? {} : { from }) }));
  const keeper = kind.keptBy?.(stray.observed);
  const handOver = keeper === undefined ? kind.handOverRemoval?.(stray.observed) : keptByGit(keeper, `${stray.kind} ${stray.name}`, undefined);
  return {
    id: `delete ${stray.kind}/${stray.key}`,
    action: 'delete',
    kind: stray.kind,
    key: stray.key,
    name: stray.name,
    where: kind.where,
    differences,
    after,
    reason: handOver === undefined ? stray.reason : 'an edit in git, see below',
    ...(handOver === undefined ? {} : { handOver }),
    ...(stray.first === true ? { lost: true } : {}),
    before: fingerprint(stray.state),
    afterwards: fingerprint(undefined),
  };
}
