/** An access whose pods EKS gives a role: from an empty account through apply, verify, change, rollback and destroy. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { EKS } from '@aws-sdk/client-eks';
import { IAM } from '@aws-sdk/client-iam';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, destroyAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { recordsAt, textAt } from '../../src/resources/json.ts';
import type { SandboxOptions } from '../../src/sandbox/types.ts';
import { access, declared, deployment, events, forgetRevisions, inSandbox, namespace, serviceAccount, type EngineWorld } from './engine-world.ts';
import { eks, roleChecksPassed } from './keyless-world.ts';
import { done, errorsOf, outcomesOf, stepsToTake, verified } from './outcomes.ts';
import { startLeastWorld, usedIsDeclared } from './permissions-world.ts';

const clusterArn = 'arn:aws:eks:ap-northeast-1:123456789012:cluster/lolice';
const roleArn = 'arn:aws:iam::123456789012:role/service/bedrock-openhands-role';
const haiku = [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }];

const runningAs = (serviceAccountName: string, container: Readonly<Record<string, unknown>> = {}): KubernetesObject => deployment('openhands', container, { serviceAccountName });

function onEks(spec: Partial<AccessDocumentSpec> = {}): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { podIdentity: { ...eks, serviceAccount: 'openhands' } }, ...spec });
}

/** The cluster is of EKS, and two ServiceAccounts are there. */
function inCluster(play: (world: EngineWorld) => Promise<void>, options: SandboxOptions = {}, workload = runningAs('openhands')): Promise<void> {
  return inSandbox(play, { eks, externalSecrets: false, objects: [serviceAccount(), serviceAccount('other'), workload], ...options });
}

async function withClients(world: EngineWorld, play: (clients: { readonly eks: EKS; readonly iam: IAM }) => Promise<void>): Promise<void> {
  const settings = { endpoint: world.sandbox.aws.endpoint, region: eks.region, credentials: await world.sandbox.aws.createIdentity('platform') };
  const clients = { eks: new EKS(settings), iam: new IAM(settings) };
  try {
    await play(clients);
  } finally {
    clients.eks.destroy();
    clients.iam.destroy();
  }
}

async function onlyPod({ kubernetes }: EngineWorld): Promise<KubernetesObject> {
  const pods = (await kubernetes.list('v1', 'Pod', { namespace })).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.equal(pods.length, 1);
  const [pod] = pods;
  assert.ok(pod !== undefined);
  return pod;
}

function variableOf(pod: KubernetesObject, name: string): string | undefined {
  const [container] = recordsAt(pod, 'spec', 'containers');
  return textAt(recordsAt(container, 'env').find((entry) => entry['name'] === name), 'value');
}

/** Asks the agent as the SDK in the pod does, with a token of that ServiceAccount bound to the pod, and calls Bedrock with what it gives. */
async function callAsPod(pod: KubernetesObject, account: string, audience: string, { sandbox, kubernetes }: EngineWorld): Promise<string> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [audience], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid } } };
  const made = await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: account }, 'token', request);
  const response = await fetch(variableOf(pod, 'AWS_CONTAINER_CREDENTIALS_FULL_URI') ?? '', { headers: { authorization: textAt(made, 'status', 'token') ?? '' } });
  const answer: unknown = await response.json();
  if (!response.ok) return textAt(answer, 'Code') ?? '';
  const credentials = { accessKeyId: textAt(answer, 'AccessKeyId') ?? '', secretAccessKey: textAt(answer, 'SecretAccessKey') ?? '', sessionToken: textAt(answer, 'Token') ?? '' };
  const client = new BedrockRuntimeClient({ endpoint: sandbox.aws.endpoint, region: 'us-west-2', credentials, maxAttempts: 1 });
  try {
    await client.send(new ConverseCommand({ modelId: 'us.anthropic.claude-sonnet-4-6', messages: [{ role: 'user', content: [{ text: 'Hello.' }] }] }));
    return 'answered';
  } finally {
    client.destroy();
  }
}

test('EKS gives the pods of one ServiceAccount their role, and there is no user, key, parameter, Secret or variable of ours for it', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(onEks(), await world.run()));
    await world.sandbox.clock.advance(1000);
    assert.deepEqual(await stepsToTake(onEks(), await world.run()), []);
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), ['podIdentityAssociations', 'policies', 'roles']);
    assert.deepEqual(await world.kubernetes.list('v1', 'Secret', { namespace }), []);

    const pod = await onlyPod(world);
    assert.equal(await callAsPod(pod, 'openhands', 'pods.eks.amazonaws.com', world), 'answered');
    assert.equal(await callAsPod(pod, 'openhands', 'sts.amazonaws.com', world), 'InvalidTokenException');
    const checks = await verified(onEks(), await world.run());
    assert.deepEqual(outcomesOf(checks), roleChecksPassed, JSON.stringify(checks, null, 1));
    const calls = world.sandbox.audit.filter(({ action }) => action.startsWith('bedrock:Invoke'));
    assert.ok(calls.length >= 3 && calls.every(({ identity, verdict }) => verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/eks-lolice-')), JSON.stringify(calls));
  });
});

test('a role that EKS gives to a pod of another ServiceAccount or cluster is refused by its trust policy', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(onEks(), await world.run()));
    await withClients(world, async (clients) => {
      await clients.eks.createPodIdentityAssociation({ clusterName: 'lolice', namespace, serviceAccount: 'other', roleArn });
      await world.kubernetes.create({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name: 'another' }, spec: { serviceAccountName: 'other', containers: [{ name: 'a', image: 'a' }] } });
      const other = await world.kubernetes.get({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'another' });
      assert.ok(other !== undefined);
      assert.equal(await callAsPod(other, 'other', 'pods.eks.amazonaws.com', world), 'AccessDeniedException');
    });
    const { aws } = await world.run();
    const role = await aws.webIdentity.getRole('bedrock-openhands-role');
    assert.deepEqual(role?.trust.Statement[0]?.Condition, {
      StringEquals: { 'aws:RequestTag/eks-cluster-arn': clusterArn, 'aws:RequestTag/kubernetes-namespace': namespace, 'aws:RequestTag/kubernetes-service-account': 'openhands' },
    });
  });
});

test('no pod is made anew before EKS would give it its identity, however long the association takes to be known', async () => {
  await inCluster(
    async (world) => {
      await done(applyAccess(onEks(), await world.run()));
      assert.ok(variableOf(await onlyPod(world), 'AWS_CONTAINER_CREDENTIALS_FULL_URI') !== undefined);
      await world.sandbox.clock.advance(30_000);
      assert.deepEqual(await stepsToTake(onEks(), await world.run()), []);
    },
    { consistency: { propagation: 15_000 } },
  );
});

test('a pod that was made without an identity is named by verify and made anew by apply', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(onEks(), await world.run()));
    const association = async (clients: { readonly eks: EKS }): Promise<string> => (await clients.eks.listPodIdentityAssociations({ clusterName: 'lolice' })).associations?.[0]?.associationId ?? '';
    await withClients(world, async (clients) => {
      await clients.eks.deletePodIdentityAssociation({ clusterName: 'lolice', associationId: await association(clients) });
    });
    const pod = await onlyPod(world);
    await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod.metadata.name ?? '' });
    await world.sandbox.clock.advance(40_000);
    assert.equal(variableOf(await onlyPod(world), 'AWS_CONTAINER_CREDENTIALS_FULL_URI'), undefined);
    const checks = await verified(onEks(), await world.run());
    assert.deepEqual(checks.flatMap(({ findings }) => findings.map(({ id }) => id)).sort(), ['pod-identity-association-missing', 'pod-without-identity', 'role-not-assumed']);
    assert.deepEqual(await stepsToTake(onEks(), await world.run()), ['create pod-identity-association/association', 'update workload-environment/Deployment/openhands']);
    await done(applyAccess(onEks(), await world.run()));
    assert.deepEqual(outcomesOf(await verified(onEks(), await world.run())), roleChecksPassed);
    assert.deepEqual(await stepsToTake(onEks(), await world.run()), []);
  });
});

test('a change, a rollback and a destroy of an access of EKS leave nothing behind', async () => {
  await inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(onEks(), await world.run()));
    const first = world.sandbox.aws.snapshot();
    await done(applyAccess(onEks({ models: haiku }), await world.run()));
    assert.notDeepEqual(world.sandbox.aws.snapshot(), first);
    await done(rollbackAccess(access, await world.run()));
    assert.deepEqual(world.sandbox.aws.snapshot(), first);
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(5000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
    assert.deepEqual(await world.left(), before);
  });
});

test('without a revision destroy finds the association by the cluster that the trust policy of the role names', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(onEks(), await world.run()));
    await forgetRevisions(world);
    await done(destroyAccess(access, await world.run()));
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  });
});

test('the association of others is refused, and taken over with --adopt', async () => {
  await inCluster(async (world) => {
    await withClients(world, async (clients) => {
      const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }] };
      const made = await clients.iam.createRole({ RoleName: 'earlier', AssumeRolePolicyDocument: JSON.stringify(trust) });
      await clients.eks.createPodIdentityAssociation({ clusterName: 'lolice', namespace, serviceAccount: 'openhands', roleArn: made.Role?.Arn ?? '' });
      const before = world.sandbox.aws.snapshot();
      assert.deepEqual(await errorsOf(onEks(), await world.run()), ['name-taken']);
      await events(applyAccess(onEks(), await world.run())).catch(() => []);
      assert.deepEqual(world.sandbox.aws.snapshot(), before);
      await done(applyAccess(onEks(), await world.run({ adopt: true })));
      assert.deepEqual(outcomesOf(await verified(onEks(), await world.run())), roleChecksPassed);
    });
  });
});

test('a missing agent, an unknown cluster and a token file beside the identity stop the run before its first write', async () => {
  await inCluster(async (world) => assert.deepEqual(await errorsOf(onEks(), await world.run()), ['pod-identity-agent-missing']), { eks: { ...eks, agent: false } });
  await inCluster(async (world) => {
    assert.deepEqual(await errorsOf(onEks({ credentials: { podIdentity: { cluster: 'lolice', region: 'us-west-2', serviceAccount: 'openhands' } } }), await world.run()), ['eks-cluster-missing']);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  });
  await inCluster(
    async (world) => assert.deepEqual(await errorsOf(onEks(), await world.run()), ['variable-hides-identity']),
    {},
    runningAs('openhands', { env: [{ name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/token' }, { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::123456789012:role/another' }] }),
  );
  await inCluster(async (world) => assert.deepEqual(await errorsOf(onEks(), await world.run()), ['service-account-differs']), {}, runningAs('other'));
  await inCluster(async (world) => {
    await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'merge', body: { spec: { template: { metadata: { labels: { 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' } } } } } });
    assert.deepEqual(await errorsOf(onEks(), await world.run()), ['pod-identity-kept-out']);
  });
});

test('permissions: with exactly what is printed an access of EKS is planned, applied, verified, rolled back and destroyed', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
  const bounded = (spec: Partial<AccessDocumentSpec> = {}): Access => onEks({ permissionsBoundary: boundary, ...spec });
  const world = await startLeastWorld(bounded(), undefined, { eks, objects: [serviceAccount(), runningAs('openhands')] });
  try {
    await done(applyAccess(bounded(), await world.least()));
    await world.sandbox.clock.advance(1000);
    assert.deepEqual((await verified(bounded(), await world.least())).filter(({ outcome }) => outcome !== 'passed'), []);
    await done(applyAccess(bounded({ models: haiku }), await world.least()));
    await done(rollbackAccess(access, await world.least()));
    const { aws } = await world.run();
    const [id = ''] = await aws.eks(eks.region).listAssociations('lolice', { namespace });
    await aws.webIdentity.setTrust('bedrock-openhands-role', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
    await withClients(world, async (clients) => void (await clients.eks.updatePodIdentityAssociation({ clusterName: 'lolice', associationId: id, disableSessionTags: true })));
    await done(applyAccess(bounded(), await world.least()));
    assert.deepEqual((await verified(bounded(), await world.least())).filter(({ outcome }) => outcome !== 'passed'), []);
    await forgetRevisions(world);
    await done(destroyAccess(access, await world.least()));
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()), ['policies']);

    const { unused } = usedIsDeclared(world);
    // AWS asks for these beside the calls that make, tag or hand over; an inline policy is read where there is one.
    const beside = ['eks:TagResource', 'iam:DetachRolePolicy', 'iam:GetRolePolicy', 'iam:PassRole', 'iam:TagPolicy', 'iam:TagRole'];
    assert.deepEqual(unused.filter((action) => !beside.includes(action)), [], 'declared and not used');
  } finally {
    await world.stop();
  }
});
