import { parsePolicy } from '../../../policy/parse.ts';
import type { PolicyStatement } from '../../../policy/types.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';

/** What a document is for: identity policies name resources, trust policies name principals. */
type Purpose = 'identity' | 'trust';

/**
 * Reads a policy document and refuses what IAM refuses when it is stored.
 * @returns the text as it came: IAM answers it unchanged.
 * @throws AwsError MalformedPolicyDocument
 */
export function readDocument(input: Fields, member: string, purpose: Purpose): string {
  const text = input.text(member, { min: 1, max: 131_072, pattern: /[\t\n\r\x20-\xff]+/ });
  let statements: readonly PolicyStatement[];
  try {
    statements = parsePolicy(text).Statement;
  } catch (error) {
    throw malformed(`Syntax errors in policy. (${error instanceof Error ? error.message : String(error)})`);
  }
  for (const statement of statements) checkStatement(statement, purpose);
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

function checkStatement(statement: PolicyStatement, purpose: Purpose): void {
  const actions = [statement.Action ?? [], statement.NotAction ?? []].flat();
  if (actions.length === 0) throw malformed('Policy statement must contain actions.');
  for (const action of actions) {
    if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
  }
  const resources = [statement.Resource ?? [], statement.NotResource ?? []].flat();
  const principals = statement.Principal ?? statement.NotPrincipal;
  if (purpose === 'trust') {
    if (resources.length > 0) throw malformed('Has prohibited field Resource');
    if (principals === undefined) throw malformed('Trust policy must contain a principal.');
    return;
  }
  if (principals !== undefined) throw malformed('Policy document should not specify a principal.');
  if (resources.length === 0) throw malformed('Policy statement must contain resources.');
  for (const resource of resources) {
    if (resource === '*') continue;
    const [prefix, partition, service] = resource.split(':');
    if (prefix !== 'arn' || service === undefined) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    if (!/^(\*|aws(-[a-z-]+)?)$/.test(partition ?? '')) throw malformed(`Partition "${partition}" is not valid for resource "${resource}".`);
    if (service === '') throw malformed(`Vendor is not valid for resource "${resource}".`);
    if (resource.split(':').length < 6) throw malformed(`The policy failed legacy parsing`);
  }
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, message);
}
