import type { JsonObject } from '../object.ts';

const template = { metadata: {}, spec: { containers: null } };

/**
 * What an object without any field looks like when Go writes it: structs that are no pointers are there, empty. It is what a create is
 * compared with, so it decides where managedFields has a `.` of its own.
 */
const zeroObjects: Readonly<Record<string, JsonObject>> = {
  'Pod': { spec: { containers: null }, status: {} },
  'Service': { spec: {}, status: { loadBalancer: {} } },
  'Namespace': { spec: {}, status: {} },
  'Node': { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: {} } },
  'PersistentVolumeClaim': { spec: { resources: {} }, status: {} },
  'PersistentVolume': { spec: {}, status: {} },
  'Event': { involvedObject: {}, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '' },
  'ReplicationController': { spec: {}, status: { replicas: 0 } },
  'ResourceQuota': { spec: {}, status: {} },
  'LimitRange': { spec: { limits: null } },
  'PodTemplate': { template },
  'apps/Deployment': { spec: { selector: null, template, strategy: {} }, status: {} },
  'apps/ReplicaSet': { spec: { selector: null, template }, status: { replicas: 0 } },
  'apps/StatefulSet': { spec: { selector: null, template, serviceName: '', updateStrategy: {} }, status: { replicas: 0, availableReplicas: 0 } },
  'apps/DaemonSet': {
    spec: { selector: null, template, updateStrategy: {} },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  },
  'apps/ControllerRevision': { data: null, revision: 0 },
  'batch/Job': { spec: { template }, status: {} },
  'batch/CronJob': { spec: { schedule: '', jobTemplate: { metadata: {}, spec: { template } } }, status: {} },
  'coordination.k8s.io/Lease': { spec: {} },
  'rbac.authorization.k8s.io/Role': { rules: null },
  'rbac.authorization.k8s.io/ClusterRole': { rules: null },
  'rbac.authorization.k8s.io/RoleBinding': { roleRef: { apiGroup: '', kind: '', name: '' } },
  'rbac.authorization.k8s.io/ClusterRoleBinding': { roleRef: { apiGroup: '', kind: '', name: '' } },
  'policy/PodDisruptionBudget': { spec: {}, status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } },
  'networking.k8s.io/NetworkPolicy': { spec: { podSelector: {} } },
  'networking.k8s.io/Ingress': { spec: {}, status: { loadBalancer: {} } },
  'apiextensions.k8s.io/CustomResourceDefinition': {
    spec: { group: '', names: { plural: '', kind: '' }, scope: '', versions: null },
    status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
  },
};

export function zeroObject(group: string, kind: string, apiVersion: string): JsonObject {
  return { apiVersion, kind, metadata: {}, ...zeroObjects[group === '' ? kind : `${group}/${kind}`] };
}
