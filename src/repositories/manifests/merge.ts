import { isRecord } from './parse.ts';

/** Kinds of Kubernetes itself, whose lists are merged by a key; lists of any other kind are replaced whole (kustomize, "patches"). */
const builtIn = /^(v1|apps\/|batch\/|autoscaling\/|policy\/|networking\.k8s\.io\/|rbac\.authorization\.k8s\.io\/)/;

/** A strategic merge patch over an object, as kustomize applies it. */
export function strategicMerge(value: unknown, patch: unknown, apiVersion: string): unknown {
  return merged(value, patch, builtIn.test(apiVersion));
}

function merged(value: unknown, patch: unknown, byKey: boolean): unknown {
  if (isRecord(patch)) {
    if (patch['$patch'] === 'replace') return without(patch, '$patch');
    const result: Record<string, unknown> = isRecord(value) ? { ...value } : {};
    for (const [key, inner] of Object.entries(patch)) {
      if (inner === null) delete result[key];
      else result[key] = merged(result[key], inner, byKey);
    }
    return result;
  }
  if (Array.isArray(patch) && Array.isArray(value) && byKey) {
    const items: readonly unknown[] = patch;
    const key = mergeKey([...value, ...items]);
    if (key !== undefined) return mergedList(value, items, key);
  }
  return patch;
}

function mergedList(value: readonly unknown[], patch: readonly unknown[], key: string): readonly unknown[] {
  const result = [...value];
  for (const item of patch) {
    if (!isRecord(item)) continue;
    const index = result.findIndex((existing) => isRecord(existing) && existing[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(item);
    else result[index] = merged(result[index], item, true);
  }
  return result;
}

/** The key by which a list of objects is merged: that of the API's own lists. */
export function mergeKey(items: readonly unknown[]): string | undefined {
  const records = items.filter(isRecord).filter((item) => item['$patch'] !== 'replace');
  if (records.length === 0 || records.length < items.length) return undefined;
  return ['name', 'mountPath', 'containerPort', 'port', 'secretKey'].find((key) => records.every((item) => item[key] !== undefined));
}

function without(record: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

/** RFC 6902, the three operations that manifests use; one that does not fit leaves the object as it is. */
export function jsonPatch(value: unknown, operations: readonly unknown[]): unknown {
  let result = structuredClone(value);
  for (const operation of operations) {
    if (!isRecord(operation) || typeof operation['path'] !== 'string') continue;
    const path = operation['path'].split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    result = applyOperation(result, String(operation['op']), path, operation['value']);
  }
  return result;
}

function applyOperation(root: unknown, operation: string, path: readonly string[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return operation === 'remove' ? undefined : value;
  if (Array.isArray(root)) {
    const list: unknown[] = [...root];
    const index = step === '-' ? list.length : Number(step);
    if (rest.length > 0) list[index] = applyOperation(list[index], operation, rest, value);
    else if (operation === 'remove') list.splice(index, 1);
    else if (operation === 'add') list.splice(index, 0, value);
    else list[index] = value;
    return list;
  }
  if (!isRecord(root)) return root;
  const record: Record<string, unknown> = { ...root };
  if (rest.length > 0) record[step] = applyOperation(record[step], operation, rest, value);
  else if (operation === 'remove') delete record[step];
  else record[step] = value;
  return record;
}
