import { backoff } from '../backoff.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { RunContext } from './types.ts';

/** How often a call of the run's own bookkeeping is sent again. */
const attempts = 6;

interface PersistOptions {
  /** Each attempt looks at the object anew, so that somebody else's write in between is no reason to give up. */
  readonly looksAnew?: boolean;
}

/** Makes a call of the run's own bookkeeping (Lease, revision), which may be made twice, with bounded patience for a cluster that fails for a moment. */
export async function persist<Answer>({ clock, random }: Pick<RunContext, 'clock' | 'random'>, call: (attempt: number) => Promise<Answer>, { looksAnew = false }: PersistOptions = {}): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(attempt);
    } catch (error) {
      if (attempt >= attempts || !(error instanceof KubernetesCallError) || !(passes(error) || (looksAnew && error.kind === 'conflict'))) throw error;
      await clock.sleep(backoff({ attempt, random, base: 300, cap: 5000, ...(error.retryAfter === undefined ? {} : { asked: error.retryAfter }) }));
    }
  }
}

function passes({ kind, uncertain }: KubernetesCallError): boolean {
  return uncertain || kind === 'throttled' || kind === 'unavailable';
}
