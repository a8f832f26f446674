import { isObject, type JsonObject, sameJson } from '../object.ts';
import { type Schema, resolved } from '../openapi/schema.ts';
import { badRequest, StatusError } from '../status-error.ts';

/**
 * Strategic merge patch: maps merge, lists merge by their merge key where the schema says so, directives delete, replace, order and
 * retain (Kubernetes docs, "sig-api-machinery/strategic-merge-patch.md"; apimachinery: util/strategicpatch/patch.go).
 */
export function strategicMerged(target: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  return mergeMap(target, patch, schema);
}

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

function mergeMap(original: JsonObject, patch: JsonObject, given: Schema): JsonObject {
  const { $patch: directive, $retainKeys: retained, ...fields } = patch;
  if (directive === 'replace') return withoutDirectives(fields);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw unknownDirective(directive, patch);
  const schema = resolved(given);
  const result: Record<string, unknown> = Array.isArray(retained) ? retainedOnly(original, fields, retained) : { ...original };
  const orders = new Map(Object.entries(fields).filter(([field]) => field.startsWith(orderPrefix)).map(([field, order]) => [field.slice(orderPrefix.length), order]));
  for (const [field, value] of Object.entries(fields)) {
    if (field.startsWith(orderPrefix) || orders.has(field)) continue;
    if (field.startsWith(deletePrefix)) {
      const name = field.slice(deletePrefix.length);
      const gone = Array.isArray(value) ? value : [];
      if (Array.isArray(result[name])) result[name] = result[name].filter((item) => !gone.some((each) => sameJson(each, item)));
      continue;
    }
    merge(result, field, value, schema);
  }
  for (const [field, order] of orders) mergeOrdered(result, field, fields[field], order, schema);
  return result;
}

function merge(result: Record<string, unknown>, field: string, value: unknown, schema: Schema): void {
  const current = result[field];
  if (value === null) {
    delete result[field];
    return;
  }
  const property = propertyOf(schema, field);
  const strategy = property['x-kubernetes-patch-strategy'] ?? '';
  if (isObject(value) && isObject(current)) {
    result[field] = strategy.split(',').includes('replace') ? value : mergeMap(current, value, property);
  } else if (Array.isArray(value) && Array.isArray(current)) {
    result[field] = strategy.split(',').includes('merge') ? mergeList(current, value, property) : value;
  } else {
    const kept = isObject(value) ? withoutDirectives(value) : Array.isArray(value) ? withoutDirectiveItems(value) : value;
    if (isObject(value) && value['$patch'] === 'delete') delete result[field];
    else result[field] = kept;
  }
}

/** A list whose order the patch sets: the patch's items in that order, items only the server has kept near where they were. */
function mergeOrdered(result: Record<string, unknown>, field: string, value: unknown, order: unknown, schema: Schema): void {
  if (!Array.isArray(order)) throw badRequest('Invalid patch format of setElementOrder list');
  const property = propertyOf(schema, field);
  const key = property['x-kubernetes-patch-merge-key'];
  const current = Array.isArray(result[field]) ? result[field] : undefined;
  const patched = Array.isArray(value) ? value : undefined;
  if (current === undefined && patched === undefined) return;
  const merged = patched === undefined ? current! : current === undefined ? withoutDirectiveItems(patched) : mergeList(current, patched, property);
  result[field] = ordered(merged, order, current ?? [], key);
}

function mergeList(current: readonly unknown[], patch: readonly unknown[], property: Schema): readonly unknown[] {
  const key = property['x-kubernetes-patch-merge-key'];
  if (![...current, ...patch].some(isObject)) {
    const both = [...current, ...patch].filter((item, index, all) => all.findIndex((each) => sameJson(each, item)) === index);
    return ordered(both, patch, current, undefined);
  }
  if (key === undefined) throw new StatusError(500, '', 'cannot merge lists without merge key');
  const items = patch.filter(isObject);
  if (items.some((item) => item['$patch'] === 'replace')) return items.filter((item) => item['$patch'] === undefined);
  let result: readonly unknown[] = current;
  for (const item of items) {
    if (item['$patch'] !== undefined && item['$patch'] !== 'delete') throw unknownDirective(item['$patch'], item);
    if (item[key] === undefined) throw new StatusError(500, '', `map: ${goText(item)} does not contain declared merge key: ${key}`);
    if (item['$patch'] === 'delete') result = result.filter((each) => !(isObject(each) && sameJson(each[key], item[key])));
  }
  for (const item of items.filter((each) => each['$patch'] === undefined)) {
    const index = result.findIndex((each) => isObject(each) && sameJson(each[key], item[key]));
    const found = result[index];
    result = isObject(found) ? result.with(index, mergeMap(found, item, property.items ?? {})) : [...result, withoutDirectives(item)];
  }
  return ordered(result, items.filter((item) => item['$patch'] === undefined), current, key);
}

/** apimachinery: normalizeElementOrder. */
function ordered(merged: readonly unknown[], patchOrder: readonly unknown[], serverOrder: readonly unknown[], key: string | undefined): readonly unknown[] {
  const identity = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const indexIn = (list: readonly unknown[], item: unknown): number => list.findIndex((each) => sameJson(identity(each), identity(item)));
  const inPatch = merged.filter((item) => indexIn(patchOrder, item) !== -1).sort((left, right) => indexIn(patchOrder, left) - indexIn(patchOrder, right));
  const serverOnly = merged.filter((item) => indexIn(patchOrder, item) === -1);
  const result: unknown[] = [];
  while (inPatch.length > 0 || serverOnly.length > 0) {
    const [left, right] = [serverOnly[0], inPatch[0]];
    if (inPatch.length === 0) result.push(serverOnly.shift());
    else if (serverOnly.length === 0) result.push(inPatch.shift());
    else {
      const [l, r] = [indexIn(serverOrder, left), indexIn(serverOrder, right)];
      result.push(l >= 0 && r >= 0 && l < r ? serverOnly.shift() : inPatch.shift());
    }
  }
  return result;
}

function retainedOnly(original: JsonObject, patch: JsonObject, retained: readonly unknown[]): Record<string, unknown> {
  const stray = Object.entries(patch).find(([field, value]) => value !== null && !field.startsWith('$') && !retained.includes(field));
  if (stray !== undefined) throw badRequest('Invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([field]) => retained.includes(field)));
}

/** The property's own words beside a `$ref` (patch strategy, merge key) count. */
function propertyOf(schema: Schema, field: string): Schema {
  const property = schema.properties?.[field] ?? (isObject(schema.additionalProperties) ? schema.additionalProperties : {});
  const { $ref: _reference, ...own } = property;
  return { ...resolved(property), ...own };
}

function withoutDirectives(map: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([field, value]) => value !== null && !field.startsWith('$') && !(isObject(value) && value['$patch'] === 'delete'))
      .map(([field, value]) => [field, isObject(value) ? withoutDirectives(value) : Array.isArray(value) ? withoutDirectiveItems(value) : value]),
  );
}

function withoutDirectiveItems(items: readonly unknown[]): readonly unknown[] {
  return items.filter((item) => !(isObject(item) && item['$patch'] !== undefined)).map((item) => (isObject(item) ? withoutDirectives(item) : item));
}

function unknownDirective(directive: unknown, map: JsonObject): StatusError {
  return new StatusError(500, '', `unknown patch type: ${goText(directive)} in map: ${goText(map)}`);
}

/** A value as Go's `%v` prints it. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) return `map[${Object.keys(value).sort().map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
  return value === null || value === undefined ? '<nil>' : typeof value === 'string' ? value : JSON.stringify(value);
}
