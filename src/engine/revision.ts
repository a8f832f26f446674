/**
 * What was applied, kept in the cluster: one ControllerRevision for each apply that changed something. It is pending from
 * before the first step and complete after the last, so that a run that was killed shows. Ten are kept; no secret is in them.
 */
import { accessFromObject } from '../access/parse.ts';
import { catalogFile, parseCatalog } from '../bedrock/catalog.ts';
import type { Catalog } from '../bedrock/types.ts';
import { AccessError } from '../errors/error.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { Kubernetes, KubernetesObject, OwnerReference } from '../kubernetes/types.ts';
import { at, textAt } from '../resources/json.ts';
import { ownerLabelKeys, ownerLabels, ownerSelector, type Owner } from '../resources/owner.ts';
import type { Readings } from '../resources/readings.ts';
import { persist } from './persist.ts';
import type { Footprint, Revision, RevisionMarks, RunContext } from './types.ts';

const kept = 10;
const stateLabel = 'bedrock-access.dev/state';
const goesBackAnnotation = 'bedrock-access.dev/goes-back';
const apiVersion = 'apps/v1';
const kind = 'ControllerRevision';

/** Latest first. */
export async function revisionsOf(owner: Owner, readings: Readings): Promise<readonly Revision[]> {
  const objects = await readings.objects(apiVersion, kind, { namespace: owner.namespace, labelSelector: ownerSelector(owner) });
  return objects.map(readRevision).sort((a, b) => b.number - a.number);
}

/** Every revision of every access of the cluster. */
export async function allRevisions(kubernetes: Kubernetes): Promise<readonly { readonly namespace: string; readonly name: string; readonly revision: Revision }[]> {
  const objects = await kubernetes.list(apiVersion, kind, { labelSelector: ownerLabelKeys.name });
  return objects.map((object) => ({
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.labels?.[ownerLabelKeys.name] ?? '',
    revision: readRevision(object),
  }));
}

/** Written before the first step. */
export async function beginRevision(footprint: Footprint, earlier: readonly Revision[], context: RunContext, { goesBack = false }: { readonly goesBack?: boolean } = {}): Promise<Revision> {
  const { owner, access } = footprint;
  const { catalog, programVersion, kubernetes } = context;
  const number = (earlier[0]?.number ?? 0) + 1;
  const owners = await declaringObject(owner, kubernetes);
  const wanted: KubernetesObject = {
    apiVersion,
    kind,
    metadata: {
      namespace: owner.namespace,
      name: `bedrock-access-${owner.name}-${number}`,
      labels: { ...ownerLabels(owner), [stateLabel]: 'pending' },
      ...(goesBack ? { annotations: { [goesBackAnnotation]: 'true' } } : {}),
      ...(owners.length === 0 ? {} : { ownerReferences: owners }),
    },
    revision: number,
    data: {
      access,
      accessDigest: footprint.accessDigest,
      catalog: catalogFile(catalogSlice(footprint, catalog)),
      policy: footprint.policy.documents,
      programVersion,
    },
  };
  return persist(context, async (attempt) => {
    // Under the Lease nobody else makes it: what is there after a call without an answer is of this run.
    const there = attempt === 1 ? undefined : await kubernetes.get({ apiVersion, kind, namespace: owner.namespace, name: wanted.metadata.name ?? '' });
    return readRevision(there ?? (await kubernetes.create(wanted)));
  });
}

/** Writes marks on the revision, beside those that are there. */
export async function markRevision(revision: Revision, marks: RevisionMarks, context: RunContext): Promise<void> {
  const { namespace, name } = referenceTo(revision);
  const { kubernetes } = context;
  const annotations = Object.fromEntries(markNames.flatMap((mark) => (marks[mark] === undefined ? [] : [[annotationOf(mark), marks[mark].toISOString()]])));
  await persist(context, async (attempt) => {
    const object = attempt === 1 ? revision.object : await kubernetes.get({ apiVersion, kind, namespace, name });
    if (object === undefined) return;
    // Replaced as it was read, not patched: see `completeRevision`.
    await kubernetes.replace({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } } });
  }, { looksAnew: true });
}

const markNames = ['switching', 'moved', 'withdrawing'] as const satisfies readonly (keyof RevisionMarks)[];

function annotationOf(mark: keyof RevisionMarks): string {
  return `bedrock-access.dev/${mark}`;
}

function marksOf({ metadata }: KubernetesObject): RevisionMarks {
  const marks: { -readonly [mark in keyof RevisionMarks]: RevisionMarks[mark] } = {};
  for (const mark of markNames) {
    const at = new Date(metadata.annotations?.[annotationOf(mark)] ?? '');
    if (!Number.isNaN(at.getTime())) marks[mark] = at;
  }
  return marks;
}

/** After the last step: the revision is complete, and the oldest beyond ten go. */
export async function completeRevision(revision: Revision, earlier: readonly Revision[], context: RunContext): Promise<void> {
  const { namespace, name } = referenceTo(revision);
  const { kubernetes } = context;
  await persist(context, async (attempt) => {
    const object = attempt === 1 ? revision.object : await kubernetes.get({ apiVersion, kind, namespace, name });
    if (object === undefined || object.metadata.labels?.[stateLabel] === 'complete') return;
    // Replaced with its data as it was read, not patched: the API server holds `data` to the very bytes that were first written ("field is
    // immutable"), and after a patch it writes the fields in another order (found on kube-apiserver 1.35).
    await kubernetes.replace({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [stateLabel]: 'complete' } } });
  }, { looksAnew: true });
  for (const old of earlier.filter(({ number }) => number !== revision.number).slice(kept - 1)) await removeRevision(old, context);
}

export async function removeRevision(revision: Revision, context: RunContext): Promise<void> {
  const { uid } = revision.object.metadata;
  try {
    await persist(context, () => context.kubernetes.remove({ apiVersion, kind, ...referenceTo(revision) }, uid === undefined ? {} : { uid }));
  } catch (error) {
    // Removed by hand, or by a call whose answer was lost: gone either way.
    if (!(error instanceof KubernetesCallError && error.kind === 'not-found')) throw error;
  }
}

/** The last complete revision before the state of now: what `rollback` goes back to. A rollback that was stopped goes on to where it went. */
export function revisionBefore(revisions: readonly Revision[]): Revision {
  const [latest, ...earlier] = revisions;
  const target = latest?.goesBack === true && latest.state === 'pending' ? latest : earlier.find(({ state }) => state === 'complete');
  if (latest === undefined || target === undefined) {
    throw new AccessError('no-earlier-revision', 'there is no earlier revision to go back to', {
      cause: latest === undefined ? 'Nothing was applied in this cluster under that name.' : `Revision ${latest.number} is the first one.`,
      remedy: 'To remove everything that this access has made, use rollback --all.',
    });
  }
  return target;
}

function readRevision(object: KubernetesObject): Revision {
  const data = at(object, 'data');
  const number = at(object, 'revision');
  const access = readable(() => accessFromObject(at(data, 'access')).access);
  const catalog = readable(() => parseCatalog(at(data, 'catalog')));
  return {
    number: typeof number === 'number' ? number : 0,
    state: object.metadata.labels?.[stateLabel] === 'complete' ? 'complete' : 'pending',
    at: object.metadata.creationTimestamp ?? '',
    programVersion: textAt(data, 'programVersion') ?? '',
    accessDigest: textAt(data, 'accessDigest') ?? '',
    ...(access === undefined ? {} : { access }),
    ...(catalog === undefined ? {} : { catalog }),
    marks: marksOf(object),
    goesBack: object.metadata.annotations?.[goesBackAnnotation] === 'true',
    object,
  };
}

/** A revision of another version of the program may hold what this one cannot read. */
function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Only what the declared models need: a revision is read again long after the catalog has changed. */
function catalogSlice(footprint: Footprint, catalog: Catalog): Catalog {
  const models = new Set(footprint.models.map(({ modelId }) => modelId));
  const profiles = [...catalog.profiles].filter(([, { modelId }]) => models.has(modelId));
  const ids = new Set([...models, ...profiles.map(([id]) => id)]);
  return {
    date: catalog.date,
    models: new Map([...catalog.models].filter(([id]) => models.has(id))),
    profiles: new Map(profiles),
    prices: new Map([...catalog.prices].filter(([id]) => ids.has(id))),
  };
}

/** The BedrockAccess object, where there is one. Not as `controller`: that would make other controllers take the revision for theirs. */
async function declaringObject(owner: Owner, kubernetes: Kubernetes): Promise<readonly OwnerReference[]> {
  const [version] = await kubernetes.servedVersions('bedrock-access.dev', 'BedrockAccess');
  if (version === undefined) return [];
  const type = { apiVersion: `bedrock-access.dev/${version}`, kind: 'BedrockAccess', name: owner.name };
  const uid = (await kubernetes.get({ ...type, namespace: owner.namespace }))?.metadata.uid;
  return uid === undefined ? [] : [{ ...type, uid, controller: false }];
}

function referenceTo({ object }: Revision): { readonly namespace: string; readonly name: string } {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}
