/** In which version the cluster serves External Secrets Operator's kinds. */
import type { Finding } from '../finding.ts';
import type { Readings } from './readings.ts';

const group = 'external-secrets.io';

/** What was found: the API version to use, or which versions (perhaps none) are served instead. */
export type ServedStores = { readonly apiVersion: string } | { readonly tooOld: readonly string[] } | { readonly absent: true };

/** `v1` where it is served (chart 0.16 and later), else `v1beta1` (0.5 to 0.16; gone from 0.17 on). */
export async function servedExternalSecrets(readings: Readings, kind: string): Promise<ServedStores> {
  const versions = await readings.servedVersions(group, kind);
  for (const version of ['v1', 'v1beta1']) if (versions.includes(version)) return { apiVersion: `${group}/${version}` };
  return versions.length === 0 ? { absent: true } : { tooOld: versions };
}

/** Undefined when the operator is there. */
export function operatorProblem(served: ServedStores, resource: string): Finding | undefined {
  if ('apiVersion' in served) return undefined;
  const place = { resource };
  if ('absent' in served) {
    return {
      id: 'external-secrets-absent',
      severity: 'error',
      message: 'the cluster does not serve ExternalSecret: External Secrets Operator is not installed',
      cause: 'The key pair reaches the workload through an ExternalSecret, which that operator turns into a Secret.',
      remedy: 'Install it: helm install external-secrets external-secrets/external-secrets -n external-secrets --create-namespace',
      place,
    };
  }
  return {
    id: 'external-secrets-too-old',
    severity: 'error',
    message: `External Secrets Operator serves only ${served.tooOld.join(', ')} of its kinds; v1 or v1beta1 is needed`,
    cause: 'Versions before 0.5 know neither templates with annotations nor the fields that are written.',
    remedy: 'Upgrade the chart external-secrets to 0.5 or later (0.16 or later for v1).',
    place,
  };
}
