import { distinctNames } from '../access/defaults.ts';
import type { Finding } from '../finding.ts';
import { address, type Resource } from '../resources/kind.ts';
import type { Owner, Ownership } from '../resources/owner.ts';

/** Something of that name exists that is not ours: whose it is, and what to do. */
export function takenFinding(resource: Resource, ownership: Exclude<Ownership, { readonly by: 'us' }>, owner: Owner): Finding {
  const { nameField: field } = resource;
  const place = { ...(field === undefined ? {} : { field }), resource: address(resource) };
  const free = distinctName(resource, owner);
  const rename = free === undefined ? `choose another name${field === undefined ? '' : ` (${field})`}` : `choose another name under spec.names (for example ${free})`;
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

/** A name under `spec.names` that no other access, namespace or cluster has; undefined for what has no name there (a store). */
export function distinctName({ nameField = '' }: Resource, owner: Owner): string | undefined {
  // The beginning of a UID tells clusters apart well enough, and a person can read the rest.
  const cluster = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(owner.cluster) ? owner.cluster.slice(0, 8) : owner.cluster;
  const names = new Map(Object.entries(distinctNames({ ...owner, cluster })).map(([name, free]) => [`spec.names.${name}`, free]));
  return names.get(nameField);
}
