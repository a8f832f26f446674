import { takeReadings } from '../resources/readings.ts';
import { markKeys, ownerTagKeys } from '../resources/owner.ts';
import { allRevisions } from './revision.ts';
import type { AccessSummary, Revision, RunContext } from './types.ts';

/**
 * Every access that has a user in this account (by its owner tags, wherever its cluster is) or a revision in this cluster.
 * The user's mark tells every region, so that no region is searched.
 */
export async function listAccesses(context: RunContext, _options: { readonly allRegions?: boolean } = {}): Promise<readonly AccessSummary[]> {
  const readings = takeReadings(context.aws, context.kubernetes);
  const [users, revisions] = await Promise.all([readings.usersWithTags(), allRevisions(context.kubernetes)]);
  const accesses = new Map<string, AccessSummary>();
  for (const { namespace, name, revision } of [...revisions].sort((a, b) => a.revision.number - b.revision.number)) {
    accesses.set(`${context.clusterId} ${namespace}/${name}`, { namespace, name, cluster: context.clusterId, here: true, ...fromRevision(revision) });
  }
  for (const { name: user, tags } of users) {
    const [cluster, namespace, name] = [tags[ownerTagKeys.cluster], tags[ownerTagKeys.namespace], tags[ownerTagKeys.name]];
    if (cluster === undefined || namespace === undefined || name === undefined) continue;
    const key = `${cluster} ${namespace}/${name}`;
    const known = accesses.get(key) ?? { namespace, name, cluster, here: cluster === context.clusterId, regions: [], models: [] };
    const marked = (tags[markKeys.regions] ?? '').split(' ').filter((region) => region !== '');
    accesses.set(key, { ...known, user, regions: [...new Set([...known.regions, ...marked])].sort() });
  }
  return [...accesses.values()].sort((a, b) => Number(b.here) - Number(a.here) || `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

function fromRevision({ access, number, state }: Revision): Pick<AccessSummary, 'regions' | 'models' | 'revision' | 'state'> {
  return {
    regions: access === undefined ? [] : [...new Set([access.spec.region, access.spec.credentials.accessKey?.secretStore.region ?? access.spec.region])].sort(),
    models: access === undefined ? [] : access.spec.models.map(({ id }) => id),
    revision: number,
    state,
  };
}
