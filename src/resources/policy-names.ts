/** The managed policies of an access by name: `bedrock-openhands-policy`, `…-2`, `…-profiles-1a2b3c4d`. */
import type { PolicyDocument } from '../policy/types.ts';
import type { Implied } from './kind.ts';

export interface NamedDocument {
  /** Stable within the access; see `CompiledPolicy.keys`. */
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  readonly document: PolicyDocument;
}

export function namedPolicies({ access, partition, policy }: Pick<Implied, 'access' | 'partition' | 'policy'>): readonly NamedDocument[] {
  const { account, names } = access.spec;
  return policy.documents.map((document, index) => {
    const key = policy.keys[index] ?? String(index + 1);
    const name = key === '1' ? names.policy : policyName(names.policy, key);
    return { key, name, arn: `arn:${partition}:iam::${account}:policy${names.path}${name}`, document };
  });
}

/** Names of all of them, as a pattern of IAM: the first, and what the further ones begin with. */
export function policyNamePatterns(policy: string): readonly string[] {
  return [policy, `${policy}-*`, ...(policy.length > longestStem ? [`${policy.slice(0, longestStem)}-profiles-*`] : [])];
}

function policyName(policy: string, key: string): string {
  return `${key.startsWith('profiles-') ? policy.slice(0, longestStem) : policy}-${key}`;
}

/** A policy's name has 128 characters at most (IAM quotas), of which `-profiles-1a2b3c4d-2` takes twenty. */
const longestStem = 108;
