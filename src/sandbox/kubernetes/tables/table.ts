import type { JsonObject, StoredObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { columnsOf } from './columns.ts';
import { plainColumns } from './other-columns.ts';

export interface TableOptions {
  readonly type: ResourceType;
  readonly apiVersion: string;
  readonly includeObject: string;
  readonly now: Date;
  readonly resourceVersion: string;
}

/** A `Table` as `kubectl get` asks for it (Kubernetes docs, "Receiving resources as Tables"). */
export function table(objects: readonly StoredObject[], { type, apiVersion, includeObject, now, resourceVersion }: TableOptions): JsonObject {
  const columns = columnsOf(type, apiVersion);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: columns.map(({ name, type: kind, format = '', description = '', priority = 0 }) => ({ name, type: kind, format, description, priority })),
    // The default printer makes no list where there is nothing.
    rows: objects.length === 0 && columns === plainColumns ? null : objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now) ?? null),
      ...rowObject(object, includeObject),
    })),
  };
}

function rowObject(object: StoredObject, includeObject: string): JsonObject {
  if (includeObject === 'None') return { object: null };
  if (includeObject === 'Object') return { object };
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
}
