import { parsePolicy } from '../../../policy/parse.ts';
import { AwsError } from '../error.ts';
import { isRecord, type Fields } from '../fields.ts';

/** What a document is for: identity policies name resources, trust policies name principals. */
type Purpose = 'identity' | 'trust';

/**
 * Reads a policy document and refuses what IAM refuses when it is stored.
 * @returns the text as it came: IAM answers it unchanged.
 * @throws AwsError MalformedPolicyDocument
 */
export function readDocument(input: Fields, member: string, purpose: Purpose): string {
  const text = input.text(member, { min: 1, max: 131_072, pattern: /[\t\n\r\x20-\xff]+/ });
  try {
    for (const statement of statementsIn(JSON.parse(text))) checkStatement(statement, purpose);
    parsePolicy(text);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw malformed(`Syntax errors in policy. (${error instanceof Error ? error.message : String(error)})`);
  }
  return text;
}

/** IAM user guide, "IAM and AWS STS quotas": whitespace does not count. */
export function documentSize(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** As IAM's API answers documents: percent-encoded (RFC 3986). */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

type RawStatement = Readonly<Record<string, unknown>>;

function statementsIn(document: unknown): readonly RawStatement[] {
  const given = isRecord(document) ? document['Statement'] : undefined;
  return (Array.isArray(given) ? given : [given]).filter(isRecord);
}

/** The faults that IAM has words of its own for; the grammar's others are syntax errors. */
function checkStatement(statement: RawStatement, purpose: Purpose): void {
  const actions = textsIn(statement, 'Action', 'NotAction');
  if (actions.length === 0) throw malformed('Policy statement must contain actions.');
  if (actions.some((action) => action !== '*' && !action.includes(':'))) throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  const resources = textsIn(statement, 'Resource', 'NotResource');
  const hasPrincipal = statement['Principal'] !== undefined || statement['NotPrincipal'] !== undefined;
  if (purpose === 'trust') {
    if (resources.length > 0) throw malformed('Has prohibited field Resource');
    if (!hasPrincipal) throw malformed('Trust policy must contain a principal.');
    return;
  }
  if (hasPrincipal) throw malformed('Policy document should not specify a principal.');
  if (resources.length === 0) throw malformed('Policy statement must contain resources.');
  for (const resource of resources) checkResource(resource);
}

function checkResource(resource: string): void {
  if (resource === '*') return;
  const [prefix, partition, vendor, ...rest] = resource.split(':');
  if (prefix !== 'arn' || vendor === undefined) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
  if (!/^(\*|aws(-[a-z-]+)?)$/.test(partition ?? '')) throw malformed(`Partition "${partition}" is not valid for resource "${resource}".`);
  if (vendor === '') throw malformed(`Vendor is not valid for resource "${resource}".`);
  if (rest.length < 3) throw malformed('The policy failed legacy parsing');
}

function textsIn(statement: RawStatement, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [statement[name]].flat()).filter((value) => typeof value === 'string');
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, message);
}
