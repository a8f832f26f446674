/**
 * The ConfigMap that carries the ARN of the Roles Anywhere profile, which AWS makes up, to pods whose manifests git holds. It is
 * no secret, and lies in no repository: it is made when the profile is there, whoever made that.
 */
import type { KubernetesObject } from '../kubernetes/types.ts';
import { textAt } from './json.ts';
import { reference, type Field, type ResourceKind, type Stray } from './kind.ts';
import { ownerLabels, ownershipByLabels } from './owner.ts';
import { profileCarried, profileConfigMap, profileKey } from './roles-anywhere.ts';
import { objectName, removeObject, replaceWith } from './whole-object.ts';

export interface DesiredProfileConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly arn: Field;
}

export const rolesAnywhereConfigMap: ResourceKind<DesiredProfileConfigMap, KubernetesObject> = {
  kind: 'roles-anywhere-config-map',
  where: 'kubernetes',

  desired({ access }) {
    if (!profileCarried(access)) return [];
    const name = profileConfigMap(access.metadata.name);
    return [{ kind: 'roles-anywhere-config-map', key: 'profile', name, desired: { namespace: access.metadata.namespace, name, arn: reference('roles-anywhere-profile', 'profile', 'arn') } }];
  },
  identity: ({ desired }) => `${desired.namespace}/${desired.name}`,

  observe: ({ desired: { namespace, name } }, readings) => readings.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }),
  async strays(where, readings) {
    // There is one at most, and its name is known.
    if (!where.sweep && !where.named.some(({ kind }) => kind === 'roles-anywhere-config-map')) return [];
    const { namespace, name } = where.owner;
    const observed = await readings.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: profileConfigMap(name) });
    if (observed === undefined || ownershipByLabels(observed, where.owner).by !== 'us' || where.accounted.has(objectName(observed))) return [];
    return [{ name: observed.metadata.name ?? '', observed, reason: 'not in the declaration any more' } satisfies Stray<KubernetesObject>];
  },
  ownership: ownershipByLabels,

  expected: ({ arn }, resolve) => ({ profile: resolve(arn) }),
  found: (observed) => ({ profile: textAt(observed, 'data', profileKey) ?? '' }),

  foreseen: ({ name }) => ({ name }),
  outputs: ({ metadata }) => ({ name: metadata.name ?? '' }),

  async create({ namespace, name, arn }, hands) {
    await hands.kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels: ownerLabels(hands.owner) }, data: { [profileKey]: hands.value(arn) } });
    return { name };
  },
  async update({ name, arn }, observed, _differences, hands) {
    await replaceWith(observed, { data: { [profileKey]: hands.value(arn) } }, hands);
    return { name };
  },
  remove: (observed, hands) => removeObject(observed, hands),

  permissions: [],
  // Those for ConfigMaps are with `environment-config-map.ts`, which every access has.
  clusterRules: [],
  repeatable: [],
};
