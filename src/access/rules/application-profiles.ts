import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** What is asked about, of a declaration before or after its defaults. */
interface Asked {
  readonly models: readonly { readonly applicationProfile: boolean }[];
  readonly managedBy?: { readonly cluster: string } | undefined;
  readonly credentials: { readonly [mode: string]: unknown; readonly accessKey?: object | undefined; readonly apiKey?: object | undefined };
}

/** Why the id of an application profile, which AWS chooses, cannot reach the pods; undefined where it can. */
export function undelivered({ models, managedBy, credentials }: Asked): string | undefined {
  if (managedBy?.cluster !== 'manifests' || !models.some(({ applicationProfile }) => applicationProfile)) return undefined;
  return credentials.accessKey === undefined && credentials.apiKey === undefined ? 'the credentials have no secret store' : undefined;
}

/** git cannot hold an id that AWS chooses: a parameter carries it, which the store of the credentials has to read. */
export function checkApplicationProfiles({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const why = undelivered(spec);
  if (why === undefined) return [];
  const index = spec.models.findIndex(({ applicationProfile }) => applicationProfile);
  const field = `spec.models[${index}].applicationProfile`;
  return [accessFinding('application-profile-undelivered', `${field}: git holds the manifests, and ${why}: no parameter can carry the ARN of the profile to the pods.`, source.place(field))];
}
