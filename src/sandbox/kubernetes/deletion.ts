import type { StoredMeta, StoredObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import { conflict } from './status-error.ts';

export interface RemoveOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  /** 0 removes a pod at once. Default: the kind's own. */
  readonly gracePeriodSeconds?: number | undefined;
  readonly dryRun?: boolean;
}

/** The words name the kind, not the resource, as the real server's do. */
export function checkPreconditions(type: ResourceType, old: StoredObject, { uid, resourceVersion }: RemoveOptions): void {
  const { name, uid: itsUid, resourceVersion: itsVersion } = old.metadata;
  if (uid !== undefined && uid !== itsUid) {
    throw conflict({ group: type.group, resource: type.kind }, name, `the UID in the precondition (${uid}) does not match the UID in record (${itsUid}). The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== itsVersion) {
    throw conflict({ group: type.group, resource: type.kind }, name, `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${itsVersion}). The object might have been modified`);
  }
}

/** Orphan and Foreground are kept as finalizers that the garbage collector works off (Kubernetes docs, "Garbage Collection"). */
export function finalizersAfter(type: ResourceType, old: StoredObject, propagation: RemoveOptions['propagation']): readonly string[] {
  const kept = old.metadata.finalizers ?? [];
  const own = type.deletionFinalizer;
  const others = (own === undefined || kept.includes(own) || old.metadata.deletionTimestamp !== undefined ? kept : [...kept, own]).filter((each) => propagation === undefined || (each !== 'orphan' && each !== 'foregroundDeletion'));
  if (propagation === 'Orphan') return [...others, 'orphan'];
  if (propagation === 'Foreground') return [...others, 'foregroundDeletion'];
  return others;
}

export function withFinalizers(meta: StoredMeta, finalizers: readonly string[]): StoredMeta {
  const { finalizers: _old, ...rest } = meta;
  return finalizers.length === 0 ? rest : { ...rest, finalizers };
}

export function graceOf(type: ResourceType, old: StoredObject, asked: number | undefined): number {
  const own = type.gracePeriod?.(old) ?? 0;
  return own === 0 ? 0 : Math.max(0, asked ?? own);
}
