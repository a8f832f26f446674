/**
 * Many accesses planned in one run, in the sandbox: how calls to AWS and memory grow. A thousand accesses have their AWS
 * half already; the first 1, 10, 100 and 1,000 of them are planned.
 *
 *     npm run bench:many
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAccess } from '../src/access/parse.ts';
import { openAws } from '../src/aws/open.ts';
import { loadCatalog } from '../src/bedrock/catalog.ts';
import { environmentOf } from '../src/cli/sandbox.ts';
import { systemClock } from '../src/clock.ts';
import { applyAccess, clusterIdOf, kindsNamed } from '../src/engine/index.ts';
import type { RunContext } from '../src/engine/types.ts';
import { openKubernetes } from '../src/kubernetes/open.ts';
import { startSandbox } from '../src/sandbox/start.ts';
import type { Sandbox } from '../src/sandbox/types.ts';
import { installProduct, type InstalledProduct } from './product.ts';
import { report, type Figure } from './report.ts';

const most = 1000;
const counts = [1, 10, 100, most];
const goal = 200;
/** Accesses of one namespace. */
const together = 100;

const product = installProduct();
const sandbox = await startSandbox({ now: new Date(loadCatalog().date), workloads: 'objects' });
try {
  await makeAwsHalves(sandbox);
  await measure(product, sandbox);
} finally {
  await sandbox.stop();
  product.remove();
}

async function measure({ folder, run }: InstalledProduct, { audit, environment }: Sandbox): Promise<void> {
  const figures: Figure[] = [];
  const listings: string[] = [];
  for (const count of counts) {
    const files = Array.from({ length: Math.ceil(count / together) }, (_, page) => {
      const file = join(folder, `${count}-${page}.yaml`);
      const size = Math.min(together, count - page * together);
      writeFileSync(file, Array.from({ length: size }, (_empty, index) => declaration(page * together + index)).join('---\n'));
      return file;
    });
    const before = audit.length;
    const { milliseconds, mebibytes } = await run(['plan', ...files.flatMap((file) => ['-f', file])], environmentOf(sandbox, { clock: systemClock }));
    const calls = audit.slice(before).filter((entry) => entry.service === 'aws' && entry.accessKeyId === environment['AWS_ACCESS_KEY_ID']).map(({ action }) => action);
    const keys = calls.filter((action) => action === 'iam:ListAccessKeys').length;
    figures.push({
      what: `plan of ${count === 1 ? 'one access' : `${count.toLocaleString('en-US')} accesses`}: AWS calls, peak memory, wall clock`,
      measured: `${calls.length - keys} + ${keys} ListAccessKeys, ${mebibytes.toFixed(0)} MiB, ${(milliseconds / 1000).toFixed(1)} s`,
      goal: `under ${goal} MiB`,
      met: mebibytes < goal,
    });
    listings.push(`- ${count}: ${[...Map.groupBy(calls, (action) => action)].map(([action, all]) => `${all.length} ${action}`).join(', ')}`);
  }
  report(
    'Many accesses in one run',
    'npm run bench:many',
    figures,
    `The account holds ${most.toLocaleString('en-US')} accesses throughout. From four accesses on, users, policies and parameters are listed page by page (100 users or policies, 50 parameters a page) and shared.
ListAccessKeys is the one call an access that remains: no list of IAM holds access keys (GetAccountAuthorizationDetails has none; the credential report has no key ids and may be four hours old, so that a plan by it would miss a key that somebody made, deactivated or deleted since).

${listings.join('\n')}`,
  );
}

function declaration(index: number): string {
  const name = `app-${index}`;
  return `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: ${name}, namespace: ${namespaceOf(index)} }
spec:
  account: "123456789012"
  region: us-west-2
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: ${name}, client: aws-sdk }]
  names: { user: bedrock-${name}-user, policy: bedrock-${name}-policy, secret: bedrock-${name} }
  credentials:
    accessKey:
      secretStore: { kind: ClusterSecretStore, name: parameterstore, service: ParameterStore, region: ap-northeast-1 }
`;
}

function namespaceOf(index: number): string {
  return `team-${Math.floor(index / together)}`;
}

/** User, policy, key and parameter of each, made by the engine; and the workloads, which have no pods. */
async function makeAwsHalves({ environment }: Sandbox): Promise<void> {
  const kubernetes = await openKubernetes({ environment, clock: systemClock, random: Math.random });
  await kubernetes.create({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'parameterstore' }, spec: { provider: { aws: { service: 'ParameterStore', region: 'ap-northeast-1' } } } });
  for (let index = 0; index < most; index += together) await kubernetes.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(index) } });
  const context: RunContext = {
    aws: openAws({ region: 'us-west-2', environment, clock: systemClock, random: Math.random }),
    kubernetes,
    catalog: loadCatalog(),
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
    programVersion: '0.1.0',
    clusterId: await clusterIdOf(kubernetes),
    only: kindsNamed('user,policy,key,parameter'),
  };
  const indexes = Array.from({ length: most }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of indexes) {
      const { accesses } = parseAccess(declaration(index));
      const [parsed] = accesses;
      if (parsed === undefined) throw new Error(`declaration ${index} is none`);
      const name = `app-${index}`;
      await kubernetes.create({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: namespaceOf(index) },
        spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'example.invalid/app:1' }] } } },
      });
      for await (const event of applyAccess(parsed.access, context, { wait: false })) {
        if (event.type === 'summary' && event.outcome !== 'done') throw new Error(`${name}: ${event.outcome}`);
        if (event.type === 'step-failed') throw new Error(`${event.step}: ${event.finding.message}`);
      }
      if (index % 100 === 99) process.stderr.write(`${index + 1} accesses made\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}
