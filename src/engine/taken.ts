import type { Finding } from '../finding.ts';
import { address, type Resource } from '../resources/kind.ts';
import type { Owner, Ownership } from '../resources/owner.ts';
import { createHash } from 'node:crypto';

/** Something of that name exists that is not ours: whose it is, and what to do. */
export function takenFinding(resource: Resource, ownership: Exclude<Ownership, { readonly by: 'us' }>, owner: Owner): Finding {
  const place = { resource: address(resource) };
  const rename = `choose another name under spec.names (for example ${fallbackName(resource, owner)})`;
  if (ownership.by === 'nobody-known') {
    return {
      id: 'name-taken',
      severity: 'error',
      message: `${resource.kind} ${resource.name} exists already and carries no mark of this access`,
      cause: 'It was made by hand, by Terraform or by another tool. What is not ours is never changed.',
      remedy: `Take it over with --adopt (the plan shows what would change), or ${rename}.`,
      place,
    };
  }
  const { cluster, namespace, name } = ownership.owner;
  if (namespace === owner.namespace && name === owner.name) {
    return {
      id: 'owned-by-other-cluster',
      severity: 'error',
      message: `${resource.kind} ${resource.name} belongs to ${namespace}/${name} of cluster ${cluster}, and this cluster is ${owner.cluster}`,
      cause: 'The same access is declared in two clusters, or this cluster was built anew. Two owners would work against each other.',
      remedy: `If the other cluster is no more, take it over with --adopt --from-cluster ${cluster}; else ${rename}.`,
      place,
    };
  }
  return {
    id: 'owned-by-other-access',
    severity: 'error',
    message: `${resource.kind} ${resource.name} belongs to another access, ${namespace}/${name}${cluster === owner.cluster ? '' : ` of cluster ${cluster}`}`,
    cause: 'Two accesses give the same name to a thing.',
    remedy: `Give each its own: ${rename}.`,
    place,
  };
}

/** `bedrock-<cluster>-<namespace>-<name>-user`, cut with a hash at 64 characters (the longest name of an IAM user). */
export function fallbackName(resource: Resource, owner: Owner): string {
  const suffix = { 'iam-user': 'user', 'managed-policy': 'policy', 'ssm-parameter': resource.key }[resource.kind] ?? resource.key;
  const whole = `bedrock-${owner.cluster.slice(0, 8)}-${owner.namespace}-${owner.name}-${suffix}`;
  if (whole.length <= 64) return whole;
  const hash = createHash('sha256').update(`${owner.cluster} ${whole}`).digest('hex').slice(0, 8);
  return `${whole.slice(0, 64 - hash.length - 1)}-${hash}`;
}
