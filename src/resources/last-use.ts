import { AwsCallError } from '../aws/error.ts';
import type { Aws } from '../aws/types.ts';

/**
 * When an access key was last used, as far as IAM tells it yet; undefined where the key is no more. Of such a key IAM denies the
 * question (API reference, GetAccessKeyLastUsed), whoever asks: then the user's keys are listed anew, since the list that named it may
 * have come from a replica that was behind.
 */
export async function lastUse(id: string, user: string, { iam }: Pick<Aws, 'iam'>): Promise<{ readonly at?: Date } | undefined> {
  try {
    return await iam.accessKeyLastUsed(id);
  } catch (error) {
    const isThere = (await iam.listAccessKeys(user))?.some((key) => key.id === id) === true;
    if (isThere || !(error instanceof AwsCallError && error.kind === 'denied')) throw error;
    return undefined;
  }
}
