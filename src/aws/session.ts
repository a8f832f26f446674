import type { Clock, Random } from '../clock.ts';
import { classify } from './classify.ts';
import type { CallPlace } from './classify.ts';
import type { CredentialSource } from './credentials.ts';
import type { AwsCallError } from './call-error.ts';
import type { AwsCall } from './types.ts';

/** What all services of one {@link Aws} have in common: identity, endpoints, patience and the log of calls. */
export interface Session {
  readonly region: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly credentials: CredentialSource;
  readonly endpoint?: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** Milliseconds until a call without an answer is given up. */
  readonly timeout: number;
  readonly log: LoggedCall[];
}

type LoggedCall = { -readonly [field in keyof AwsCall]: AwsCall[field] };

/** Reads are tried this often; with the pauses below that is about 25 seconds at worst. */
const readAttempts = 6;

/** One reading call: tried again, with growing jittered pauses, while AWS throttles, fails or drops the connection. */
export async function reading<T>(session: Session, place: CallPlace, send: () => Promise<T>): Promise<T> {
  const entry = begin(session, place);
  for (;;) {
    entry.attempts += 1;
    try {
      const answer = await send();
      delete entry.failed;
      return answer;
    } catch (error) {
      const failure = classify(error, place);
      entry.failed = failure.code;
      if (!passes(failure) || entry.attempts >= readAttempts) throw failure;
      await session.clock.sleep(pause(failure, entry.attempts, session.random), session.signal);
    }
  }
}

/** One changing call: sent once. Whether to send it again is the engine's decision (`AwsCallError.uncertain`). */
export async function changing<T>(session: Session, place: CallPlace, send: () => Promise<T>): Promise<T> {
  session.signal?.throwIfAborted();
  const entry = begin(session, place);
  entry.attempts = 1;
  try {
    return await send();
  } catch (error) {
    const failure = classify(error, place);
    entry.failed = failure.code;
    throw failure;
  }
}

function begin(session: Session, place: CallPlace): LoggedCall {
  const entry: LoggedCall = { action: place.action, region: place.region, attempts: 0 };
  session.log.push(entry);
  return entry;
}

function passes(failure: AwsCallError): boolean {
  if (failure.kind === 'throttled' || failure.kind === 'unavailable' || failure.kind === 'not-ready') return true;
  // A refused connection or a broken one may pass; a name that does not resolve or a bad certificate will not.
  return failure.kind === 'unreachable' && (failure.uncertain || failure.code === 'ECONNREFUSED' || failure.code === 'EAI_AGAIN');
}

/** Full jitter over an exponential ceiling (AWS Architecture Blog, "Exponential Backoff And Jitter"); never less than AWS asks for, up to 20 s. */
function pause(failure: AwsCallError, attempt: number, random: Random): number {
  const ceiling = Math.min(8000, (failure.kind === 'throttled' ? 500 : 200) * 2 ** (attempt - 1));
  return Math.max(Math.min(failure.retryAfter ?? 0, 20_000), 50 + random() * ceiling);
}
