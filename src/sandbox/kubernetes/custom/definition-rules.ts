import { isObject, type JsonObject, objectAt, type StoredObject, textAt } from '../object.ts';
import type { Schema } from '../openapi/schema.ts';
import type { StatusCause } from '../status-error.ts';
import { forbiddenChange, immutable, invalidValue, required, unsupported } from '../validation/causes.ts';
import { serviceNameProblem } from '../validation/names.ts';
import { isSchema, versionsOf } from './custom-type.ts';
import { schemaProblems } from './validate.ts';

/** Problems of a definition, the commonest (apiextensions/validation). */
export function definitionProblems(definition: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const spec = objectAt(definition, 'spec');
  const [group, plural, scope] = [textAt(spec, 'group') ?? '', textAt(spec, 'names', 'plural') ?? '', textAt(spec, 'scope') ?? ''];
  const name = textAt(definition, 'metadata', 'name') ?? '';
  if (name !== `${plural}.${group}`) problems.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  if (group === '') problems.push(required('spec.group'));
  if (scope !== 'Cluster' && scope !== 'Namespaced') problems.push(unsupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  if (serviceNameProblem(plural) !== undefined) problems.push(invalidValue('spec.names.plural', plural, serviceNameProblem(plural) ?? ''));
  for (const field of ['singular', 'kind', 'listKind']) if ((textAt(spec, 'names', field) ?? '') === '') problems.push(required(`spec.names.${field}`));
  const versions = versionsOf(definition);
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    problems.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  versions.forEach((version, index) => {
    const schema = objectAt(version, 'schema')['openAPIV3Schema'];
    if (!isSchema(schema)) problems.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
    else problems.push(...schemaProblemsOf(schema, `spec.versions[${index}].schema.openAPIV3Schema`));
  });
  if (textAt(spec, 'conversion', 'strategy') === 'Webhook') problems.push(unsupported('spec.conversion.strategy', 'Webhook', ['None']));
  if (old !== undefined) {
    if (group !== textAt(old, 'spec', 'group')) problems.push(immutable('spec.group', group));
    if (scope !== textAt(old, 'spec', 'scope')) problems.push(immutable('spec.scope', scope));
  }
  return problems;
}

/** What no schema may have comes first; only then is its structure looked at. */
function schemaProblemsOf(schema: Schema, place: string): readonly StatusCause[] {
  const forbidden = forbiddenInSchema(schema, place);
  return forbidden.length > 0 ? forbidden : [...structuralProblems(schema, place, true), ...defaultProblems(schema, place)];
}

/** A default must itself be valid. */
function defaultProblems(schema: Schema, place: string): readonly StatusCause[] {
  const own = schema.default === undefined ? [] : schemaProblems({ '': schema.default }, { type: 'object', properties: { '': schema } }).map(({ message, ...cause }) => ({ ...cause, message: message.replace(/: (?= in body)/, ':  ').replaceAll('  in body', ' in body').replace(': in body', ':  in body'), field: `${place}.default` }));
  return [...own, ...schemasIn(schema).flatMap(([step, inner]) => defaultProblems(inner, `${place}.${step}`))];
}

function schemasIn(schema: Schema): readonly (readonly [string, Schema])[] {
  const rest = schema.additionalProperties;
  return [
    ...Object.entries(schema.properties ?? {}).map(([name, property]) => [`properties[${name}]`, property] as const),
    ...(schema.items === undefined ? [] : [['items', schema.items] as const]),
    ...(isSchema(rest) ? [['additionalProperties', rest] as const] : []),
  ];
}

function forbiddenInSchema(schema: Schema, place: string): readonly StatusCause[] {
  return [
    ...(schema.properties !== undefined && schema.additionalProperties !== undefined ? [forbiddenChange(`${place}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')] : []),
    ...(schema.$ref === undefined ? [] : [forbiddenChange(`${place}.$ref`, '$ref is not supported')]),
    ...(schema.uniqueItems === true ? [forbiddenChange(`${place}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')] : []),
    ...schemasIn(schema).flatMap(([step, inner]) => forbiddenInSchema(inner, `${place}.${step}`)),
  ];
}

/** A structural schema names the type of every field (Kubernetes docs, "Specifying a structural schema"). */
function structuralProblems(schema: Schema, place: string, root = false): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const open = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined && !open) problems.push(required(`${place}.type`, root ? 'must not be empty at the root' : 'must not be empty for specified object fields'));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (root && name === 'metadata') continue;
    problems.push(...structuralProblems(property, `${place}.properties[${name}]`));
  }
  if (schema.items !== undefined) problems.push(...structuralProblems(schema.items, `${place}.items`));
  if (isObject(schema.additionalProperties)) problems.push(...structuralProblems(schema.additionalProperties, `${place}.additionalProperties`));
  return problems;
}
