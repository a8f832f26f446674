import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOutside } from './aws/outside-policies.ts';
import { startAwsServer } from './aws/server.ts';
import { productClockOf } from './clock.ts';
import type { Sandbox, SandboxOptions } from './types.ts';
import { createWorld, type Part } from './world.ts';

/** Starts the whole sandbox on ephemeral loopback ports. Always `stop` it. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'bedrock-access-sandbox-')));
  await mkdir(directory, { recursive: true });
  const world = createWorld(options, directory);
  const started: Part[] = [];
  let trustAnchor: string | undefined;
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop();
    world.clock.stop();
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    const aws = await startAwsServer(world);
    started.push(aws);
    // Loaded when wanted: AWS alone starts faster. Literal paths, so that a bundle carries the parts.
    const kubernetes = options.kubernetes === false ? undefined : await (await import('./kubernetes/server.ts')).startKubernetesServer(world);
    if (kubernetes !== undefined) {
      started.push(kubernetes);
      if (options.eks !== undefined) started.push(await aws.startPodIdentity());
      if (options.externalSecrets !== false) started.push(await (await import('./external-secrets/index.ts')).startExternalSecrets(world));
      if (options.certManager === true) {
        const certManager = (await import('./cert-manager/index.ts')).startCertManager(world, (key) => aws.keepSecret(key));
        started.push(certManager);
        trustAnchor = aws.trustAnchor('platform', certManager.authority, world.region);
      }
      started.push(await (await import('./workloads/index.ts')).startWorkloads(world));
    }
    return {
      environment: {
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ACCESS_KEY_ID: aws.administrator.accessKeyId,
        AWS_SECRET_ACCESS_KEY: aws.administrator.secretAccessKey,
        AWS_REGION: world.region,
        AWS_DEFAULT_REGION: world.region,
        ...(kubernetes === undefined ? {} : { KUBECONFIG: kubernetes.kubeconfigFile }),
      },
      account: world.account,
      aws: {
        endpoint: aws.endpoint,
        createIdentity: world.issueCredentials ?? notBuilt,
        restrict(policies) {
          checkOutside(policies);
          world.outside = policies;
        },
        trustAnchor: (name, certificate, region) => aws.trustAnchor(name, certificate, region),
        snapshot: () => aws.snapshot(),
        issuedSecrets: () => aws.issuedSecrets(),
        faults: world.faults.of('aws'),
      },
      kubernetes: {
        server: kubernetes?.server ?? '',
        kubeconfigFile: kubernetes?.kubeconfigFile ?? '',
        snapshot: () => kubernetes?.snapshot() ?? {},
        faults: world.faults.of('kubernetes'),
      },
      ...(trustAnchor === undefined ? {} : { trustAnchor }),
      faults: world.faults,
      clock: world.clock,
      productClock: productClockOf(world.clock),
      audit: world.audit.entries,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function notBuilt(): never {
  throw new Error('the sandbox has no AWS');
}
