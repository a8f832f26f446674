/** A Bedrock ARN as it is written in a policy: a part may be a wildcard or an unknown `${reference}`. */
export interface WrittenBedrockArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly type: string;
  readonly id: string;
}

/** Undefined for anything that is no ARN of Bedrock. */
export function parseBedrockArn(text: string): WrittenBedrockArn | undefined {
  const match = /^arn:([^:]*):bedrock:((?:\$\{[^}]*\}|[^:])*):((?:\$\{[^}]*\}|[^:])*):([a-z-]+)\/(.+)$/.exec(text);
  if (!match) return undefined;
  const [, partition = '', region = '', account = '', type = '', id = ''] = match;
  return { partition, region, account, type, id };
}

/** Does a written part (with `*` and `?`, or unknown) cover a value? Unknown parts count as covering. */
export function covers(written: string, value: string): boolean {
  if (written.includes('${')) return true;
  return new RegExp(`^${written.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(value);
}
