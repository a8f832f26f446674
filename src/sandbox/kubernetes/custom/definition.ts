import { type JsonObject, isObject, listAt, objectAt, type StoredObject, textAt } from '../object.ts';
import { builtIn } from '../kinds/built-in.ts';
import { type Schema, objectMetaSchema } from '../openapi/schema.ts';
import type { ResourceType, ScalePaths } from '../resource-type.ts';
import type { StatusCause } from '../status-error.ts';
import type { ObjectStore } from '../store.ts';
import { immutable, invalidValue, required, unsupported } from '../validation/causes.ts';
import { pruned, withDefaults } from './structural.ts';
import { schemaProblems } from './validate.ts';

/** CustomResourceDefinitions themselves. */
export const definitionType: ResourceType = builtIn({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  status: true,
  generation: 'spec',
  unconditionalUpdate: false,
  defaults: withDefinitionDefaults,
  prepareCreate: (definition) => ({
    ...definition,
    status: { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions: versionsOf(definition).filter((version) => version['storage'] === true).map((version) => version['name']) },
  }),
  validate: definitionProblems,
});

/** Serves the kinds of the definitions in the store, from now on: made, changed and removed with them. */
export function serveDefinitions(store: ObjectStore): () => void {
  return store.subscribe(({ type, object, resourceType }) => {
    if (resourceType !== definitionType) return;
    const [group, plural] = [textAt(object, 'spec', 'group') ?? '', textAt(object, 'spec', 'names', 'plural') ?? ''];
    if (type === 'DELETED') {
      const custom = store.types.ofResource(group, plural);
      if (custom !== undefined) store.forget(custom);
      return;
    }
    store.types.add(customType(object));
    if (listAt(object, 'status', 'conditions').length === 0 && object.metadata.deletionTimestamp === undefined) {
      store.updateStatus({ ...object, status: { ...objectAt(object, 'status'), ...establishedStatus(object, store.now()) } }, { manager: 'kube-apiserver' });
    }
  });
}

function establishedStatus(definition: StoredObject, now: string): JsonObject {
  return {
    acceptedNames: objectAt(definition, 'spec', 'names'),
    conditions: [
      { lastTransitionTime: now, message: 'no conflicts found', reason: 'NoConflicts', status: 'True', type: 'NamesAccepted' },
      { lastTransitionTime: now, message: 'the initial names have been accepted', reason: 'InitialNamesAccepted', status: 'True', type: 'Established' },
    ],
  };
}

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

function isSchema(value: unknown): value is Schema {
  return isObject(value);
}

function scalePaths(scale: JsonObject): ScalePaths {
  const path = (field: string): readonly string[] => (textAt(scale, field) ?? '').split('.').filter((step) => step !== '');
  return { specReplicas: path('specReplicasPath'), statusReplicas: path('statusReplicasPath'), ...(textAt(scale, 'labelSelectorPath') === undefined ? {} : { selector: path('labelSelectorPath') }) };
}

function versionsOf(definition: JsonObject): readonly JsonObject[] {
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

function withDefinitionDefaults(definition: JsonObject): JsonObject {
  const spec = objectAt(definition, 'spec');
  const names = objectAt(spec, 'names');
  const kind = textAt(names, 'kind') ?? '';
  return {
    ...definition,
    spec: {
      ...spec,
      conversion: spec['conversion'] ?? { strategy: 'None' },
      names: { ...names, listKind: names['listKind'] ?? `${kind}List`, singular: names['singular'] ?? kind.toLowerCase() },
    },
  };
}

// apiextensions/validation: the commonest.
function definitionProblems(definition: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const spec = objectAt(definition, 'spec');
  const [group, plural, scope] = [textAt(spec, 'group') ?? '', textAt(spec, 'names', 'plural') ?? '', textAt(spec, 'scope') ?? ''];
  const name = textAt(definition, 'metadata', 'name') ?? '';
  if (name !== `${plural}.${group}`) problems.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  if (group === '') problems.push(required('spec.group'));
  if (scope !== 'Cluster' && scope !== 'Namespaced') problems.push(unsupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  const versions = versionsOf(definition);
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    problems.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  versions.forEach((version, index) => {
    const schema = objectAt(version, 'schema')['openAPIV3Schema'];
    if (!isSchema(schema)) problems.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
    else problems.push(...structuralProblems(schema, `spec.validation.openAPIV3Schema`, true));
  });
  if (textAt(spec, 'conversion', 'strategy') === 'Webhook') problems.push(unsupported('spec.conversion.strategy', 'Webhook', ['None']));
  if (old !== undefined) {
    if (group !== textAt(old, 'spec', 'group')) problems.push(immutable('spec.group', group));
    if (scope !== textAt(old, 'spec', 'scope')) problems.push(immutable('spec.scope', scope));
  }
  return problems;
}

/** A structural schema names the type of every field (Kubernetes docs, "Specifying a structural schema"). */
function structuralProblems(schema: Schema, place: string, root = false): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const open = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined && !open) problems.push(required(`${place}.type`, root ? 'must not be empty at the root' : 'must not be empty for specified object fields'));
  if (schema.properties !== undefined && schema.additionalProperties !== undefined) {
    problems.push({ reason: 'FieldValueForbidden', message: 'Forbidden: additionalProperties and properties are mutual exclusive', field: `${place}.additionalProperties` });
  }
  if (schema.$ref !== undefined) problems.push({ reason: 'FieldValueForbidden', message: 'Forbidden: $ref is not supported', field: `${place}.$ref` });
  if (schema.uniqueItems === true) problems.push({ reason: 'FieldValueForbidden', message: 'Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic', field: `${place}.uniqueItems` });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (root && name === 'metadata') continue;
    problems.push(...structuralProblems(property, `${place}.properties[${name}]`));
  }
  if (schema.items !== undefined) problems.push(...structuralProblems(schema.items, `${place}.items`));
  if (isObject(schema.additionalProperties)) problems.push(...structuralProblems(schema.additionalProperties, `${place}.additionalProperties`));
  return problems;
}

