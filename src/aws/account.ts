import { AccessError } from '../errors/error.ts';
import type { Aws, CallerIdentity } from './types.ts';

/** Who calls, if it belongs to the account that the declaration names; else refused before anything is looked at or changed. */
export async function callerOfAccount(aws: Aws, account: string): Promise<CallerIdentity> {
  const caller = await aws.sts.getCallerIdentity();
  if (caller.account === account) return caller;
  throw new AccessError('aws-account-mismatch', `the AWS credentials belong to account ${caller.account}, the declaration names ${account}`, {
    cause: `The caller is ${caller.arn}. Nothing was looked at and nothing was changed.`,
    remedy: `Use credentials of account ${account} (AWS_PROFILE), or correct spec.account.`,
    place: { field: 'spec.account' },
  });
}
