import { isList, isMap, objectOf, type Value } from '../hcl/value.ts';
import type { TerraformBlock } from './types.ts';

/** What `data.aws_iam_policy_document` renders, as a value (AWS provider docs, `aws_iam_policy_document`). */
export function policyDocument(data: TerraformBlock): Value {
  const statements = data.nested('statement').map(statement);
  const sources = [data.attribute('source_policy_documents'), data.attribute('override_policy_documents')].flatMap((value) => (value !== undefined && isList(value) ? value : []));
  const inherited = sources.flatMap((source) => {
    const list = isMap(source) ? source['Statement'] : undefined;
    return list !== undefined && isList(list) ? list : [];
  });
  return { Version: data.attribute('version') ?? '2012-10-17', Statement: [...inherited, ...statements] };
}

const lists: readonly (readonly [string, string])[] = [
  ['actions', 'Action'],
  ['not_actions', 'NotAction'],
  ['resources', 'Resource'],
  ['not_resources', 'NotResource'],
];

function statement(block: TerraformBlock): Value {
  const result: Record<string, Value> = { Effect: block.attribute('effect') ?? 'Allow' };
  const sid = block.attribute('sid');
  if (sid !== undefined) result['Sid'] = sid;
  for (const [from, to] of lists) {
    const value = block.attribute(from);
    if (value !== undefined) result[to] = value;
  }
  for (const [from, to] of [['principals', 'Principal'], ['not_principals', 'NotPrincipal']] as const) {
    const principals: Record<string, Value> = {};
    for (const principal of block.nested(from)) {
      const type = principal.attribute('type');
      const identifiers = principal.attribute('identifiers');
      if (typeof type === 'string' && identifiers !== undefined) principals[type] = identifiers;
    }
    if (Object.keys(principals).length > 0) result[to] = principals;
  }
  const conditions = new Map<string, (readonly [Value, Value])[]>();
  for (const condition of block.nested('condition')) {
    const [test, variable, values] = [condition.attribute('test'), condition.attribute('variable'), condition.attribute('values')];
    if (typeof test === 'string' && variable !== undefined && values !== undefined) conditions.set(test, [...(conditions.get(test) ?? []), [variable, values]]);
  }
  if (conditions.size > 0) result['Condition'] = Object.fromEntries(Array.from(conditions, ([test, entries]) => [test, objectOf(entries)]));
  return result;
}
