import type { Clock, Random } from '../clock.ts';
import { callsTo } from './calls.ts';
import { connectionOf } from './kubeconfig.ts';
import { transportTo } from './transport.ts';
import type { Kubernetes } from './types.ts';

export interface KubernetesOptions {
  /** A kubeconfig file; else `KUBECONFIG`, else `~/.kube/config`, else the pod's service account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  /** The `User-Agent`; names the run. */
  readonly userAgent?: string;
  /** Ends waiting between attempts and keeps changing calls from being sent. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which a request is given up. Default 30 000. */
  readonly timeout?: number;
  /** Milliseconds without a byte after which a watch is taken for dead and begun again. Default 150 000: bookmarks come about every minute. */
  readonly silence?: number;
}

/**
 * Opens the cluster that the kubeconfig names. Reads files, calls nothing yet.
 *
 *     const kubernetes = await openKubernetes({ environment: process.env, clock: systemClock, random: Math.random });
 *     await kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' });
 *
 * @throws AccessError `kubeconfig-missing`, `kubeconfig-invalid`, `cluster-credentials-failed`
 */
export async function openKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const connection = await connectionOf(options);
  return callsTo(connection, transportTo(connection, { userAgent: options.userAgent ?? 'bedrock-access', timeout: options.timeout ?? 30_000 }), {
    clock: options.clock,
    random: options.random,
    silence: options.silence ?? 150_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
