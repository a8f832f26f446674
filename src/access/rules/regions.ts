import { nearestRegion, partitionOf } from '../../bedrock/regions.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding, shown } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { declaredStore } from './declared-store.ts';

/** Both regions exist, and a credential of one serves the other: an account belongs to one partition. */
export function checkRegions({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const store = declaredStore(spec);
  const storeField = `spec.credentials.${store?.mode ?? 'accessKey'}.secretStore.region`;
  const storeRegion = store?.secretStore.region;
  const findings = [...unknownRegion('spec.region', spec.region, source), ...(storeRegion === undefined ? [] : unknownRegion(storeField, storeRegion, source))];
  if (storeRegion === undefined || findings.length > 0) return findings;
  const [partition, storePartition] = [partitionOf(spec.region), partitionOf(storeRegion)];
  if (partition === storePartition) return [];
  return [
    accessFinding('partitions-differ', `spec.region ${spec.region} is in partition ${partition}, the store's region ${storeRegion} in ${storePartition}.`, source.place(storeField)),
  ];
}

function unknownRegion(field: string, region: string, source: SourceDocument): Finding[] {
  if (partitionOf(region) !== undefined) return [];
  const near = nearestRegion(region.slice(0, 32));
  return [
    {
      id: 'unknown-region',
      severity: 'error',
      message: `${field} is ${shown(region)}, which is no AWS region.${near === undefined ? '' : ` Did you mean ${near}?`}`,
      cause: 'No partition of AWS has a region of that name; a typo in one shows only at the first call, or never.',
      remedy: near === undefined ? 'Write a region id such as us-west-2.' : `Write ${near}.`,
      place: source.place(field),
    },
  ];
}
