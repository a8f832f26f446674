import { type JsonObject, listAt, objectAt, textAt } from '../object.ts';
import { builtIn } from '../kinds/built-in.ts';
import type { ResourceType } from '../resource-type.ts';
import { versionsOf } from './custom-type.ts';
import { definitionProblems } from './definition-rules.ts';

/** Put on a definition whose deletion begins; its objects go first. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

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
    status: { acceptedNames: { kind: '', plural: '' }, conditions: null, storedVersions: versionsOf(definition).filter((version) => version['storage'] === true).map((version) => version['name']) },
  }),
  deletionFinalizer: cleanup,
  prepareRemove: (definition, now) =>
    withCondition(definition, { lastTransitionTime: now, message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon', reason: 'InstanceDeletionPending', status: 'True', type: 'Terminating' }),
  validate: definitionProblems,
});

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

/** The status with one condition set. */
export function withCondition(definition: JsonObject, condition: JsonObject): JsonObject {
  const others = listAt(definition, 'status', 'conditions').filter((each) => textAt(each, 'type') !== condition['type']);
  return { status: { ...objectAt(definition, 'status'), conditions: [...others, condition] } };
}
