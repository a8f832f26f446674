/**
 * How the id of an application inference profile, which AWS chooses, reaches pods whose manifests git holds: a parameter
 * carries the profile's ARN, and the ExternalSecret makes the variables that name it out of that.
 */
import type { Access } from '../access/types.ts';
import type { ResolvedModel } from '../bedrock/types.ts';
import { recordingParameter } from './parameter-names.ts';

/** Does git hold the manifests, so that no value in them can name a profile? */
export function deliveredBySecret({ spec }: Access): boolean {
  return spec.managedBy.cluster === 'manifests' && spec.models.some(({ applicationProfile }) => applicationProfile);
}

/** ARNs of the access's own profiles, as its models are called. */
export function ownProfileArns({ spec }: Access, models: readonly ResolvedModel[]): readonly string[] {
  return spec.models.flatMap(({ id, applicationProfile }) => (applicationProfile ? models.filter(({ reference }) => reference === id).map(({ invokeId }) => invokeId) : []));
}

/** The parameter that carries a profile's ARN: the profile's name, beside the access's other parameters. */
export function profileParameter(access: Access, profile: string): string {
  const beside = recordingParameter(access).name;
  return `${beside.slice(0, beside.lastIndexOf('/') + 1)}${profile}`;
}

/** What the names of all such parameters look like, as a pattern of IAM; undefined where there are none. */
export function profileParameters(access: Access): string | undefined {
  return deliveredBySecret(access) ? profileParameter(access, `${access.spec.names.profile}-*`) : undefined;
}
