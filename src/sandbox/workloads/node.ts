/** The sandbox's one node, as a kubelet reports it. */
import type { ObjectInput } from '../kubernetes/object.ts';

export const nodeName = 'sandbox-node';
export const nodeAddress = '10.0.0.1';

/** @param version `v1.35.4`, the API server's */
export function node(version: string, now: string): { readonly node: ObjectInput; readonly status: object } {
  const capacity = { cpu: '8', 'ephemeral-storage': '100Gi', memory: '32Gi', pods: '110' };
  const condition = (type: string, status: string, reason: string, message: string): object => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    node: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: nodeName,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': nodeName,
          'kubernetes.io/os': 'linux',
        },
      },
      spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress },
        { type: 'Hostname', address: nodeName },
      ],
      allocatable: capacity,
      capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '00000000-0000-4000-8000-000000000000',
        containerRuntimeVersion: 'sandbox://1.0.0',
        kernelVersion: 'sandbox',
        kubeProxyVersion: '',
        kubeletVersion: version,
        machineID: 'sandbox',
        operatingSystem: 'linux',
        osImage: 'Bedrock Access sandbox',
        systemUUID: '00000000-0000-4000-8000-000000000000',
      },
    },
  };
}
