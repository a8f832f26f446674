import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ApiConnection } from '../control-plane/api-connection.ts';

/** The connection that a kubeconfig with a token describes. */
export function connectionOf(file: string): ApiConnection {
  const config: { clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]; users: { user: { token?: string } }[] } = parse(readFileSync(file, 'utf8'));
  const cluster = config.clusters[0]!.cluster;
  const token = config.users[0]!.user.token;
  if (token === undefined) throw new Error(`${file} has no token`);
  return { server: cluster.server, ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8'), token };
}
