import type { PolicyDocument } from '../policy/types.ts';
import type { CallPlace } from './classify.ts';
import { AwsCallError } from './call-error.ts';

/** IAM answers documents URL-encoded after RFC 3986 (API reference, PolicyVersion). */
export function readPolicyDocument(encoded: string, place: CallPlace): PolicyDocument {
  const document = parse(encoded);
  if (document === undefined) {
    throw new AwsCallError(`${place.action} in ${place.region}: the answer holds no policy document`, { ...place, kind: 'other', code: 'IncompleteAnswer', uncertain: false });
  }
  return document;
}

/** Without whitespace, which IAM does not count and which nobody needs on the wire. */
export function policyDocumentText(document: PolicyDocument): string {
  return JSON.stringify(document);
}

function parse(encoded: string): PolicyDocument | undefined {
  try {
    const value: unknown = JSON.parse(encoded.startsWith('%7B') ? decodeURIComponent(encoded) : encoded);
    const whole = typeof value === 'object' && value !== null && 'Statement' in value && !Array.isArray(value.Statement) ? { ...value, Statement: [value.Statement] } : value;
    return isPolicyDocument(whole) ? whole : undefined;
  } catch {
    return undefined;
  }
}

/** IAM has checked the grammar when the document was put; here it only has to be one. */
function isPolicyDocument(value: unknown): value is PolicyDocument {
  if (typeof value !== 'object' || value === null || !('Statement' in value) || !Array.isArray(value.Statement)) return false;
  return value.Statement.every((statement: unknown) => typeof statement === 'object' && statement !== null && 'Effect' in statement);
}
