/** The ARN of a KMS key, or of an alias, that was named by id, alias or ARN. */
export function keyArnOf(key: string, { partition, region, account }: { readonly partition: string; readonly region: string; readonly account: string }): string {
  if (key.startsWith('arn:')) return key;
  return `arn:${partition}:kms:${region}:${account}:${key.startsWith('alias/') ? '' : 'key/'}${key}`;
}
