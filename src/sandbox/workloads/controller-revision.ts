/** The revisions that StatefulSets and DaemonSets keep of their pod template (pkg/controller/history). */
import { numberAt, objectAt, sameJson, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { referenceTo, type ControllerTools } from './controller.ts';
import { claimed, controllerReference } from './ownership.ts';
import { templateHash, texts } from './pod-template.ts';

export const revisionLabel = 'controller-revision-hash';

export interface Revisions {
  /** The revision of the template as it is now. */
  readonly update: StoredObject;
  readonly all: readonly StoredObject[];
}

/** Finds the current template's revision, or makes it; a template that comes back gets the highest number again. */
export function syncRevisions(owner: StoredObject, tools: ControllerTools): Revisions {
  const { store, manager } = tools;
  const template = objectAt(owner, 'spec', 'template');
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  const all = [...claimed(owner, 'apps/v1', 'ControllerRevision', tools)].sort((left, right) => numberOf(left) - numberOf(right));
  const highest = Math.max(0, ...all.map(numberOf));
  const same = all.find((each) => sameJson(each['data'], data));
  if (same !== undefined) {
    if (numberOf(same) === highest) return { update: same, all };
    const raised = store.update({ ...same, revision: highest + 1 }, { manager });
    return { update: raised, all: [...all.filter((each) => each !== same), raised] };
  }
  const hash = templateHash(template);
  const made = store.create(
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${owner.metadata.name}-${hash}`,
        namespace: owner.metadata.namespace ?? 'default',
        labels: { ...texts(objectAt(template, 'metadata')['labels']), [revisionLabel]: hash },
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: highest + 1,
    },
    { manager },
  );
  return { update: made, all: [...all, made] };
}

/** `revisionHistoryLimit` revisions that no pod uses are kept. */
export function forgetRevisions(owner: StoredObject, { all, update }: Revisions, used: ReadonlySet<string>, { store }: ControllerTools): void {
  const limit = numberAt(owner, 'spec', 'revisionHistoryLimit') ?? 10;
  const idle = all.filter((each) => each.metadata.uid !== update.metadata.uid && !used.has(hashOf(each)) && !used.has(each.metadata.name));
  for (const each of idle.slice(0, Math.max(0, idle.length - limit))) store.remove(referenceTo(each));
}

export function hashOf(revision: StoredObject): string {
  return revision.metadata.labels?.[revisionLabel] ?? '';
}

/** The pod template of a revision. */
export function templateOf(revision: StoredObject): JsonObject {
  const { $patch: _directive, ...template } = objectAt(revision, 'data', 'spec', 'template');
  return template;
}

function numberOf(revision: StoredObject): number {
  return numberAt(revision, 'revision') ?? 0;
}
