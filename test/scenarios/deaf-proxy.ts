/** A path to the cluster that can go deaf: its open connections carry nothing any more and are not closed, as behind a firewall that forgot them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxKubernetes } from '../../src/sandbox/types.ts';

export interface DeafProxy {
  /** The same cluster, through here. */
  readonly kubeconfig: string;
  /** Connections that are open now go deaf; new ones work. */
  deafen(): void;
  /** Goes deaf as soon as that many more bytes were sent to the cluster. */
  deafenAfter(bytes: number): void;
  readonly deafened: () => number;
  stop(): Promise<void>;
}

export async function startDeafProxy(kubernetes: SandboxKubernetes): Promise<DeafProxy> {
  const target = new URL(kubernetes.server);
  const pairs = new Set<readonly [Socket, Socket]>();
  let deafened = 0;
  let left = Infinity;
  const deafen = (): void => {
    left = Infinity;
    for (const [near, far] of pairs) {
      near.unpipe(far).resume();
      far.unpipe(near).resume();
      deafened += 1;
    }
  };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('data', (bytes) => {
      left -= bytes.length;
      // The bytes at hand still go: the call is carried out, and its answer never comes.
      if (left <= 0) setImmediate(deafen);
    });
    near.pipe(far);
    far.pipe(near);
    for (const socket of pair) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => pairs.delete(pair));
    }
    near.on('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-deaf-'));
  const kubeconfig = join(directory, 'config');
  writeFileSync(kubeconfig, readFileSync(kubernetes.kubeconfigFile, 'utf8').replaceAll(kubernetes.server, `https://127.0.0.1:${addressOf(server.address()).port}`));
  return {
    kubeconfig,
    deafen,
    deafenAfter(bytes) {
      left = bytes;
    },
    deafened: () => deafened,
    async stop() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new TypeError('the proxy has no port');
  return address;
}
