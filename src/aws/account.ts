import { AccessError } from '../errors/error.ts';
import type { Aws, CallerIdentity } from './types.ts';

/** Who calls, if it belongs to the account that the declaration names. @throws AccessError `aws-account-mismatch` */
export async function callerOfAccount(aws: Aws, account: string): Promise<CallerIdentity> {
  const caller = await aws.sts.getCallerIdentity();
  refuseOtherAccount(account, caller);
  return caller;
}

/** A caller of another account is refused: names would mean other things there. */
export function refuseOtherAccount(declared: string, caller: Pick<CallerIdentity, 'account' | 'arn'>): void {
  if (caller.account === declared) return;
  throw new AccessError('aws-account-mismatch', `the AWS credentials belong to account ${caller.account}, and the access names ${declared}`, {
    cause: `The caller is ${caller.arn}. Nothing was changed.`,
    remedy: `Use credentials of account ${declared} (AWS_PROFILE), or correct spec.account.`,
    place: { field: 'spec.account' },
  });
}
