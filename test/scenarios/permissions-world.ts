/** The program run as a principal that holds exactly the printed permissions, in AWS and in the cluster, and nothing else. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Access } from '../../src/access/types.ts';
import { openAws } from '../../src/aws/open.ts';
import { clusterIdOf } from '../../src/engine/index.ts';
import { freeActions } from '../../src/engine/permissions/action-places.ts';
import { bothModes } from '../../src/engine/permissions/both-modes.ts';
import { programPermissions, type ProgramPermissions } from '../../src/engine/permissions/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import { isRecord, textAt } from '../../src/resources/json.ts';
import type { PolicyDocument } from '../../src/policy/types.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';
import { seeded, startEngineWorld, type EngineWorld } from './engine-world.ts';
import { unusedOf } from './used-permissions.ts';

export const programIdentity = 'arn:aws:iam::123456789012:user/sandbox/the-program';

/** What the program asks the cluster for, does without when refused, and is not granted. */
const doneWithout: Readonly<Record<string, string>> = {
  'list deployments /apis/apps/v1/deployments': 'Reloader is looked for in every namespace; without it the annotations alone are believed, and no other app is shown to the program',
};

export interface LeastWorld extends EngineWorld {
  /** A run of the program as the platform would let it run. */
  least(): Promise<RunContext>;
  readonly policy: PolicyDocument;
  readonly printed: Pick<ProgramPermissions, 'policies' | 'roles'>;
}

/** @param access in two modes: what a migration needs; `without` an action that is taken out of the policy, to see that it is needed */
export async function startLeastWorld(access: Access | readonly [Access, Access], without?: string, options: Parameters<typeof startEngineWorld>[0] = {}): Promise<LeastWorld> {
  const world = await startEngineWorld(options);
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-access-least-'));
  const admin = await world.run();
  const clusterId = await clusterIdOf(world.kubernetes);
  const { policies, boundary, roles } = [access].flat().map((each) => programPermissions(each, clusterId)).reduce(bothModes);
  // A test identity takes one document; AWS judges by all statements of all policies alike.
  const whole: PolicyDocument = { Version: '2012-10-17', Statement: policies.flatMap(({ document }) => document.Statement) };
  const document = without === undefined ? whole : lacking(whole, without);

  // What the platform owner does once: the boundary, the program's identity, its roles.
  await admin.aws.iam.createPolicy({ name: 'bedrock-access-boundary', path: '/bedrock-access/', description: '', document: boundary.document, tags: {} });
  const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity('the-program', document);
  await world.kubernetes.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bedrock-access' } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'bedrock-access', name: 'the-program' };
  await world.kubernetes.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: account.namespace, name: account.name } });
  for (const role of roles) await world.kubernetes.create(role.kind.endsWith('Binding') ? { ...role, subjects: [{ kind: 'ServiceAccount', namespace: account.namespace, name: account.name }] } : role);
  const request = await world.kubernetes.createSubresource(account, 'token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigText(world.sandbox.kubernetes.server, await authorityOf(world), textAt(request, 'status', 'token') ?? ''), { mode: 0o600 });

  return {
    ...world,
    policy: document,
    printed: { policies, roles },
    async least() {
      const run = await world.run();
      const random = seeded(7);
      const environment = { ...world.sandbox.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      const userAgent = 'bedrock-access/0.1.0 run/least';
      const kubernetes = await openKubernetes({ kubeconfig, environment, clock: world.sandbox.productClock, random, userAgent });
      return {
        ...run,
        aws: openAws({ region: 'us-west-2', environment, clock: world.sandbox.productClock, random, userAgent }),
        kubernetes,
        // Asked as the program asks; where that is refused, it is no matter of this test.
        clusterId: await clusterIdOf(kubernetes).catch(() => run.clusterId),
      };
    },
    async stop() {
      await world.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing was refused to the program, in AWS or in the cluster, and it called nothing but what its policy declares. */
export function usedIsDeclared({ sandbox, policy, printed }: LeastWorld): { readonly used: readonly string[]; readonly granted: readonly string[]; readonly unused: readonly string[]; readonly unusedStatementsAndRules: readonly string[] } {
  const calls = sandbox.audit.filter(({ service, identity }) => service === 'aws' && identity === programIdentity);
  assert.deepEqual(calls.filter(({ verdict }) => verdict === 'deny').map(({ action, resource }) => `${action} ${resource}`), []);
  const used = new Set(calls.map(({ action }) => action));
  const granted = new Set(policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action = [] }) => Action));
  assert.deepEqual([...used].filter((action) => !granted.has(action) && freeActions[action] === undefined), [], 'used and not declared');
  const inCluster = sandbox.audit.filter(({ service, identity }) => service === 'kubernetes' && identity === 'system:serviceaccount:bedrock-access:the-program');
  assert.ok(inCluster.length > 50, String(inCluster.length));
  assert.deepEqual(inCluster.filter(({ status }) => status === 403).map(({ action, resource }) => `${action} ${resource}`).filter((call) => doneWithout[call] === undefined), []);
  return { used: [...used], granted: [...granted], unused: [...granted].filter((action) => !used.has(action)).sort(), unusedStatementsAndRules: unusedOf(printed, [...calls, ...inCluster]) };
}

/** The same policy without one action. */
function lacking(document: PolicyDocument, action: string): PolicyDocument {
  return {
    ...document,
    Statement: document.Statement.flatMap((statement) => {
      const actions = [statement.Action ?? []].flat().filter((each) => each !== action);
      return statement.Effect === 'Deny' ? [statement] : actions.length === 0 ? [] : [{ ...statement, Action: actions }];
    }),
  };
}

/** What somebody puts on a user by hand, for as long as `during` takes. */
export async function withInlinePolicy({ environment }: Sandbox, user: string, during: () => Promise<void>): Promise<void> {
  const { DeleteUserPolicyCommand, IAMClient, PutUserPolicyCommand } = await import('@aws-sdk/client-iam');
  const client = new IAMClient({
    region: 'us-east-1',
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' },
  });
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:CallWithBearerToken', Resource: '*' }] };
  await client.send(new PutUserPolicyCommand({ UserName: user, PolicyName: 'by-hand', PolicyDocument: JSON.stringify(document) }));
  await during();
  await client.send(new DeleteUserPolicyCommand({ UserName: user, PolicyName: 'by-hand' }));
  client.destroy();
}

async function authorityOf({ sandbox }: EngineWorld): Promise<string> {
  const config: unknown = JSON.parse(await readFile(sandbox.kubernetes.kubeconfigFile, 'utf8'));
  const clusters: unknown = isRecord(config) ? config['clusters'] : undefined;
  return (Array.isArray(clusters) ? textAt(clusters[0], 'cluster', 'certificate-authority-data') : undefined) ?? '';
}

function kubeconfigText(server: string, authority: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}
