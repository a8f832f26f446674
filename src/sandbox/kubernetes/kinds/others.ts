import { type JsonObject, isObject, listAt, objectAt, sameJson, type StoredObject, textAt } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { StatusCause } from '../status-error.ts';
import { invalidValue, required, unsupported } from '../validation/causes.ts';
import { builtIn } from './built-in.ts';

const rbac = 'rbac.authorization.k8s.io';

/** Leases, RBAC and what is stored without a controller of its own. */
export const otherTypes: readonly ResourceType[] = [
  builtIn({ group: 'coordination.k8s.io', kind: 'Lease', resource: 'leases', namespaced: true, createOnUpdate: true, unconditionalUpdate: false, validate: leaseProblems }),
  builtIn({ group: rbac, kind: 'Role', resource: 'roles', namespaced: true, createOnUpdate: true, validate: ruleProblems }),
  builtIn({ group: rbac, kind: 'ClusterRole', resource: 'clusterroles', namespaced: false, createOnUpdate: true, validate: ruleProblems }),
  builtIn({ group: rbac, kind: 'RoleBinding', resource: 'rolebindings', namespaced: true, createOnUpdate: true, defaults: withBindingDefaults, validate: bindingProblems }),
  builtIn({ group: rbac, kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', namespaced: false, createOnUpdate: true, defaults: withBindingDefaults, validate: bindingProblems }),
  builtIn({ group: 'policy', kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets', shortNames: ['pdb'], namespaced: true, status: true, generation: 'spec', prepareCreate: (budget) => ({ ...budget, status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 } }) }),
  builtIn({ group: 'networking.k8s.io', kind: 'NetworkPolicy', resource: 'networkpolicies', shortNames: ['netpol'], namespaced: true, generation: 'spec', defaults: withPolicyDefaults }),
  builtIn({ group: 'networking.k8s.io', kind: 'Ingress', resource: 'ingresses', shortNames: ['ing'], namespaced: true, status: true, generation: 'spec', prepareCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }) }),
  builtIn({ group: 'storage.k8s.io', kind: 'StorageClass', resource: 'storageclasses', shortNames: ['sc'], namespaced: false }),
  builtIn({ group: 'discovery.k8s.io', kind: 'EndpointSlice', resource: 'endpointslices', namespaced: true }),
  builtIn({ group: 'scheduling.k8s.io', kind: 'PriorityClass', resource: 'priorityclasses', shortNames: ['pc'], namespaced: false }),
];

function withBindingDefaults(binding: JsonObject): JsonObject {
  const apiGroup = rbac;
  const subjects = binding['subjects'];
  return {
    ...binding,
    roleRef: { apiGroup, ...objectAt(binding, 'roleRef') },
    ...(Array.isArray(subjects) ? { subjects: subjects.map((subject) => (isObject(subject) && textAt(subject, 'kind') !== 'ServiceAccount' ? { apiGroup, ...subject } : subject)) } : {}),
  };
}

function bindingProblems(binding: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  const reference = objectAt(binding, 'roleRef');
  const { apiGroup, kind, name } = reference;
  return [
    ...(kind === 'ClusterRole' || (kind === 'Role' && binding['kind'] === 'RoleBinding') ? [] : [unsupported('roleRef.kind', kind ?? '', binding['kind'] === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'])]),
    ...(name === undefined || name === '' ? [required('roleRef.name')] : []),
    // The internal type has no JSON names.
    ...(old !== undefined && !sameJson(reference, old['roleRef']) ? [invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')] : []),
    ...listAt(binding, 'subjects').flatMap((subject, index) =>
      textAt(subject, 'kind') === 'ServiceAccount' && binding['kind'] === 'ClusterRoleBinding' && textAt(subject, 'namespace') === undefined ? [required(`subjects[${index}].namespace`)] : [],
    ),
  ];
}

/** rbac/validation: ValidatePolicyRule. */
function ruleProblems(role: JsonObject): readonly StatusCause[] {
  return listAt(role, 'rules').flatMap((rule, index) => [
    ...(listAt(rule, 'verbs').length === 0 ? [required(`rules[${index}].verbs`, 'verbs must contain at least one value')] : []),
    ...(listAt(rule, 'nonResourceURLs').length === 0 && listAt(rule, 'apiGroups').length === 0 ? [required(`rules[${index}].apiGroups`, 'resource rules must supply at least one api group')] : []),
    ...(listAt(rule, 'nonResourceURLs').length === 0 && listAt(rule, 'resources').length === 0 ? [required(`rules[${index}].resources`, 'resource rules must supply at least one resource')] : []),
  ]);
}

/** networking/v1/defaults.go */
function withPolicyDefaults(policy: JsonObject): JsonObject {
  const spec = objectAt(policy, 'spec');
  const withProtocol = (rules: unknown): unknown =>
    Array.isArray(rules) ? rules.map((rule) => (isObject(rule) && Array.isArray(rule['ports']) ? { ...rule, ports: rule['ports'].map((port) => ({ protocol: 'TCP', ...objectAt(port) })) } : rule)) : rules;
  const { ingress, egress } = spec;
  return {
    ...policy,
    spec: {
      ...spec,
      ...(ingress === undefined ? {} : { ingress: withProtocol(ingress) }),
      ...(egress === undefined ? {} : { egress: withProtocol(egress) }),
      policyTypes: spec['policyTypes'] ?? ['Ingress', ...(egress === undefined ? [] : ['Egress'])],
    },
  };
}

/** coordination/validation: ValidateLeaseSpec. */
function leaseProblems(lease: JsonObject): readonly StatusCause[] {
  const { leaseDurationSeconds, leaseTransitions, holderIdentity } = objectAt(lease, 'spec');
  return [
    ...(holderIdentity === '' ? [invalidValue('spec.holderIdentity', '', 'must not be empty')] : []),
    ...(typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0 ? [invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0')] : []),
    ...(typeof leaseTransitions === 'number' && leaseTransitions < 0 ? [invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0')] : []),
  ];
}

