import { Buffer } from 'node:buffer';

/** A kubeconfig with one cluster and one context per user. The first user's context is the current one. JSON is YAML. */
export function kubeconfig(server: string, authority: string, users: Readonly<Record<string, object>>): string {
  const names = Object.keys(users);
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'sandbox', cluster: { server, 'certificate-authority-data': base64(authority) } }],
      users: Object.entries(users).map(([name, user]) => ({ name, user })),
      contexts: names.map((name, index) => ({ name: index === 0 ? 'sandbox' : `sandbox-${name}`, context: { cluster: 'sandbox', user: name, namespace: 'default' } })),
      'current-context': 'sandbox',
    },
    null,
    2,
  )}\n`;
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
