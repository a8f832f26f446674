import { keyCredentialsOf } from '../access/credential-mode.ts';
import { AwsCallError } from '../aws/error.ts';
import type { Aws } from '../aws/types.ts';
import { partitionOf, regionIds } from '../bedrock/regions.ts';
import { takeReadings, type Readings } from '../resources/readings.ts';
import { markedProfileRegions, markedRegions } from '../resources/iam-user.ts';
import { ownerTagKeys } from '../resources/owner.ts';
import { stores } from '../resources/stores/index.ts';
import { placeOfMark } from '../resources/stores/marked.ts';
import type { CredentialStore } from '../resources/stores/store.ts';
import { failureOfAll } from './denied.ts';
import { allRevisions } from './revision.ts';
import type { AccessSummary, Revision, RunContext } from './types.ts';

/**
 * Every access that has a user or a role in this account (by its owner tags, wherever its cluster is) or a revision in this cluster.
 * The user's mark tells every region, so that no region is searched. With `allRegions` every region is: parameters of this
 * cluster's accesses show even where their user, its mark and the revisions are gone.
 */
export async function listAccesses(context: RunContext, { allRegions = false }: { readonly allRegions?: boolean } = {}): Promise<readonly AccessSummary[]> {
  const readings = takeReadings(context.aws, context.kubernetes);
  const looks = [readings.usersWithTags(), readings.rolesWithTags(), allRevisions(context.kubernetes), allRegions ? parametersEverywhere(context, readings) : Promise.resolve([])] as const;
  const failures = rejections(await Promise.allSettled(looks));
  if (failures.length > 0) throw failureOfAll(failures.flatMap((failure): readonly unknown[] => (failure instanceof AggregateError ? failure.errors : [failure])));
  const [users, roles, revisions, parameters] = await Promise.all(looks);
  const accesses = new Map<string, AccessSummary>();
  for (const { namespace, name, revision } of [...revisions].sort((a, b) => a.revision.number - b.revision.number)) {
    accesses.set(`${context.clusterId} ${namespace}/${name}`, { namespace, name, cluster: context.clusterId, here: true, ...fromRevision(revision) });
  }
  const principals = [...users.map(({ name: user, tags }) => ({ tags, found: { user } })), ...roles.map(({ name: role, tags }) => ({ tags, found: { role } }))];
  for (const { tags, found } of principals) {
    const [cluster, namespace, name] = [tags[ownerTagKeys.cluster], tags[ownerTagKeys.namespace], tags[ownerTagKeys.name]];
    if (cluster === undefined || namespace === undefined || name === undefined) continue;
    const key = `${cluster} ${namespace}/${name}`;
    const known = accesses.get(key) ?? { namespace, name, cluster, here: cluster === context.clusterId, regions: [], models: [] };
    const marked = [...markedRegions({ tags }).map((mark) => placeOfMark(mark).region), ...markedProfileRegions({ tags })];
    accesses.set(key, { ...known, ...found, regions: [...new Set([...known.regions, ...marked])].sort() });
  }
  for (const { region, namespace, name } of parameters) {
    const key = `${context.clusterId} ${namespace}/${name}`;
    const known = accesses.get(key) ?? { namespace, name, cluster: context.clusterId, here: true, regions: [], models: [] };
    accesses.set(key, { ...known, regions: [...new Set([...known.regions, region])].sort() });
  }
  return [...accesses.values()].sort((a, b) => Number(b.here) - Number(a.here) || `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

interface ParameterOwner {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whose the parameters are that carry this cluster's tag, in every region of the partition. @throws AggregateError of every region's failure */
async function parametersEverywhere({ aws, clusterId }: RunContext, readings: Readings): Promise<readonly ParameterOwner[]> {
  const [, partition] = (await readings.callerIdentity()).arn.split(':');
  const looks = regionIds().filter((region) => partitionOf(region) === partition).flatMap((region) => stores.map((store) => parametersIn(store, region, clusterId, aws)));
  const failures = rejections(await Promise.allSettled(looks));
  if (failures.length > 0) throw new AggregateError(failures);
  return (await Promise.all(looks)).flat();
}

function rejections(settled: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return settled.filter((look) => look.status === 'rejected').map(({ reason }): unknown => reason);
}

async function parametersIn(store: CredentialStore, region: string, clusterId: string, aws: Aws): Promise<readonly ParameterOwner[]> {
  try {
    const parameters = await store.tagged({ [ownerTagKeys.cluster]: clusterId }, region, aws);
    const tagged = await Promise.all(parameters.map(async ({ name, tags }) => tags ?? (await store.tagsOf(name, region, aws))));
    return tagged.flatMap((tags) => {
      const [namespace, name] = [tags?.[ownerTagKeys.namespace], tags?.[ownerTagKeys.name]];
      return namespace === undefined || name === undefined ? [] : [{ region, namespace, name }];
    });
  } catch (error) {
    // A region that the account has not enabled knows no credentials of it (IAM user guide, "Managing AWS STS in an AWS Region").
    if (error instanceof AwsCallError && error.kind === 'invalid-credentials') return [];
    throw error;
  }
}

function fromRevision({ access, number, state }: Revision): Pick<AccessSummary, 'regions' | 'models' | 'revision' | 'state'> {
  return {
    regions: access === undefined ? [] : [...new Set([access.spec.region, keyCredentialsOf(access.spec.credentials)?.secretStore.region ?? access.spec.region])].sort(),
    models: access === undefined ? [] : access.spec.models.map(({ id }) => id),
    revision: number,
    state,
  };
}
