import { nearestRegion, partitionOf } from '../../bedrock/regions.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding, shown } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { declaredStore } from './declared-store.ts';

/** Every region exists, and a credential of one serves the others: an account belongs to one partition. */
export function checkRegions({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const others = otherRegions(spec);
  const findings = [{ field: 'spec.region', region: spec.region }, ...others].flatMap(({ field, region }) => unknownRegion(field, region, source));
  if (findings.length > 0) return findings;
  const partition = partitionOf(spec.region);
  return others
    .filter(({ region }) => partitionOf(region) !== partition)
    .map(({ field, region, whose }) => accessFinding('partitions-differ', `spec.region ${spec.region} is in partition ${partition}, the ${whose} region ${region} in ${partitionOf(region)}.`, source.place(field)));
}

/** Those of the store and of the EKS cluster, where the mode has one. */
function otherRegions({ credentials }: DeclaredAccess['spec']): readonly { readonly field: string; readonly region: string; readonly whose: string }[] {
  const store = declaredStore({ credentials });
  const { podIdentity } = credentials;
  return [
    ...(store === undefined ? [] : [{ field: `spec.credentials.${store.mode}.secretStore.region`, region: store.secretStore.region, whose: "store's" }]),
    ...(podIdentity === undefined ? [] : [{ field: 'spec.credentials.podIdentity.region', region: podIdentity.region, whose: "EKS cluster's" }]),
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
