import type { ConditionBlock } from '../../policy/types.ts';
import { storeOf } from './index.ts';
import type { StorePlace } from './store.ts';

/** A customer's own key, used by the store and for these parameters alone. */
export function keyUse({ service, region, arns }: StorePlace & { readonly arns: readonly string[] }): ConditionBlock {
  const { viaService, contextKey } = storeOf({ service }).iam;
  const context = { [`kms:EncryptionContext:${contextKey}`]: arns };
  const via = { 'kms:ViaService': `${viaService}.${region}.amazonaws.com` };
  return arns.some(hasWildcard) ? { StringEquals: via, StringLike: context } : { StringEquals: { ...via, ...context } };
}

/** The ARN that stands for one that a policy names with wildcards: of something that is not there, or not looked at. */
export function judgedArn(arn: string): string {
  return arn.replaceAll('?', 'x');
}

export function hasWildcard(arn: string): boolean {
  return arn.includes('?');
}
