import type { Kubernetes, KubernetesObject } from '../../../src/kubernetes/types.ts';

/** The environment of a Deployment's first container as the kubelet would resolve it, from the objects themselves. */
export async function podEnvironment(kubernetes: Kubernetes, namespace: string, name: string): Promise<Record<string, string>> {
  const deployment = await kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  const environment: Record<string, string> = {};
  for (const entry of entries(deployment)) {
    if (entry.value !== undefined) environment[entry.name] = entry.value;
    const { secretKeyRef, configMapKeyRef } = entry.valueFrom ?? {};
    const reference = secretKeyRef ?? configMapKeyRef;
    if (reference === undefined) continue;
    const source = await kubernetes.get({ apiVersion: 'v1', kind: secretKeyRef ? 'Secret' : 'ConfigMap', namespace, name: reference.name });
    const data: Readonly<Record<string, string>> = JSON.parse(JSON.stringify(source?.['data'] ?? {}));
    const value = data[reference.key];
    if (value === undefined) throw new Error(`${reference.name} has no ${reference.key}`);
    environment[entry.name] = secretKeyRef ? Buffer.from(value, 'base64').toString() : value;
  }
  return environment;
}

interface Entry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: KeyReference; readonly configMapKeyRef?: KeyReference };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
}

function entries(deployment: KubernetesObject | undefined): readonly Entry[] {
  const { spec }: { spec: { template: { spec: { containers: { env?: Entry[] }[] } } } } = JSON.parse(JSON.stringify(deployment ?? {}));
  return spec.template.spec.containers[0]?.env ?? [];
}
