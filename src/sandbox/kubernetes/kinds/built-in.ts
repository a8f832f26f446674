import { decodeBuiltIn } from '../openapi/decode.ts';
import { type Schema, schemaOfKind } from '../openapi/schema.ts';
import type { ResourceType } from '../resource-type.ts';

export type BuiltIn = Omit<ResourceType, 'schemaOf' | 'versions' | 'singular'> & { readonly version?: string; readonly singular?: string };

/** A kind that Kubernetes brings along: one version, its schema from the published OpenAPI document. */
export function builtIn({ version = 'v1', defaults, ...type }: BuiltIn): ResourceType {
  const schema: Schema = schemaOfKind(type.group, version, type.kind) ?? { 'x-kubernetes-preserve-unknown-fields': true };
  return {
    singular: type.kind.toLowerCase(),
    ...type,
    versions: [version],
    schemaOf: () => schema,
    // Whatever the write came from, what is kept is what Go's structs can hold.
    defaults: (object) => {
      const { object: decoded } = decodeBuiltIn(object, schema);
      return defaults?.(decoded, version) ?? decoded;
    },
  };
}
