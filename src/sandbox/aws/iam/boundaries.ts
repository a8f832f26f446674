import type { Call } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { policyExists } from './lookup.ts';
import { arnText } from './rules.ts';

/** The `PermissionsBoundary` of a call: the ARN of a managed policy that exists. */
export function readBoundary(call: Call): string | undefined {
  const arn = call.input.optionalText('PermissionsBoundary', arnText);
  if (arn === undefined) return undefined;
  if (!policyExists(call, arn)) throw new AwsError('NoSuchEntity', 404, `Scope ARN: ${arn} does not exist or is not attachable.`);
  return arn;
}

/** `iam:PermissionsBoundary` of a call that sets one. */
export function boundaryText(input: Fields): Readonly<Record<string, string>> {
  const arn = input.optionalText('PermissionsBoundary');
  return arn === undefined ? {} : { 'iam:PermissionsBoundary': arn };
}
