/** The CronJob that rotates the key or renews sessions, with what it may do, as git holds it: in one file of its own. */
import { jobOf } from '../../access/credential-mode.ts';
import { jobObjects } from '../../resources/credential-job-objects.ts';
import type { Access } from '../../access/types.ts';
import type { Implied } from '../../resources/kind.ts';
import { ownerLabels } from '../../resources/owner.ts';
import { isLabelled, type ManifestApp } from './manifest-app.ts';
import type { ManifestText } from './manifest-objects.ts';

/** None where the access declares no such job. */
export function jobManifests({ access, owner }: Implied): readonly ManifestText[] {
  return [...jobObjects(access).values()].map((object) => ({
    kind: object.kind,
    object: { ...object, metadata: { ...object.metadata, labels: ownerLabels(owner) } },
    file: `bedrock-${jobOf(access.spec.credentials)?.work ?? ''}`,
  }));
}

const kinds: ReadonlySet<string> = new Set(['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'CronJob']);

/** Is an object of an app one of those, for this access? `named`: only under the names that it gives now. */
export function isOfJob(object: ManifestApp['own'][number]['documents'][number]['object'], access: Access, { named }: { readonly named: boolean }): boolean {
  if (!kinds.has(object.kind) || !isLabelled(object.value, access.metadata)) return false;
  return !named || [...jobObjects(access).values()].some(({ kind, metadata }) => kind === object.kind && metadata.name === object.name);
}
