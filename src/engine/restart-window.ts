/** `restart: window`: a plan that ends pods is carried out while the window is open. */
import { windowAt } from '../access/restart-window.ts';
import type { Access } from '../access/types.ts';
import type { Finding } from '../finding.ts';
import { kindOf } from '../resources/index.ts';
import { address } from '../resources/kind.ts';
import type { Observation, Step } from './types.ts';

export const windowClosed = 'restart-window-closed';

/** What a plan says outside the window where one of its steps ends pods. */
export function outsideWindow({ spec }: Access, steps: readonly Step[], { found, strays }: Observation, now: Date): readonly Finding[] {
  if (spec.restartWindow === undefined) return [];
  const window = windowAt(spec.restartWindow, now);
  if (window?.open === true) return [];
  const observed = new Map([...found, ...strays.map((stray) => [address(stray), stray] as const)]);
  const ending = steps.filter((step) => {
    const there = observed.get(address(step));
    return step.action !== 'none' && step.handOver === undefined && there !== undefined && kindOf(step).endsPods?.(there.observed) === true;
  });
  if (ending.length === 0) return [];
  return [
    {
      id: windowClosed,
      severity: 'warning',
      message: `this restarts ${ending.map(({ name }) => name).join(', ')}, and the window for restarts is closed${window === undefined ? '' : ` until ${window.opens.toISOString()}`}`,
      cause: 'A policy, a Secret and the pods that live by them change together: outside the window nothing is changed.',
      remedy: `Run apply again${window === undefined ? '' : ` between ${window.opens.toISOString()} and ${window.closes.toISOString()}`}, or with --restart-now.`,
      place: { field: 'spec.restartWindow' },
    },
  ];
}
