import { attachedPoliciesLimit } from '../../../policy/document.ts';
import type { Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { holderKinds, type HolderKind } from './holders.ts';
import { policyExists } from './lookup.ts';
import { arnText, page } from './rules.ts';

/** AttachUserPolicy, AttachRolePolicy, AttachGroupPolicy. Attaching twice succeeds. */
function attach({ kind, find, check }: HolderKind): Operation {
  return {
    action: `iam:Attach${kind}Policy`,
    checks: check(`iam:Attach${kind}Policy`),
    run(call) {
      const holder = find(call);
      const arn = call.input.text('PolicyArn', arnText);
      if (!arn.startsWith('arn:')) throw new AwsError('InvalidInput', 400, `ARN ${arn} is not valid.`);
      if (!policyExists(call, arn)) throw new AwsError('NoSuchEntity', 404, `Policy ${arn} does not exist or is not attachable.`);
      if (!holder.attached.has(arn) && holder.attached.size >= attachedPoliciesLimit) {
        throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for PoliciesPer${kind}: ${attachedPoliciesLimit}`);
      }
      holder.attached.add(arn);
      return {};
    },
  };
}

function detach({ kind, find, check }: HolderKind): Operation {
  return {
    action: `iam:Detach${kind}Policy`,
    checks: check(`iam:Detach${kind}Policy`),
    run(call) {
      const holder = find(call);
      const arn = call.input.text('PolicyArn', arnText);
      if (!holder.attached.delete(arn)) throw new AwsError('NoSuchEntity', 404, `Policy ${arn} was not found.`);
      return {};
    },
  };
}

function listAttached({ kind, find, check }: HolderKind): Operation {
  return {
    action: `iam:ListAttached${kind}Policies`,
    checks: check(`iam:ListAttached${kind}Policies`),
    run(call) {
      const { items, ...rest } = page([...find(call).attached], nameOfPolicy, call.input);
      return { AttachedPolicies: items.map((arn) => ({ PolicyName: nameOfPolicy(arn), PolicyArn: arn })), ...rest };
    },
  };
}

export const attachmentOperations: Operations = Object.fromEntries(
  holderKinds.flatMap((holder) => [
    [`Attach${holder.kind}Policy`, attach(holder)],
    [`Detach${holder.kind}Policy`, detach(holder)],
    [`ListAttached${holder.kind}Policies`, listAttached(holder)],
  ]),
);

/** The last part of its ARN. */
export function nameOfPolicy(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
