import { isObject, type JsonObject, listAt, objectAt, textAt } from '../object.ts';
import { type Schema, objectMetaSchema } from '../openapi/schema.ts';
import type { ResourceType, ScalePaths } from '../resource-type.ts';
import { pruned, withDefaults } from './structural.ts';
import { schemaProblems } from './validate.ts';

/** The kind that a definition defines. */
export function customType(definition: JsonObject): ResourceType {
  const names = objectAt(definition, 'spec', 'names');
  const served = versionsOf(definition).filter((version) => version['served'] === true).sort((left, right) => compareVersions(textAt(left, 'name') ?? '', textAt(right, 'name') ?? ''));
  const stored = versionsOf(definition).find((version) => version['storage'] === true) ?? served[0] ?? {};
  const schemas = new Map(served.map((version) => [textAt(version, 'name') ?? '', customSchema(version)]));
  const columns = new Map(served.map((version) => [textAt(version, 'name') ?? '', listAt(version, 'additionalPrinterColumns').filter(isObject)]));
  const schemaOf = (apiVersion: string): Schema => schemas.get(apiVersion.slice(apiVersion.indexOf('/') + 1)) ?? { 'x-kubernetes-preserve-unknown-fields': true };
  const group = textAt(definition, 'spec', 'group') ?? '';
  const scale = objectAt(stored, 'subresources')['scale'];
  return {
    group,
    versions: [...schemas.keys()],
    storedVersion: textAt(stored, 'name') ?? '',
    kind: textAt(names, 'kind') ?? '',
    resource: textAt(names, 'plural') ?? '',
    singular: textAt(names, 'singular') ?? (textAt(names, 'kind') ?? '').toLowerCase(),
    shortNames: listAt(names, 'shortNames').map(String),
    categories: listAt(names, 'categories').map(String),
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    status: objectAt(stored, 'subresources')['status'] !== undefined,
    ...(isObject(scale) ? { scale: scalePaths(scale) } : {}),
    generation: 'spec',
    custom: true,
    unconditionalUpdate: false,
    schemaOf,
    printerColumns: (version) => columns.get(version) ?? [],
    defaults: (object, version) => withDefaults(pruned(object, schemaOf(`${group}/${version}`)).value, schemaOf(`${group}/${version}`)),
    validate: (object, _old, version) => schemaProblems(object, schemaOf(`${group}/${version}`)),
  };
}

function customSchema(version: JsonObject): Schema {
  const given = objectAt(version, 'schema')['openAPIV3Schema'];
  if (!isSchema(given)) return { type: 'object', properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: objectMetaSchema }, 'x-kubernetes-preserve-unknown-fields': true };
  return { ...given, properties: { ...given.properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: objectMetaSchema } };
}

export function isSchema(value: unknown): value is Schema {
  return isObject(value);
}

function scalePaths(scale: JsonObject): ScalePaths {
  const path = (field: string): readonly string[] => (textAt(scale, field) ?? '').split('.').filter((step) => step !== '');
  return { specReplicas: path('specReplicasPath'), statusReplicas: path('statusReplicasPath'), ...(textAt(scale, 'labelSelectorPath') === undefined ? {} : { selector: path('labelSelectorPath') }) };
}

export function versionsOf(definition: JsonObject): readonly JsonObject[] {
  return listAt(definition, 'spec', 'versions').filter(isObject);
}

/** GA before beta before alpha, higher numbers first (apimachinery: version.CompareKubeAwareVersionStrings). */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rank(left), rank(right)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (b[index] ?? 0) - (a[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.localeCompare(right);
}

function rank(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}
