/** What the phases of a rotation converge: the access's own footprint, and what is to be of the two keys. */
import type { Footprint, FoundResource, Observation } from '../engine/types.ts';
import { currentKey, type DesiredKey } from '../resources/user-key.ts';
import { proofOf, provenKey, provenSecret, type DesiredProof } from '../resources/key-proof.ts';
import { keyMode } from '../access/credential-mode.ts';
import { at, isRecord } from '../resources/json.ts';
import { keySorts, sortNamed, type KeySort } from '../resources/key-sort.ts';
import type { Resource } from '../resources/kind.ts';
import { oldKey, type DesiredOldKey } from '../resources/old-key.ts';
import { parametersOf } from '../resources/parameter-names.ts';
import { ownProfiles } from '../resources/profile-ids.ts';
import { credentialJob } from '../resources/credential-job.ts';
import { isStored } from '../resources/stores/index.ts';

/** What runs a rotation is not the rotation's to look at or to change. */
export function withoutCredentialJob(footprint: Footprint): Footprint {
  return { ...footprint, resources: footprint.resources.filter(({ kind }) => kind !== credentialJob.kind) };
}

/** There shall be another key than `from`, proven before it is stored. */
export function renewal(footprint: Footprint, from: string): Footprint {
  return throughProof(footprint, { from }, { from, keyId: currentKey(sortOf(footprint)).id });
}

/** The earlier key shall be the current one again, proven before it is stored. */
export function goingBack(footprint: Footprint, from: string, backTo: string): Footprint {
  return throughProof(footprint, { backTo }, { from, keyId: backTo });
}

/** As it is, and this of the old key. */
export function withOldKey(footprint: Footprint, desired: Omit<DesiredOldKey, 'userName'>): Footprint {
  return { ...footprint, resources: [...footprint.resources, oldKey({ ...desired, userName: footprint.access.spec.names.user }, sortOf(footprint))] };
}

/** The old key, seen through a footprint with it, as a thing that goes. */
export function goes(observation: Observation, reason: string): Observation {
  const found: FoundResource | undefined = keySorts.map(({ oldKind }) => observation.found.get(`${oldKind}/old`)).find((old) => old !== undefined);
  return found === undefined ? observation : { ...observation, strays: [...observation.strays, { ...found, reason }] };
}

/** The parameter takes the key from the proof, which takes it from where it comes from. */
function throughProof(footprint: Footprint, rotation: DesiredKey['rotation'] & object, proof: Pick<DesiredProof, 'from' | 'keyId'>): Footprint {
  const { access, models } = footprint;
  const sort = sortOf(footprint);
  const { names, region, endpoint } = access.spec;
  const declared = access.spec.models.find(({ role }) => role === 'default') ?? access.spec.models[0];
  const model = models.find(({ reference }) => reference === declared?.id);
  // A grant bound to a network holds only from there.
  const bound = endpoint?.sourceVpce !== undefined || endpoint?.sourceIp !== undefined;
  return {
    ...footprint,
    resources: [
      ...footprint.resources.map((resource) => {
        if (resource.kind === sort.kind) return { ...resource, desired: { ...Object(resource.desired), rotation } };
        return isStored(resource) ? fromProof(resource) : resource;
      }),
      proofOf({ ...proof, mode: sort.mode, userName: names.user, parameters: parametersOf(access), ...(model === undefined || bound ? {} : { call: { region, modelId: model.invokeId, profiles: ownProfiles([model.invokeId]) } }) }),
    ],
  };
}

function fromProof(resource: Resource): Resource {
  const { desired } = resource;
  if (!isRecord(desired)) return resource;
  const keyId = keySorts.some(({ kind }) => kind === at(desired, 'keyId', 'kind')) ? provenKey : desired['keyId'];
  return { ...resource, desired: { ...desired, keyId, secret: provenSecret } };
}

/** The sort of key that an access declares. @throws AccessError `mode-without-key` */
function sortOf({ access }: Footprint): KeySort {
  return sortNamed(keyMode(access, 'a rotation').mode);
}

/** Is a resource the workload's, whose roll-out a person may have to go on with? */
export function isWorkload(step: { readonly kind: string }): boolean {
  return step.kind === 'workload-environment';
}

