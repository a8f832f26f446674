import { createHash } from 'node:crypto';
import type { Call, Check } from './call.ts';

export interface KeyUse {
  readonly actions: readonly ('kms:Encrypt' | 'kms:Decrypt' | 'kms:GenerateDataKey')[];
  /** Id, ARN or alias; undefined for AWS's own, which everyone may use through its service. */
  readonly keyId: string | undefined;
  /** The service that uses it, as `kms:ViaService` begins. */
  readonly via: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/**
 * A key of the customer's own is used with the caller's permission (KMS developer guide, "Forward access sessions"). The
 * sandbox has no KMS, and docs/api.md says so: nothing is encrypted, any key exists and has no policy of its own, and only
 * the permission in the caller's policies is asked. An alias is no resource of a grant: the key behind it is judged, under
 * the aliases that it has (KMS developer guide, "Using aliases to control access to KMS keys").
 */
export function keyChecks(call: Call, { actions, keyId, via, encryptionContext }: KeyUse): readonly Check[] {
  if (keyId === undefined || keyId.startsWith('alias/aws/')) return [];
  const alias = /(?:^|:)(alias\/.+)$/.exec(keyId)?.[1];
  const id = alias === undefined ? keyId : keyBehind(alias);
  return actions.map((action) => ({
    action,
    resource: id.startsWith('arn:') ? id : `arn:aws:kms:${call.region}:${call.world.account}:key/${id}`,
    context: {
      'kms:ViaService': `${via}.${call.region}.amazonaws.com`,
      ...Object.fromEntries(Object.entries(encryptionContext).map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
      'kms:EncryptionContextKeys': Object.keys(encryptionContext),
      ...(alias === undefined ? {} : { 'kms:ResourceAliases': [alias] }),
    },
  }));
}

/** Each alias has a key of its own, always the same. */
function keyBehind(alias: string): string {
  return createHash('sha256').update(alias).digest('hex').slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
