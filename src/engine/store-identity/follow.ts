/**
 * Which identity External Secrets Operator takes to read through a store: static keys by `auth.secretRef`, a service account's
 * role by `auth.jwt`, else the operator's own; then `role`, assumed with it (external-secrets v0.20.4, pkg/provider/aws/auth/auth.go).
 */
import { AwsCallError } from '../../aws/error.ts';
import type { Aws } from '../../aws/types.ts';
import { parseArn } from '../../bedrock/arn.ts';
import type { StoreIdentity } from '../../checks/live/store-facts.ts';
import { KubernetesCallError } from '../../kubernetes/error.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { at, textAt } from '../../resources/json.ts';
import type { Readings } from '../../resources/readings.ts';
import { secretValue } from '../verify/gather-delivery.ts';
import { keyedHash } from '../verify/keyed-hash.ts';
import { readRole, readUser } from './read-principal.ts';

export interface StorePlace {
  readonly account: string;
  /** Of the access: references of a ClusterSecretStore without a namespace mean that one. */
  readonly namespace: string;
}

/** What cannot be read makes it undecided and is named; it never fails a run. */
export async function followStore(store: KubernetesObject, place: StorePlace, aws: Aws, readings: Readings): Promise<StoreIdentity> {
  try {
    return await follow(store, place, aws, readings);
  } catch (error) {
    if (error instanceof AwsCallError) {
      const on = error.resource === undefined ? '' : ` on ${error.resource}`;
      if (error.kind === 'denied') return { undecided: `the store's identity could not be read in IAM (${error.action} was denied)`, missing: `${error.action}${on}` };
      return { undecided: `the store's identity could not be read in IAM (${error.action}: ${error.code})` };
    }
    if (error instanceof KubernetesCallError && error.kind === 'forbidden') {
      return { undecided: 'what the store refers to in the cluster could not be read', missing: `${error.verb} on ${error.target} in the cluster` };
    }
    throw error;
  }
}

async function follow(store: KubernetesObject, place: StorePlace, aws: Aws, readings: Readings): Promise<StoreIdentity> {
  const provider = at(store, 'spec', 'provider', 'aws');
  const role = textAt(provider, 'role') ?? '';
  if (role !== '') return ofRole(role, 'spec.provider.aws.role', place, readings);
  const auth = at(provider, 'auth');
  const account = at(auth, 'jwt', 'serviceAccountRef');
  if (account !== undefined) {
    const reference = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: namespaceOf(account, store, place), name: textAt(account, 'name') ?? '' };
    const annotated = (await readings.object(reference))?.metadata.annotations?.['eks.amazonaws.com/role-arn'];
    const shown = `service account ${reference.namespace}/${reference.name}`;
    return annotated === undefined ? { undecided: `the ${shown} names no role` } : ofRole(annotated, `auth.jwt, ${shown}`, place, readings);
  }
  const key = at(auth, 'secretRef', 'accessKeyIDSecretRef') ?? at(auth, 'secretRef', 'accessKeyID');
  if (key === undefined) return { undecided: "it reads with External Secrets Operator's own identity, which neither the store nor IAM names" };
  const reference = { apiVersion: 'v1', kind: 'Secret', namespace: namespaceOf(key, store, place), name: textAt(key, 'name') ?? '' };
  const secret = await readings.object(reference);
  const value = secret === undefined ? undefined : secretValue(secret, textAt(key, 'key') ?? '');
  const id = value === undefined ? undefined : keyedHash().accessKeyIdIn(value);
  const shown = `auth.secretRef, Secret ${reference.namespace}/${reference.name}`;
  if (id === undefined) return { undecided: `${shown} holds no access key id` };
  const { user } = await aws.iam.accessKeyLastUsed(id);
  if (user === undefined) return { undecided: `IAM does not say whose key ${id} (${shown}) is` };
  return (await readUser(user, shown, aws, readings)) ?? { undecided: `there is no IAM user ${user}` };
}

async function ofRole(arn: string, by: string, place: StorePlace, readings: Readings): Promise<StoreIdentity> {
  const { account, resource = '' } = parseArn(arn) ?? {};
  const name = /^role\/(?:.*\/)?([^/]+)$/.exec(resource)?.[1];
  if (name === undefined) return { undecided: `${arn} (${by}) is no role` };
  if (account !== place.account) return { undecided: `${arn} (${by}) lies in another account` };
  return (await readRole(name, by, readings)) ?? { undecided: `there is no role ${arn} (${by})` };
}

function namespaceOf(reference: unknown, store: KubernetesObject, { namespace }: StorePlace): string {
  return store.kind === 'ClusterSecretStore' ? (textAt(reference, 'namespace') ?? namespace) : namespace;
}
