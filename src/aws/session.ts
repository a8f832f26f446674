import { backoff } from '../backoff.ts';
import type { Clock, Random } from '../clock.ts';
import { mayPass } from '../connection-failure.ts';
import { classify } from './classify.ts';
import type { CallPlace } from './classify.ts';
import type { CredentialSource, TokenSource } from './credentials.ts';
import type { AwsCallError } from './call-error.ts';
import type { AwsCall } from './types.ts';

/** What all services of one {@link Aws} have in common: identity, endpoints, patience and the log of calls. */
export interface Session {
  readonly region: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly credentials: CredentialSource;
  /** Instead of a signature. */
  readonly token?: TokenSource;
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

/** No further attempt after this many milliseconds, so that time-outs do not add up. */
const readPatience = 60_000;

/** One reading call: tried again, with growing jittered pauses, while AWS throttles, fails or drops the connection. */
export async function reading<T>(session: Session, place: CallPlace, send: () => Promise<T>): Promise<T> {
  const entry = begin(session, place);
  const started = session.clock.now().getTime();
  for (;;) {
    entry.attempts += 1;
    try {
      const answer = await send();
      delete entry.failed;
      return answer;
    } catch (error) {
      const failure = classify(error, place);
      entry.failed = failure.code;
      const spent = session.clock.now().getTime() - started;
      if (!passes(failure) || entry.attempts >= readAttempts || spent > readPatience) throw failure;
      const base = failure.kind === 'throttled' ? 500 : 200;
      const asked = failure.retryAfter === undefined ? {} : { asked: failure.retryAfter };
      await session.clock.sleep(backoff({ attempt: entry.attempts, random: session.random, base, cap: 8000, ...asked }), session.signal);
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
  return failure.kind === 'unreachable' && mayPass(failure.code);
}
