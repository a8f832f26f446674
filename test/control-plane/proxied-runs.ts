/** Runs of the product whose every call goes through fault proxies, to whatever AWS and Kubernetes stand behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAws } from '../../src/aws/open.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { clusterIdOf } from '../../src/engine/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import { seeded } from '../scenarios/engine-world.ts';
import type { ApiConnection } from './api-connection.ts';
import { aws, kubernetes } from './call-names.ts';
import { startFaultProxy, type SeenCall } from './fault-proxy.ts';
import { WireFaults } from './proxy-faults.ts';

export interface AwsConnection {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ProxiedRuns {
  readonly faults: WireFaults;
  /** The calls of runs, in order. */
  readonly audit: readonly SeenCall[];
  /** AWS with the same faults, for others than runs (the operator): their calls are not in the audit. */
  readonly awsForOthers: string;
  run(changes?: Partial<RunContext>): Promise<RunContext>;
  /** No fault any more, and the audit begins anew. */
  forget(): void;
  stop(): Promise<void>;
}

export interface ProxiedOptions {
  readonly aws: AwsConnection;
  readonly kubernetes: ApiConnection;
  /** Milliseconds without a byte after which a run gives a call up. */
  readonly timeout?: number;
  readonly clock?: Clock;
}

export async function startProxiedRuns(options: ProxiedOptions): Promise<ProxiedRuns> {
  const { clock = systemClock, timeout = 30_000 } = options;
  const faults = new WireFaults();
  const audit: SeenCall[] = [];
  const record = (call: SeenCall): void => void audit.push(call);
  const folder = mkdtempSync(join(tmpdir(), 'proxied-runs-'));
  const awsProxy = await startFaultProxy({ upstream: options.aws.endpoint, service: aws, faults, seen: record });
  const others = await startFaultProxy({ upstream: options.aws.endpoint, service: aws, faults, seen: () => undefined });
  const apiProxy = await startFaultProxy({ upstream: options.kubernetes.server, ca: options.kubernetes.ca, service: kubernetes, faults, seen: record });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(apiProxy.endpoint, options.kubernetes.token), { mode: 0o600 });
  const environment = {
    KUBECONFIG: kubeconfig,
    AWS_ENDPOINT_URL: awsProxy.endpoint,
    AWS_ACCESS_KEY_ID: options.aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: options.aws.secretAccessKey,
    AWS_REGION: 'us-west-2',
  };
  let runs = 0;
  return {
    faults,
    audit,
    awsForOthers: others.endpoint,
    async run(changes = {}) {
      runs += 1;
      const random = seeded(runs);
      const opened = { environment, clock: changes.clock ?? clock, random, userAgent: `bedrock-access/0.1.0 run/p${runs}`, timeout };
      const cluster = await openKubernetes(opened);
      return {
        aws: openAws({ region: 'us-west-2', ...opened }),
        kubernetes: cluster,
        catalog: loadCatalog(),
        clock,
        random,
        signal: new AbortController().signal,
        programVersion: '0.1.0',
        clusterId: await clusterIdOf(cluster),
        ...changes,
      };
    },
    forget() {
      faults.clear();
      audit.length = 0;
    },
    async stop() {
      await Promise.all([awsProxy, others, apiProxy].map((proxy) => proxy.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfigOf(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxied', cluster: { server } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'proxied', context: { cluster: 'proxied', user: 'admin' } }],
    'current-context': 'proxied',
  });
}
