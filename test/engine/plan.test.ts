import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { plan } from '../../src/engine/plan.ts';
import type { Plan } from '../../src/engine/types.ts';
import { account, clusterId, declared, emptyWorld, footprintOf, now, observed, ownerLabels, ownerTags, parameter, user, workload, type World } from './observed.ts';

const key = 'AKIAIOSFODNN7EXAMPLE';
const description = `bedrock-access openhands/openhands, access key ${key}`;
const userName = 'bedrock-openhands-user';
const policyArn = `arn:aws:iam::${account}:policy/service/bedrock-openhands-policy`;

/** The access as an earlier apply left it. */
function appliedWorld(): World {
  const world = emptyWorld();
  const footprint = footprintOf();
  world.users.push(user(userName, { ...ownerTags, 'bedrock-access/regions': 'ap-northeast-1', 'bedrock-access/keys': '2026-11-24T08:00:00.000Z' }));
  world.keys[userName] = [{ id: key, active: true, createdAt: new Date('2026-11-24T08:00:01Z') }];
  world.policies.push({ arn: policyArn, document: footprint.policy.documents[0]!, tags: ownerTags });
  world.attached[userName] = [policyArn];
  world.parameters.push(
    parameter('bedrock-secret-access-key', ownerTags, { description, lastModified: new Date('2026-11-24T08:00:02Z') }),
    parameter('bedrock-access-key-id', ownerTags, { description, lastModified: new Date('2026-11-24T08:00:03Z') }),
  );
  return world;
}

async function planned(world: World, options = {}, access = declared()): Promise<Plan> {
  const footprint = footprintOf(access);
  return plan(footprint, await observed(world, footprint), now, options);
}

const lines = (made: Plan): string[] => made.steps.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
const errors = (made: Plan): string[] => made.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);

test('on an empty account everything is made, in an order in which references are known', async () => {
  const made = await planned(emptyWorld());
  assert.deepEqual(lines(made), [
    'create iam-user bedrock-openhands-user',
    'create access-key of bedrock-openhands-user',
    'create ssm-parameter bedrock-secret-access-key',
    'create ssm-parameter bedrock-access-key-id',
    'create managed-policy bedrock-openhands-policy',
    'create policy-attachment bedrock-openhands-policy on bedrock-openhands-user',
    'none secret-store parameterstore',
    'create external-secret bedrock-credentials',
    'create environment-config-map bedrock-openhands-environment',
    'create workload-environment Deployment openhands',
  ]);
  assert.deepEqual(errors(made), []);
  const positions = new Map(made.steps.map(({ id }, index) => [id, index]));
  for (const step of made.steps) for (const id of step.after) assert.ok(positions.get(id)! < positions.get(step.id)!, `${id} before ${step.id}`);
  assert.deepEqual(made.summary, { create: 9, update: 0, replace: 0, delete: 0, adopt: 0, unchanged: 1 });
});

test('what AWS will choose is shown as known after apply, and no fingerprint is given for it', async () => {
  const made = await planned(emptyWorld());
  const step = made.steps.find(({ kind }) => kind === 'external-secret');
  assert.deepEqual(step?.differences.find(({ field }) => field === 'key id'), { field: 'key id', to: '(known after apply)' });
  assert.equal(step?.afterwards, undefined);
  assert.notEqual(made.steps[0]?.afterwards, undefined);
});

test('an access that is in place in AWS has steps in the cluster only', async () => {
  const made = await planned(appliedWorld());
  assert.deepEqual(lines(made).filter((line) => !line.startsWith('none')), [
    'create external-secret bedrock-credentials',
    'create environment-config-map bedrock-openhands-environment',
    'create workload-environment Deployment openhands',
  ]);
  const step = made.steps.find(({ kind }) => kind === 'external-secret');
  assert.deepEqual(step?.differences.find(({ field }) => field === 'key id'), { field: 'key id', to: key });
});

test('a policy that somebody changed is put right', async () => {
  const world = appliedWorld();
  world.policies[0]!.document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  assert.ok(lines(await planned(world)).includes('update managed-policy bedrock-openhands-policy'));
});

test('a user of that name without our tags stops the run, and the finding proposes a free name', async () => {
  const world = emptyWorld();
  world.users.push(user(userName, {}));
  const made = await planned(world);
  assert.deepEqual(errors(made), ['name-taken']);
  assert.match(made.findings.find(({ id }) => id === 'name-taken')!.remedy, /bedrock-0b9cc5a1-openhands-openhands-user/);
  assert.ok(!lines(made).some((line) => line.endsWith(userName) && !line.startsWith('none') && line.includes('iam-user')));
});

test('with adopt the user is taken over, and the plan says which tags it gets', async () => {
  const world = emptyWorld();
  world.users.push(user(userName, { team: 'a' }));
  const made = await planned(world, { adopt: true });
  assert.deepEqual(errors(made), []);
  const step = made.steps.find(({ kind }) => kind === 'iam-user');
  assert.equal(step?.action, 'adopt');
  assert.deepEqual(step?.differences.map(({ field }) => field), ['tag bedrock-access/regions', 'owner']);
});

test("another access's parameter is never taken, not even with adopt", async () => {
  const world = emptyWorld();
  world.parameters.push(parameter('bedrock-access-key-id', { ...ownerTags, 'bedrock-access/name': 'other' }));
  assert.deepEqual(errors(await planned(world, { adopt: true })), ['owned-by-other-access']);
});

test('the same access of a rebuilt cluster is taken over only when that cluster is named', async () => {
  const world = emptyWorld();
  world.users.push(user(userName, { ...ownerTags, 'bedrock-access/cluster': 'the-old-one' }));
  assert.deepEqual(errors(await planned(world, { adopt: true })), ['owned-by-other-cluster']);
  assert.deepEqual(errors(await planned(world, { adoptFromCluster: 'another' })), ['owned-by-other-cluster']);
  const made = await planned(world, { adoptFromCluster: 'the-old-one' });
  assert.deepEqual(errors(made), []);
  assert.equal(made.steps.find(({ kind }) => kind === 'iam-user')?.action, 'adopt');
});

test('a parameter of ours that the declaration does not name any more is removed after all else', async () => {
  const world = appliedWorld();
  world.parameters.push(parameter('bedrock-openhands-old', ownerTags, { description: 'something' }));
  const made = await planned(world);
  const last = made.steps.at(-1)!;
  assert.equal(`${last.action} ${last.kind} ${last.name}`, 'delete ssm-parameter bedrock-openhands-old');
  assert.deepEqual(new Set(last.after), new Set(made.steps.filter(({ action }) => action === 'create').map(({ id }) => id)));
});

test("a policy of a person's on our user is left alone", async () => {
  const world = appliedWorld();
  const foreign = `arn:aws:iam::${account}:policy/extra`;
  world.policies.push({ arn: foreign, document: { Version: '2012-10-17', Statement: [] }, tags: {} });
  world.attached[userName]?.push(foreign, 'arn:aws:iam::aws:policy/ReadOnlyAccess');
  assert.ok(!lines(await planned(world)).some((line) => line.startsWith('delete')));
});

test('a second policy of ours that is not needed any more is detached and removed', async () => {
  const world = appliedWorld();
  world.policies.push({ arn: `${policyArn}-2`, document: { Version: '2012-10-17', Statement: [] }, tags: ownerTags });
  world.attached[userName]?.push(`${policyArn}-2`);
  assert.deepEqual(lines(await planned(world)).filter((line) => line.startsWith('delete')), [
    'delete policy-attachment bedrock-openhands-policy-2 on bedrock-openhands-user',
    'delete managed-policy bedrock-openhands-policy-2',
  ]);
});

test('while only the secret half is stored, the other half is made of its description', async () => {
  const world = appliedWorld();
  world.parameters.pop();
  const made = await planned(world);
  const step = made.steps.find(({ kind, key: role }) => kind === 'ssm-parameter' && role === 'access-key-id');
  assert.equal(step?.action, 'create');
  assert.deepEqual(step?.differences.find(({ field }) => field === 'key id'), { field: 'key id', to: key });
  assert.equal(made.steps.find(({ kind }) => kind === 'access-key')?.action, 'none');
});

test('a wrong account is refused before anything is planned', async () => {
  const world = emptyWorld();
  world.caller = '999999999999';
  await assert.rejects(planned(world), { id: 'aws-account-mismatch' });
});

for (const [sentence, change, id] of [
  ['a namespace that does not exist', (world: World) => world.objects.splice(0, 1), 'namespace-not-found'],
  ['a missing store', (world: World) => world.objects.splice(1, 1), 'secret-store-missing'],
  ['a missing workload', (world: World) => world.objects.splice(2, 1), 'workload-not-found'],
  ['a cluster without External Secrets', (world: World) => (world.served = {}), 'external-secrets-absent'],
  ['External Secrets that serve v1alpha1 only', (world: World) => (world.served = { ExternalSecret: ['v1alpha1'], ClusterSecretStore: ['v1alpha1'] }), 'external-secrets-too-old'],
  ['a Secret of that name that is not ours', (world: World) => world.objects.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bedrock-credentials', namespace: 'openhands' } }), 'name-taken'],
  ['several containers, none of them named', (world: World) => (world.objects[2] = workload({ containers: [{ name: 'app' }, { name: 'proxy' }] })), 'container-ambiguous'],
  ['a variable that somebody else set', (world: World) => (world.objects[2] = workload({ env: [{ name: 'AWS_REGION', value: 'eu-west-1' }] })), 'field-owned-by-other'],
] as const) {
  test(`${sentence} is an error of the plan: ${id}`, async () => {
    const world = emptyWorld();
    change(world);
    const ids = errors(await planned(world));
    assert.ok(ids.includes(id), ids.join(', '));
  });
}

test('a store in another region than declared is refused', async () => {
  const world = emptyWorld();
  (world.objects[1]!['spec'] as { provider: unknown }).provider = { aws: { service: 'ParameterStore', region: 'us-west-2' } };
  assert.deepEqual(errors(await planned(world)), ['secret-store-differs']);
});

test('a workload that Argo CD keeps becomes an edit in git, and the rest goes on', async () => {
  const world = emptyWorld();
  world.objects[2] = workload({ metadata: { labels: { 'argocd.argoproj.io/instance': 'openhands' } } });
  const made = await planned(world);
  assert.deepEqual(errors(made), []);
  const step = made.steps.find(({ kind }) => kind === 'workload-environment');
  assert.equal(step?.handOver?.id, 'workload-kept-by-git');
});

test('an ended model is an error of the footprint', () => {
  const { findings } = footprintOf(declared({ models: [{ id: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0', role: 'default' }] }));
  assert.ok(findings.some(({ severity }) => severity === 'error'), JSON.stringify(findings));
});

test('the plan names account, cluster and the date of the catalog', async () => {
  const made = await planned(emptyWorld());
  assert.equal(made.account, account);
  assert.equal(made.cluster, clusterId);
  assert.match(made.catalogDate, /^\d{4}-\d\d-\d\d$/);
});

test('a ConfigMap of ours with a variable too many loses it', async () => {
  const world = emptyWorld();
  world.objects.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bedrock-openhands-environment', namespace: 'openhands', labels: ownerLabels }, data: { OLD: 'x' } });
  const step = (await planned(world)).steps.find(({ kind }) => kind === 'environment-config-map');
  assert.equal(step?.action, 'update');
  assert.deepEqual(step?.differences.find(({ field }) => field === 'OLD'), { field: 'OLD', from: 'x' });
});

/** `UPDATE_GOLDEN=1` writes what came out, to be read before it is committed. */
function assertGolden(name: string, value: unknown): void {
  const file = new URL(`../golden/engine/${name}`, import.meta.url);
  const actual = `${JSON.stringify(value, undefined, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, actual);
  }
  assert.ok(existsSync(file), `test/golden/engine/${name} is missing: run with UPDATE_GOLDEN=1 and read it`);
  assert.equal(actual, readFileSync(file, 'utf8'));
}

test('the plan of the original request on an empty account is the golden one', async () => {
  assertGolden('plan-empty.json', { ...(await planned(emptyWorld())), catalogDate: '(date)' });
});

test('the plan after drift and a change of the declaration is the golden one', async () => {
  const world = appliedWorld();
  world.attached[userName] = [];
  world.parameters.push(parameter('bedrock-openhands-old', ownerTags));
  world.objects[2] = workload({ env: [{ name: 'LOG_LEVEL', value: 'info' }] });
  assertGolden('plan-drift.json', { ...(await planned(world)), catalogDate: '(date)' });
});
