/**
 * The ConfigMap with the values of the workload's variables. What changes at run time (model, region) lies here, in an
 * object of our own, so that git or anybody else holds no more than the reference to it.
 */
import type { KubernetesObject } from '../kubernetes/types.ts';
import { gitOpsKeeper } from './gitops.ts';
import { at, isRecord } from './json.ts';
import type { Field, Hands, Implied, ResourceKind, Stray, State } from './kind.ts';
import { reference } from './kind.ts';
import { ownerLabels, ownerSelector, ownershipByLabels } from './owner.ts';
import { podRoleOf } from './pod-role.ts';
import { namedPolicies } from './policy-names.ts';
import { filled, ownProfiles, resolved } from './profile-ids.ts';
import { profileConfigMap } from './roles-anywhere.ts';
import { workloadVariables } from './variables.ts';
import { objectName, removeObject, replaceWith } from './whole-object.ts';

export interface DesiredConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  /** The application profiles that the values name. */
  readonly profiles: readonly Field[];
  /** What permits calls through them: a value that a pod could not use yet is not written. */
  readonly permitted: readonly Field[];
}

export const environmentConfigMap: ResourceKind<DesiredConfigMap, KubernetesObject> = {
  kind: 'environment-config-map',
  where: 'kubernetes',

  desired(implied) {
    const { access } = implied;
    const { namespace } = access.metadata;
    const name = access.spec.names.environment;
    const values: Record<string, string> = {};
    for (const variable of workloadVariables(implied).flatMap(({ variables }) => variables)) if (variable.in === 'config-map') values[variable.key] = variable.value ?? '';
    Object.assign(values, podRoleOf(access, implied.partition)?.pods.files);
    const profiles = ownProfiles(Object.values(values));
    return [{ kind: 'environment-config-map', key: 'environment', name, nameField: 'spec.names.environment', desired: { namespace, name, values, profiles, permitted: profiles.length === 0 ? [] : permitted(implied) } }];
  },
  identity: ({ desired }) => `${desired.namespace}/${desired.name}`,

  observe: ({ desired }, readings) => readings.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace: desired.namespace, name: desired.name }),
  async strays(where, readings) {
    const found = await readings.objects('v1', 'ConfigMap', { namespace: where.owner.namespace, labelSelector: ownerSelector(where.owner) });
    return found
      // The one that carries a profile is of another kind: `roles-anywhere-config-map.ts`.
      .filter((object) => !where.accounted.has(objectName(object)) && object.metadata.name !== profileConfigMap(where.owner.name))
      .map((observed): Stray<KubernetesObject> => ({ name: observed.metadata.name ?? '', observed, reason: 'not in the declaration any more' }));
  },
  ownership: ownershipByLabels,

  expected: (desired, resolve, observed) => ({
    ...(observed === undefined ? {} : Object.fromEntries(Object.keys(valuesOf(observed)).map((name) => [name, '']))),
    ...Object.fromEntries(Object.entries(desired.values).map(([name, value]) => [name, resolved(value, resolve)])),
  }),
  found: valuesOf,
  keptBy: gitOpsKeeper,

  foreseen: (desired) => ({ name: desired.name }),
  outputs: (observed) => ({ name: observed.metadata.name ?? '' }),

  async create(desired, hands) {
    const { namespace, name } = desired;
    await hands.kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels: ownerLabels(hands.owner) }, data: filledIn(desired, hands) });
    return { name };
  },
  async update(desired, observed, _differences, hands) {
    await replaceWith(observed, { data: filledIn(desired, hands) }, hands);
    return { name: desired.name };
  },
  remove: (observed, hands) => removeObject(observed, hands),

  permissions: [],
  clusterRules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'update', 'delete'] }],
  repeatable: [],
};

function permitted(implied: Implied): readonly Field[] {
  return namedPolicies(implied).flatMap(({ key }) => ['policy-attachment', 'role-policy-attachment'].map((kind) => reference(kind, key, 'policyArn')));
}

function filledIn({ values }: DesiredConfigMap, hands: Pick<Hands, 'value'>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(value, hands)]));
}

function valuesOf(object: KubernetesObject): State {
  const values = at(object, 'data');
  if (!isRecord(values)) return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : '']));
}
