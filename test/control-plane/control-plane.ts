/** A real Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok for the kubelet. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { call, type ApiConnection } from './api-connection.ts';
import { onFreePorts } from './free-ports.ts';
import { goPrograms } from './go-programs.ts';
import type { RunFolder } from './run-folder.ts';

export interface ControlPlane extends ApiConnection {
  readonly kubeconfigFile: string;
  /** Milliseconds from the first process to a ready node. */
  readonly startedIn: number;
}

/** @throws SetupError */
export async function startControlPlane(folder: RunFolder, tell: (line: string) => void): Promise<ControlPlane> {
  const programs = await goPrograms('control-plane', tell);
  const kwok = await goPrograms('kwok', tell);
  const began = performance.now();
  const etcdUrl = await onFreePorts(2, async (clientPort, peerPort) => {
    const url = `http://127.0.0.1:${clientPort}`;
    const etcd = folder.start('etcd', join(programs, 'etcd'), [
      '--name=default',
      `--data-dir=${join(folder.path, `etcd-${clientPort}`)}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
      '--log-level=warn',
      '--unsafe-no-fsync',
    ]);
    await folder.until(etcd, () => answers(`${url}/health`));
    return url;
  });

  const keys = serviceAccountKeys(folder.path);
  const token = randomBytes(24).toString('base64url');
  const tokens = join(folder.path, 'tokens.csv');
  writeFileSync(tokens, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const certificates = join(folder.path, 'certificates');
  mkdirSync(certificates);
  const certificate = join(certificates, 'apiserver.crt');
  const server = await onFreePorts(1, async (apiPort) => {
    const url = `https://127.0.0.1:${apiPort}`;
    const apiServer = folder.start('kube-apiserver', join(programs, 'kube-apiserver'), [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      // An advertised address may not be loopback; nothing is sent to it, since the endpoint reconciler is off.
      '--advertise-address=192.0.2.1',
      '--endpoint-reconciler-type=none',
      `--cert-dir=${certificates}`,
      `--token-auth-file=${tokens}`,
      '--authorization-mode=Node,RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      `--service-account-issuer=${url}`,
      `--service-account-jwks-uri=${url}/openid/v1/jwks`,
      `--service-account-key-file=${keys.public}`,
      `--service-account-signing-key-file=${keys.private}`,
      '--allow-privileged=true',
      '--profiling=false',
      '--shutdown-delay-duration=0s',
      '--v=1',
    ]);
    await folder.until(apiServer, async () => {
      const answer = await call({ server: url, ca: readFileSync(certificate, 'utf8'), token }, 'GET', '/readyz');
      return answer.status === 200;
    });
    return url;
  });
  const connection: ApiConnection = { server, ca: readFileSync(certificate, 'utf8'), token };
  const kubeconfigFile = join(folder.path, 'kubeconfig');
  writeFileSync(kubeconfigFile, kubeconfig(connection), { mode: 0o600 });

  const controllers = folder.start('kube-controller-manager', join(programs, 'kube-controller-manager'), [
    `--kubeconfig=${kubeconfigFile}`,
    '--secure-port=0',
    '--leader-elect=false',
    `--service-account-private-key-file=${keys.private}`,
    `--root-ca-file=${certificate}`,
    '--allocate-node-cidrs=false',
    '--controllers=*',
    '--kube-api-qps=300',
    '--kube-api-burst=600',
  ]);
  const scheduler = folder.start('kube-scheduler', join(programs, 'kube-scheduler'), [
    `--kubeconfig=${kubeconfigFile}`,
    '--secure-port=0',
    '--leader-elect=false',
    '--kube-api-qps=300',
    '--kube-api-burst=600',
  ]);
  const kubelet = folder.start('kwok', join(kwok, 'kwok'), [
    `--config=${join(kwok, 'kwok.yaml')}`,
    `--kubeconfig=${kubeconfigFile}`,
    '--manage-all-nodes=true',
    '--node-ip=127.0.0.1',
    '--cidr=10.244.0.0/16',
    '--node-lease-duration-seconds=40',
  ]);
  const node = await call(connection, 'POST', '/api/v1/nodes', { body: nodeObject });
  if (node.status !== 201) throw new Error(`the node was refused: ${node.text}`);
  await folder.until(kubelet, async () => /"type":"Ready","status":"True"|"status":"True","lastHeartbeatTime":"[^"]*","lastTransitionTime":"[^"]*","reason":"KubeletReady"/.test((await call(connection, 'GET', '/api/v1/nodes/node-0')).text));
  await folder.until(controllers, async () => (await call(connection, 'GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200);
  await folder.until(scheduler, async () => !scheduler.exited());
  return { ...connection, kubeconfigFile, startedIn: Math.round(performance.now() - began) };
}

const nodeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'node-0',
    labels: { 'kubernetes.io/hostname': 'node-0', 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', type: 'kwok' },
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
  },
  status: { allocatable: { cpu: '32', memory: '256Gi', pods: '110' }, capacity: { cpu: '32', memory: '256Gi', pods: '110' } },
};

function serviceAccountKeys(folder: string): { readonly private: string; readonly public: string } {
  // RSA: the tokens are RS256, which is what AWS accepts from an issuer.
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const files = { private: join(folder, 'service-accounts.key'), public: join(folder, 'service-accounts.pub') };
  writeFileSync(files.private, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(files.public, publicKey.export({ type: 'spki', format: 'pem' }));
  return files;
}

function kubeconfig({ server, ca, token }: ApiConnection): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
    'current-context': 'real',
  });
}

/** Does something answer 200 there? */
export function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = get(address, { timeout: 2000, agent: false }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode === 200);
    });
    outgoing.on('error', () => resolve(false));
    outgoing.on('timeout', () => outgoing.destroy());
  });
}
