import definitionsFile from './schema.json' with { type: 'json' };
import { isObject } from '../object.ts';

/** An OpenAPI v2 schema as Kubernetes writes it, or a structural schema of a CustomResourceDefinition: the same words. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly unknown[];
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
}

/** The definitions of Kubernetes 1.35 that the sandbox's kinds reach, by their OpenAPI names. */
export const definitions: Readonly<Record<string, Schema>> = readDefinitions(definitionsFile);

/** The compiler knows the file's 600 KB by heart; the rest of the program need not. */
function readDefinitions(file: unknown): Readonly<Record<string, Schema>> {
  return isDefinitions(file) ? file : {};
}

function isDefinitions(file: unknown): file is Record<string, Schema> {
  return isObject(file);
}

const reference = '#/definitions/';

/** Follows `$ref`. */
export function resolved(schema: Schema): Schema {
  let here = schema;
  while (here.$ref !== undefined) here = definitions[here.$ref.slice(reference.length)] ?? {};
  return here;
}

const byKind = new Map<string, Schema>();
for (const schema of Object.values(definitions)) {
  const kinds = schema['x-kubernetes-group-version-kind'] ?? [];
  const [only] = kinds;
  if (kinds.length === 1 && only !== undefined) byKind.set(`${only.group}/${only.version}/${only.kind}`, schema);
}

export function schemaOfKind(group: string, version: string, kind: string): Schema | undefined {
  return byKind.get(`${group}/${version}/${kind}`);
}

export const objectMetaSchema: Schema = { $ref: `${reference}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` };

/** Types that marshal themselves (resource.Quantity, metav1.Time …): a leaf whatever their schema says. */
export function isQuantity(schema: Schema): boolean {
  return schema.$ref === `${reference}io.k8s.apimachinery.pkg.api.resource.Quantity`;
}

/** JSON of any shape, kept as it is: one field to server-side apply. */
export function isRaw(schema: Schema): boolean {
  return schema.$ref === `${reference}io.k8s.apimachinery.pkg.runtime.RawExtension`;
}

export function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true || schema.$ref === `${reference}io.k8s.apimachinery.pkg.util.intstr.IntOrString`;
}
