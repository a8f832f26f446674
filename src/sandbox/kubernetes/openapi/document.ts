import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { ResourceTypes } from '../resource-types.ts';
import { servedGroups } from '../discovery/discovery.ts';
import { definitions, type Schema } from './schema.ts';

/** `/openapi/v3`: where the document of each group and version is. */
export function openApiIndex(types: ResourceTypes): JsonObject {
  const paths = servedGroups(types).flatMap(({ group, versions }) =>
    versions.map((version) => {
      const path = prefix(group, version).slice(1);
      const hash = createHash('sha256').update(JSON.stringify(openApiV3(types, group, version))).digest('hex').toUpperCase();
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
    }),
  );
  return { paths: Object.fromEntries(paths) };
}

/** `/openapi/v3/apis/<group>/<version>`: schemas and paths, as far as `kubectl explain`, `apply` and `diff` read them. */
export function openApiV3(types: ResourceTypes, group: string, version: string): JsonObject | undefined {
  const served = types.all().filter((type) => type.group === group && type.versions.includes(version));
  if (!servedGroups(types).some((each) => each.group === group && each.versions.includes(version))) return undefined;
  const document = { openapi: '3.0.0', info, paths: Object.fromEntries(served.flatMap((type) => pathsOf(type, version, 'v3'))), components: { schemas: schemasOf(served, version) } };
  return referring(document, '#/components/schemas/');
}

/** `/openapi/v2`, as JSON: every definition in one document. */
export function openApiV2(types: ResourceTypes): JsonObject {
  const paths = types.all().flatMap((type) => type.versions.flatMap((version) => pathsOf(type, version, 'v2')));
  const custom = types.all().filter((type) => type.custom === true).flatMap((type) => type.versions.map((version) => [definitionName(type, version), customDefinition(type, version)]));
  return { swagger: '2.0', info, paths: Object.fromEntries(paths), definitions: { ...definitions, ...Object.fromEntries(custom) } };
}

const info = { title: 'Kubernetes', version: 'v1.35.4' };

function prefix(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

function schemasOf(types: readonly ResourceType[], version: string): JsonObject {
  const schemas = new Map<string, Schema>();
  const keep = (name: string): void => {
    const schema = inV3(name);
    if (schema === undefined || schemas.has(name)) return;
    schemas.set(name, schema);
    keepReferred(schema);
  };
  const keepReferred = (schema: Schema): void => {
    for (const match of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) keep(match[1]!);
  };
  for (const type of types) {
    if (type.custom !== true) {
      const name = builtInName(type, version);
      keep(name);
      keep(`${name}List`);
      continue;
    }
    const schema = customDefinition(type, version);
    schemas.set(definitionName(type, version), schema);
    keepReferred(schema);
  }
  keep('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');
  keep('io.k8s.apimachinery.pkg.apis.meta.v1.Status');
  return Object.fromEntries([...schemas].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** What is a number or a string says so in v3 only (api/openapi-spec/v3 of Kubernetes 1.35). */
function inV3(name: string): Schema | undefined {
  const types = { 'io.k8s.apimachinery.pkg.util.intstr.IntOrString': ['integer', 'string'], 'io.k8s.apimachinery.pkg.api.resource.Quantity': ['string', 'number'] }[name];
  const schema = definitions[name];
  if (types === undefined || schema === undefined) return schema;
  const { type: _type, ...words } = schema;
  return { ...words, oneOf: types.map((type) => ({ type })) };
}

function builtInName(type: ResourceType, version: string): string {
  const found = Object.entries(definitions).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some((each) => each.group === type.group && each.version === version && each.kind === type.kind) === true,
  );
  return found?.[0] ?? '';
}

/** `external-secrets.io/v1 ExternalSecret` -> `io.external-secrets.v1.ExternalSecret` (apiextensions: openapi/builder). */
function definitionName(type: ResourceType, version: string): string {
  return `${type.group.split('.').reverse().join('.')}.${version}.${type.kind}`;
}

function customDefinition(type: ResourceType, version: string): Schema {
  const schema = type.schemaOf(`${type.group}/${version}`);
  // The same words as those of every built-in kind (apiextensions: openapi/builder, swaggerTypeMetadataDescriptions).
  const ofEveryKind = definitions['io.k8s.api.core.v1.ConfigMap']?.properties ?? {};
  const described = ['apiVersion', 'kind', 'metadata'].flatMap((field) => {
    const own = ofEveryKind[field];
    return own === undefined ? [] : [[field, { ...own, ...schema.properties?.[field] }]];
  });
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(described) }, 'x-kubernetes-group-version-kind': [{ group: type.group, version, kind: type.kind }] };
}

function pathsOf(type: ResourceType, version: string, format: 'v2' | 'v3'): readonly (readonly [string, JsonObject])[] {
  const root = `${prefix(type.group, version)}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.resource}`;
  const gvk = { group: type.group, kind: type.kind, version };
  const name = type.custom === true ? definitionName(type, version) : builtInName(type, version);
  const operation = (action: string, withValidation: boolean): JsonObject => ({
    operationId: `${action}${type.kind}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters: withValidation ? ['dryRun', 'fieldManager', 'fieldValidation'].map((parameter) => ({ name: parameter, in: 'query', ...(format === 'v3' ? { schema: { type: 'string', uniqueItems: true } } : { type: 'string', uniqueItems: true }) })) : [],
    responses: { 200: { description: 'OK', ...(format === 'v3' ? { content: { 'application/json': { schema: { $ref: `#/definitions/${name}` } } } } : { schema: { $ref: `#/definitions/${name}` } }) } },
  });
  const collection = { get: operation('list', false), post: operation('post', true), delete: operation('deletecollection', false) };
  const single = { get: operation('get', false), put: operation('put', true), patch: operation('patch', true), delete: operation('delete', false) };
  return [
    [root, collection],
    [`${root}/{name}`, single],
  ];
}

/** In v3 a reference with words beside it stands in `allOf`. */
function referring(document: JsonObject, place: string): JsonObject {
  const changed: unknown = JSON.parse(JSON.stringify(document).replaceAll('#/definitions/', place), (_field, value: unknown) => {
    if (!isObject(value) || typeof value['$ref'] !== 'string' || Object.keys(value).length === 1) return value;
    const { $ref, ...words } = value;
    return { allOf: [{ $ref }], ...words };
  });
  return isObject(changed) ? changed : {};
}
