import { existsSync, readFileSync } from 'node:fs';
import type { Connection } from './connection.ts';

const folder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The pod's own service account ("Accessing the Kubernetes API from a Pod"); undefined outside a pod. */
export function inClusterConnection(environment: Readonly<Record<string, string | undefined>>, mounted = folder): Connection | undefined {
  const [host, port] = [environment['KUBERNETES_SERVICE_HOST'], environment['KUBERNETES_SERVICE_PORT'] ?? '443'];
  if (host === undefined || host === '' || !existsSync(`${mounted}/token`)) return undefined;
  const namespaceFile = `${mounted}/namespace`;
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    context: 'in-cluster',
    ...(existsSync(namespaceFile) ? { namespace: readFileSync(namespaceFile, 'utf8').trim() } : {}),
    ca: readFileSync(`${mounted}/ca.crt`, 'utf8'),
    trustsAnyCertificate: false,
    // The kubelet renews the token in place, so it is read each time.
    headers: () => Promise.resolve({ authorization: `Bearer ${readFileSync(`${mounted}/token`, 'utf8').trim()}` }),
  };
}
