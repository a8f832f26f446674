/** The CronJob that rotates the key, with what it may do, as git holds it: in one file of its own. */
import { rotationObjects } from '../../resources/rotation-objects.ts';
import type { Access } from '../../access/types.ts';
import type { Implied } from '../../resources/kind.ts';
import { ownerLabels } from '../../resources/owner.ts';
import { isLabelled, type ManifestApp } from './manifest-app.ts';
import type { ManifestText } from './manifest-objects.ts';

/** None where the access declares no rotation. */
export function rotationManifests({ access, owner }: Implied): readonly ManifestText[] {
  return [...rotationObjects(access).values()].map((object) => ({
    kind: object.kind,
    object: { ...object, metadata: { ...object.metadata, labels: ownerLabels(owner) } },
    file: 'bedrock-rotation',
  }));
}

const kinds: ReadonlySet<string> = new Set(['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'CronJob']);

/** Is an object of an app one of those, for this access? `named`: only under the names that it gives now. */
export function isOfRotation(object: ManifestApp['own'][number]['documents'][number]['object'], access: Access, { named }: { readonly named: boolean }): boolean {
  if (!kinds.has(object.kind) || !isLabelled(object.value, access.metadata)) return false;
  return !named || [...rotationObjects(access).values()].some(({ kind, metadata }) => kind === object.kind && metadata.name === object.name);
}
