/**
 * The ConfigMap with the values of the workload's variables. What changes at run time (model, region) lies here, in an
 * object of our own, so that git or anybody else holds no more than the reference to it.
 */
import type { KubernetesObject } from '../kubernetes/types.ts';
import { gitOpsKeeper } from './gitops.ts';
import { at, isRecord } from './json.ts';
import type { ResourceKind, Stray, State } from './kind.ts';
import { ownerLabels, ownerSelector, ownershipByLabels } from './owner.ts';
import { workloadVariables } from './variables.ts';
import { objectName, removeObject, replaceWith } from './whole-object.ts';

export interface DesiredConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

export const environmentConfigMap: ResourceKind<DesiredConfigMap, KubernetesObject> = {
  kind: 'environment-config-map',
  where: 'kubernetes',

  desired(implied) {
    const { access } = implied;
    const { namespace } = access.metadata;
    const name = access.spec.names.environment;
    const values: Record<string, string> = {};
    for (const { key, value } of workloadVariables(implied).flatMap(({ variables }) => variables)) if (value !== undefined) values[key] = value;
    return [{ kind: 'environment-config-map', key: 'environment', name, desired: { namespace, name, values } }];
  },
  identity: ({ desired }) => `${desired.namespace}/${desired.name}`,

  observe: ({ desired }, readings) => readings.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace: desired.namespace, name: desired.name }),
  async strays(where, readings) {
    const found = await readings.objects('v1', 'ConfigMap', { namespace: where.owner.namespace, labelSelector: ownerSelector(where.owner) });
    return found
      .filter((object) => !where.accounted.has(objectName(object)))
      .map((observed): Stray<KubernetesObject> => ({ name: observed.metadata.name ?? '', observed, reason: 'not in the declaration any more' }));
  },
  ownership: ownershipByLabels,

  expected: (desired, _resolve, observed) => ({
    ...(observed === undefined ? {} : Object.fromEntries(Object.keys(valuesOf(observed)).map((name) => [name, '']))),
    ...desired.values,
  }),
  found: valuesOf,
  keptBy: gitOpsKeeper,

  foreseen: (desired) => ({ name: desired.name }),
  outputs: (observed) => ({ name: observed.metadata.name ?? '' }),

  async create(desired, hands) {
    const { namespace, name, values } = desired;
    await hands.kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels: ownerLabels(hands.owner) }, data: values });
    return { name };
  },
  async update(desired, observed, _differences, hands) {
    await replaceWith(observed, { data: desired.values }, hands);
    return { name: desired.name };
  },
  remove: (observed, hands) => removeObject(observed, hands),

  permissions: [],
  clusterRules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'update', 'delete'] }],
  repeatable: [],
};

function valuesOf(object: KubernetesObject): State {
  const values = at(object, 'data');
  if (!isRecord(values)) return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : '']));
}
