/**
 * Own before you write. What carries our tags (AWS) or labels (cluster) is ours; nothing else is ever changed or deleted.
 */
import type { Tags } from '../aws/types.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';

/** One access of one cluster. */
export interface Owner {
  /** The cluster's id: UID of the namespace `kube-system`, unless the platform set another. */
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

export type Ownership =
  | { readonly by: 'us' }
  /** No tags or labels of ours at all. */
  | { readonly by: 'nobody-known' }
  /** Another access, or the same one of another cluster. */
  | { readonly by: 'another-access'; readonly owner: Owner };

export const ours: Ownership = { by: 'us' };

export const ownerTagKeys = {
  cluster: 'bedrock-access/cluster',
  namespace: 'bedrock-access/namespace',
  name: 'bedrock-access/name',
} as const;

/** Marks on the principal: what no API would show. Values hold only characters that IAM takes in a tag (no comma). */
export const markKeys = {
  /** Regions in which the access owns something, separated by spaces. */
  regions: 'bedrock-access/regions',
  /** Regions in which the access has application inference profiles, separated by spaces. */
  profiles: 'bedrock-access/profiles',
  /** A time, then the ids of the access keys that existed then, written before a key is made. */
  keys: 'bedrock-access/keys',
  /** Ids of access keys that a removal has begun to remove. */
  removing: 'bedrock-access/removing',
  /** Where a rotation stands; see `rotation-mark.ts`. */
  rotation: 'bedrock-access/rotation',
  /** Which sessions are denied and until when; see `deny-policy.ts`. */
  deny: 'bedrock-access/deny',
} as const;

/** Of a policy that denies the sessions of a leaked key: why it is there, and until when. */
export const denialTagKeys = { reason: 'bedrock-access/reason', expires: 'bedrock-access/expires' } as const;

/** Are these the tags of such a policy? Then no declaration says whether it goes. */
export function deniesSessions(tags: Tags): boolean {
  return tags[denialTagKeys.expires] !== undefined;
}

/** On what Terraform makes for an access: `terraform`. The export writes it, so that it can be told without a declaration. */
export const keeperTagKey = 'bedrock-access/managed-by';

export const ownerLabelKeys = {
  namespace: 'bedrock-access.dev/namespace',
  name: 'bedrock-access.dev/name',
} as const;

export function ownerTags(owner: Owner): Tags {
  return {
    [ownerTagKeys.cluster]: owner.cluster,
    [ownerTagKeys.namespace]: owner.namespace,
    [ownerTagKeys.name]: owner.name,
  };
}

export function ownershipByTags(tags: Tags, owner: Owner): Ownership {
  const cluster = tags[ownerTagKeys.cluster];
  const namespace = tags[ownerTagKeys.namespace];
  const name = tags[ownerTagKeys.name];
  if (cluster === undefined || namespace === undefined || name === undefined) return { by: 'nobody-known' };
  if (cluster === owner.cluster && namespace === owner.namespace && name === owner.name) return ours;
  return { by: 'another-access', owner: { cluster, namespace, name } };
}

/** The state line that shows who owns a thing: differs from {@link ownerLine} of the owner exactly when it is not ours. */
export function ownerLine(ownership: Ownership, owner: Owner): string {
  if (ownership.by === 'us') return `${owner.namespace}/${owner.name}`;
  if (ownership.by === 'nobody-known') return '(nobody known)';
  return `${ownership.owner.namespace}/${ownership.owner.name} of cluster ${ownership.owner.cluster}`;
}

export function ownerLabels(owner: Owner): Readonly<Record<string, string>> {
  return { [ownerLabelKeys.namespace]: owner.namespace, [ownerLabelKeys.name]: owner.name };
}

export function ownerSelector(owner: Owner): string {
  return `${ownerLabelKeys.name}=${owner.name},${ownerLabelKeys.namespace}=${owner.namespace}`;
}

export function ownershipByLabels(object: KubernetesObject, owner: Owner): Ownership {
  const labels = object.metadata.labels ?? {};
  const namespace = labels[ownerLabelKeys.namespace];
  const name = labels[ownerLabelKeys.name];
  if (namespace === undefined || name === undefined) return { by: 'nobody-known' };
  if (namespace === owner.namespace && name === owner.name) return ours;
  return { by: 'another-access', owner: { cluster: owner.cluster, namespace, name } };
}
