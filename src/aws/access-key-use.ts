import { backoff } from '../backoff.ts';
import { AwsCallError } from './call-error.ts';
import type { Session } from './session.ts';
import type { IamCalls } from './types.ts';

/** Milliseconds for which a key that IAM lists and yet denies the last use of may be one that a replica does not know of yet, or knows of still. */
const patience = 30_000;

/**
 * When an access key of that user was last used; undefined where the key is no more. Of a key that the account does not have IAM
 * denies the question, whoever asks (the API reference knows no NoSuchEntity of it), and a replica that is behind lists it for a while (IAM user guide, "Changes that I make are
 * not always immediately visible"). Hence a denial is believed only when the key is still listed after that while.
 */
export async function accessKeyUse({ accessKeyLastUsed, listAccessKeys }: Pick<IamCalls, 'accessKeyLastUsed' | 'listAccessKeys'>, user: string, id: string, { clock, random, signal }: Pick<Session, 'clock' | 'random' | 'signal'>): Promise<{ readonly at?: Date } | undefined> {
  const until = clock.now().getTime() + patience;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await accessKeyLastUsed(id);
    } catch (error) {
      if (!(error instanceof AwsCallError && error.kind === 'denied')) throw error;
      if ((await listAccessKeys(user))?.some((key) => key.id === id) !== true) return undefined;
      if (clock.now().getTime() >= until) throw error;
    }
    await clock.sleep(backoff({ attempt, random, base: 1000, cap: 8000 }), signal);
  }
}
