/**
 * The seed's access in its two-parameter layout against parts that others wrote: a real control plane with the real
 * External Secrets Operator, and moto for AWS. Beside it what Terraform takes for the AWS half of the same.
 *
 *     npm run bench:real
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterObjects, declarationText } from '../src/cli/demo/story.ts';
import { systemClock } from '../src/clock.ts';
import { openKubernetes } from '../src/kubernetes/open.ts';
import { aws as awsNames } from '../test/control-plane/call-names.ts';
import { startControlPlane } from '../test/control-plane/control-plane.ts';
import { startMoto } from '../test/control-plane/emulators.ts';
import { startExternalSecretsOperator } from '../test/control-plane/external-secrets-operator.ts';
import { startFaultProxy } from '../test/control-plane/fault-proxy.ts';
import { WireFaults } from '../test/control-plane/proxy-faults.ts';
import { RunFolder } from '../test/control-plane/run-folder.ts';
import { installProduct, type InstalledProduct, type ProductRun } from './product.ts';
import { median, report, type Figure } from './report.ts';

/**
 * Terraform 1.11 with the AWS provider 5.46 (trimmed to six services) on the same moto, on a machine like this one;
 * medians. Measured once, by hand: neither is a part of this repository. It makes the AWS half only.
 */
const terraform = {
  plan: { seconds: 4.2 },
  apply: { seconds: 3.8, calls: 16 },
  unchanged: { seconds: 4.0, calls: 11 },
  destroy: { seconds: 8.3, calls: 19 },
  memory: '118–124 MiB',
} as const;

const cycles = 7;
/** The kinds that the Terraform module has. */
const awsHalf = 'user,key,parameter,policy';
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const product = installProduct();
const folder = RunFolder.open();
try {
  await measure(product, folder);
} finally {
  await folder.close();
  product.remove();
}

async function measure({ folder: place, run }: InstalledProduct, runFolder: RunFolder): Promise<void> {
  const [plane, moto] = await Promise.all([startControlPlane(runFolder, tell), startMoto(runFolder, tell)]);
  const operator = { awsEndpoint: moto.endpoint, region: 'ap-northeast-1', accessKeyId: moto.accessKeyId, secretAccessKey: moto.secretAccessKey };
  await startExternalSecretsOperator(runFolder, plane, operator, tell);
  const faults = new WireFaults();
  const made: string[] = [];
  const proxy = await startFaultProxy({ upstream: moto.endpoint, service: awsNames, faults, seen: ({ action }) => void made.push(action) });
  try {
    const environmentAt = (endpoint: string): Record<string, string> => ({
      KUBECONFIG: plane.kubeconfigFile,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: moto.accessKeyId,
      AWS_SECRET_ACCESS_KEY: moto.secretAccessKey,
      AWS_REGION: 'us-west-2',
    });
    const kubernetes = await openKubernetes({ environment: environmentAt(moto.endpoint), clock: systemClock, random: Math.random });
    for (const object of clusterObjects()) await kubernetes.apply(object, { fieldManager: 'kubectl' });
    const file = join(place, 'access.yaml');
    writeFileSync(file, declarationText({ account: moto.account, model: 'us.anthropic.claude-sonnet-4-6', layout: 'pair' }));
    const commands = {
      plan: ['plan', '-f', file],
      awsHalf: ['apply', '-f', file, '--only', awsHalf],
      apply: ['apply', '-f', file],
      // The exit code says whether anything would change.
      unchanged: ['plan', '-f', file, '--detailed-exitcode'],
      destroy: ['destroy', '-f', file, '--yes'],
    } as const;
    const direct = (args: readonly string[]): Promise<ProductRun> => run(args, environmentAt(moto.endpoint));
    const seen = async (args: readonly string[]): Promise<readonly string[]> => {
      made.length = 0;
      await run(args, environmentAt(proxy.endpoint));
      return [...made];
    };

    // Times straight to moto; what is counted goes through the proxy, in runs of its own.
    const plans: ProductRun[] = [];
    const halves: ProductRun[] = [];
    const applies: ProductRun[] = [];
    const unchanged: ProductRun[] = [];
    const destroys: ProductRun[] = [];
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      tell(`cycle ${cycle + 1} of ${cycles}`);
      plans.push(await direct(commands.plan));
      halves.push(await direct(commands.awsHalf));
      await direct(commands.destroy);
      applies.push(await direct(commands.apply));
      for (let again = 0; again < 3; again += 1) unchanged.push(await direct(commands.unchanged));
      destroys.push(await direct(commands.destroy));
    }
    const applied = await seen(commands.apply);
    const looked = await seen(commands.unchanged);
    const rounds = await roundsOf(faults, () => run(commands.unchanged, environmentAt(proxy.endpoint)));
    const removed = await seen(commands.destroy);

    const seconds = (runs: readonly ProductRun[]): number => median(runs.map(({ milliseconds }) => milliseconds)) / 1000;
    const peak = Math.max(...unchanged.map(({ mebibytes }) => mebibytes));
    const times = (theirs: number, runs: readonly ProductRun[]): number => theirs / seconds(runs);
    const line = (what: string, theirs: number, runs: readonly ProductRun[]): Figure => ({
      what: `${what}: wall clock`,
      measured: `${seconds(runs).toFixed(2)} s; Terraform ${theirs.toFixed(1)} s, ${times(theirs, runs).toFixed(1)}x`,
      goal: '',
      met: true,
    });
    const count = (what: string, calls: readonly string[], theirs: number, goal: number): Figure => ({
      what: `${what}: AWS calls`,
      measured: `${calls.length}; Terraform ${theirs}`,
      goal: `at most ${goal}`,
      met: calls.length <= goal,
    });
    report(
      'On real parts, beside Terraform',
      'npm run bench:real',
      [
        line('plan of a new access', terraform.plan.seconds, plans),
        line(`apply, AWS half (\`--only ${awsHalf}\`), with proof of the key`, terraform.apply.seconds, halves),
        { what: 'apply, whole: Secret synced by the operator and workload rolled out too: wall clock', measured: `${seconds(applies).toFixed(2)} s`, goal: '', met: true },
        count('apply, whole, with proof of the key', applied, terraform.apply.calls, 14),
        { ...line('plan without changes', terraform.unchanged.seconds, unchanged), goal: 'at least 10x faster', met: times(terraform.unchanged.seconds, unchanged) >= 10 },
        count('plan without changes', looked, terraform.unchanged.calls, 8),
        { what: 'plan without changes: calls after each other (rounds)', measured: rounds.toFixed(1), goal: 'at most 2', met: Math.round(rounds) <= 2 },
        { what: 'plan without changes: largest peak memory', measured: `${peak.toFixed(0)} MiB; Terraform ${terraform.memory}`, goal: 'at most 100 MiB', met: peak <= 100 },
        line('destroy, workload rolled back too', terraform.destroy.seconds, destroys),
        count('destroy', removed, terraform.destroy.calls, 19),
        { what: 'start of the control plane (etcd, API server, controllers, scheduler, kwok) until its node is ready', measured: `${(plane.startedIn / 1000).toFixed(1)} s`, goal: '', met: true },
      ],
      `Terraform's figures are of Terraform 1.11 with the AWS provider 5.46 (trimmed to six services) on the same moto and a machine like this one; it makes the AWS half only, and no roll-out is in its times.

AWS calls of the apply: ${listed(applied)}. Of the plan without changes: ${listed(looked)}. Of the destroy: ${listed(removed)}.

Conformance, behaviours that are the same on every part ([docs/conformance.md](../docs/conformance.md)):

${conformance()}`,
    );
  } finally {
    await proxy.stop();
  }
}

/** Every AWS call is held back by a fixed time: the run takes that much longer per round. */
async function roundsOf(faults: WireFaults, run: () => Promise<ProductRun>): Promise<number> {
  const held = 400;
  const quickest = async (): Promise<number> => Math.min((await run()).milliseconds, (await run()).milliseconds, (await run()).milliseconds);
  const plain = await quickest();
  faults.add({ action: '*', fault: { kind: 'delay', milliseconds: held }, times: Number.POSITIVE_INFINITY });
  const slow = await quickest();
  faults.clear();
  return (slow - plain) / held;
}

/** `iam:GetUser` or `2 ssm:PutParameter`, in the order of the first of each. */
function listed(calls: readonly string[]): string {
  return [...new Set(calls)].map((action) => [calls.filter((call) => call === action).length, action] as const).map(([count, action]) => (count === 1 ? action : `${count} ${action}`)).join(', ');
}

/** The chapters of the report with their counts. */
function conformance(): string {
  const text = readFileSync('docs/conformance.md', 'utf8');
  return [...text.matchAll(/^## (.+)\n\n(\d+ of \d+)/gm)].map(([, chapter = '', counts = '']) => `- ${chapter}: ${counts}`).join('\n');
}
