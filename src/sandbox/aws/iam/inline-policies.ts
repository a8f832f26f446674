import type { Call, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { documentSize, encodeDocument, readDocument } from './documents.ts';
import { holderKinds, type HolderKind } from './holders.ts';
import { page, policyName, readName } from './rules.ts';

/** PutUserPolicy and its like: all of a holder's inline policies together are limited. */
function put({ kind, inlineLimit, find, check }: HolderKind): Operation {
  return {
    action: `iam:Put${kind}Policy`,
    checks: check(`iam:Put${kind}Policy`),
    run(call) {
      const holder = find(call);
      const name = readName(call.input, 'PolicyName', policyName);
      const document = readDocument(call.input, 'PolicyDocument', 'identity');
      const others = [...holder.inline].filter(([other]) => other !== name).reduce((sum, [, text]) => sum + documentSize(text), 0);
      if (others + documentSize(document) > inlineLimit) {
        throw new AwsError('LimitExceeded', 409, `Maximum policy size of ${inlineLimit} bytes exceeded for ${kind.toLowerCase()} ${holder.name}`);
      }
      holder.inline.set(name, document);
      return {};
    },
  };
}

function get({ kind, find, check }: HolderKind): Operation {
  return {
    action: `iam:Get${kind}Policy`,
    checks: check(`iam:Get${kind}Policy`),
    run(call) {
      const holder = find(call);
      const name = readName(call.input, 'PolicyName', policyName);
      const document = holder.inline.get(name);
      if (document === undefined) throw missing(kind, name);
      return { [`${kind}Name`]: holder.name, PolicyName: name, PolicyDocument: encodeDocument(document) };
    },
  };
}

function remove({ kind, find, check }: HolderKind): Operation {
  return {
    action: `iam:Delete${kind}Policy`,
    checks: check(`iam:Delete${kind}Policy`),
    run(call: Call) {
      const name = readName(call.input, 'PolicyName', policyName);
      if (!find(call).inline.delete(name)) throw missing(kind, name);
      return {};
    },
  };
}

function list({ kind, find, check }: HolderKind): Operation {
  return {
    action: `iam:List${kind}Policies`,
    checks: check(`iam:List${kind}Policies`),
    run(call) {
      const { items, ...rest } = page([...find(call).inline.keys()], (name) => name, call.input);
      return { PolicyNames: items, ...rest };
    },
  };
}

export const inlinePolicyOperations: Operations = Object.fromEntries(
  holderKinds.flatMap((holder) => [
    [`Put${holder.kind}Policy`, put(holder)],
    [`Get${holder.kind}Policy`, get(holder)],
    [`Delete${holder.kind}Policy`, remove(holder)],
    [`List${holder.kind}Policies`, list(holder)],
  ]),
);

function missing(kind: string, name: string): AwsError {
  return new AwsError('NoSuchEntity', 404, `The ${kind.toLowerCase()} policy with name ${name} cannot be found.`);
}
