import { openAws } from '../aws/open.ts';
import type { Catalog } from '../bedrock/types.ts';
import { clusterIdOf, kindsNamed } from '../engine/index.ts';
import type { RunContext } from '../engine/types.ts';
import { openKubernetes } from '../kubernetes/open.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';
import { programVersion } from './version.ts';

/** Opens AWS and the cluster as the command line and the environment say. `region` is where Bedrock is called. */
export async function connect(region: string, catalog: Catalog, options: CommandOptions, commandLine: CommandLine): Promise<RunContext> {
  const { environment, clock, random, signal } = commandLine;
  const kubernetes = await openKubernetes({
    environment,
    clock,
    random,
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  });
  const aws = openAws({
    region,
    environment,
    clock,
    random,
    userAgent: `bedrock-access/${programVersion}`,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  return {
    aws,
    kubernetes,
    catalog,
    clock,
    random,
    signal,
    programVersion,
    clusterId: await clusterIdOf(kubernetes),
    strict: options.strict,
    adopt: options.adopt,
    allowOpenStore: options.allowOpenStore,
    restartNow: options.restartNow,
    ...(options.fromCluster === undefined ? {} : { adoptFromCluster: options.fromCluster }),
    ...(options.only === undefined ? {} : { only: kindsNamed(options.only) }),
  };
}
