import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarationText } from '../../src/cli/demo/story.ts';
import { openAws } from '../../src/aws/open.ts';
import type { SandboxOptions } from '../../src/sandbox/types.ts';
import { assertGolden } from '../cli/golden.ts';
import type { CliRun } from '../cli/run-cli.ts';
import { onStage, type CliStage } from '../cli/stage.ts';

/**
 * Bad input that only AWS or the cluster can show. Each gets its error with cause and fix, and changes nothing: neither
 * world differs afterwards.
 */
interface Case {
  readonly name: string;
  readonly code?: number;
  /** It shows only in the middle of the work: what was done stays, and the same command goes on from there. */
  readonly changes?: boolean;
  readonly command?: readonly string[];
  readonly sandbox?: SandboxOptions;
  readonly declaration?: (text: string) => string;
  /** Makes the world bad; answers how the command is run then. */
  readonly prepare?: (stage: CliStage) => Promise<CliRun | void> | CliRun | void;
}

const cases: readonly Case[] = [
  { name: 'the workload does not exist', declaration: (text) => text.replace('name: openhands, client', 'name: openhand, client') },
  { name: 'the container does not exist', declaration: (text) => text.replace('client: openhands', 'client: openhands, containers: [sidecar]') },
  { name: 'the store is missing', declaration: (text) => text.replace(', create: true', '') },
  {
    name: 'the store is not Ready',
    declaration: (text) => text.replace(', create: true', ''),
    async prepare({ kubernetes, clock }) {
      await kubernetes.create({
        apiVersion: 'external-secrets.io/v1',
        kind: 'ClusterSecretStore',
        metadata: { name: 'parameterstore' },
        spec: { provider: { aws: { service: 'ParameterStore', region: 'ap-northeast-1', auth: { secretRef: { accessKeyIDSecretRef: { name: 'none', namespace: 'openhands', key: 'id' }, secretAccessKeySecretRef: { name: 'none', namespace: 'openhands', key: 'secret' } } } } } },
      });
      await clock.sleep(5000);
    },
  },
  { name: 'External Secrets Operator is absent', sandbox: { externalSecrets: false } },
  {
    name: 'External Secrets Operator is too old',
    sandbox: { externalSecrets: false },
    async prepare({ kubernetes }) {
      for (const [kind, scope] of [['ExternalSecret', 'Namespaced'], ['SecretStore', 'Namespaced'], ['ClusterSecretStore', 'Cluster']] as const) {
        const [plural, singular] = [`${kind.toLowerCase()}s`, kind.toLowerCase()];
        await kubernetes.create({
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `${plural}.external-secrets.io` },
          spec: {
            group: 'external-secrets.io',
            scope,
            names: { kind, plural, singular, listKind: `${kind}List` },
            versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
          },
        });
      }
    },
  },
  {
    name: 'a user of that name is not ours',
    async prepare({ sandbox, clock }) {
      await openAws({ environment: sandbox.environment, region: 'us-west-2', clock, random: () => 0.5 }).iam.createUser({ name: 'bedrock-openhands-user', path: '/service/', tags: {} });
    },
  },
  { name: 'there are no AWS credentials', prepare: () => ({ environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' } }) },
  {
    name: 'the AWS session has expired',
    prepare({ sandbox }) {
      sandbox.aws.faults.add({ action: 'sts:GetCallerIdentity', fault: { kind: 'status', status: 403, code: 'ExpiredToken' }, times: Number.POSITIVE_INFINITY });
    },
  },
  { name: 'the account is another', declaration: (text) => text.replace('123456789012', '210987654321') },
  {
    name: 'the permissions are too few',
    code: 4,
    changes: true,
    command: ['apply'],
    async prepare({ sandbox }) {
      const keys = await sandbox.aws.createIdentity('reader', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['iam:Get*', 'iam:List*', 'ssm:Describe*', 'ssm:List*', 'bedrock:List*', 'bedrock:Get*'], Resource: '*' }] });
      return { environment: { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey } };
    },
  },
  {
    name: 'nothing may be looked at',
    code: 4,
    async prepare({ sandbox }) {
      const keys = await sandbox.aws.createIdentity('stranger', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:ListAccessKeys', Resource: '*' }] });
      return { environment: { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey } };
    },
  },
  {
    name: 'AWS keeps throttling',
    prepare({ sandbox }) {
      sandbox.aws.faults.add({ action: 'iam:GetUser', fault: { kind: 'throttle' }, times: Number.POSITIVE_INFINITY });
    },
  },
  {
    name: 'the cluster cannot be reached',
    prepare({ sandbox, directory }) {
      const file = join(directory, 'kubeconfig');
      writeFileSync(file, readFileSync(sandbox.kubernetes.kubeconfigFile, 'utf8').replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:9'));
      return { environment: { KUBECONFIG: file } };
    },
  },
  { name: 'the context does not exist', command: ['plan', '--context', 'lolice'] },
  {
    name: 'another run holds the Lease',
    command: ['apply'],
    async prepare({ kubernetes, clock }) {
      const time = clock.now().toISOString().replace('Z', '000Z');
      await kubernetes.create({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'bedrock-access-openhands', namespace: 'openhands' },
        spec: { holderIdentity: 'ci-run-4711', leaseDurationSeconds: 3600, acquireTime: time, renewTime: time },
      });
    },
  },
  {
    name: 'the plan file is stale',
    command: ['apply', 'old.plan'],
    async prepare({ run, directory }) {
      assert.equal((await run(['apply'])).code, 0);
      const file = join(directory, 'bedrock-access.yaml');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('claude-sonnet-4-6', 'claude-sonnet-5'));
      assert.equal((await run(['plan', '--out', 'old.plan'])).code, 0);
      writeFileSync(file, text.replace('claude-sonnet-4-6', 'claude-sonnet-5-5'));
      assert.equal((await run(['apply'])).code, 0);
    },
  },
  {
    name: 'the plan file is none',
    command: ['apply', 'bedrock-access.yaml'],
  },
  { name: 'nothing is there to roll back', command: ['rollback', '--name', 'openhands/openhands'] },
  { name: 'nothing is there to show', command: ['status', '--name', 'openhands/nobody'] },
  {
    name: 'destroy cannot ask',
    command: ['destroy'],
    async prepare({ run }) {
      assert.equal((await run(['apply'])).code, 0);
    },
  },
];

for (const { name, code = 1, changes = false, command = ['plan'], sandbox = {}, declaration = (text: string) => text, prepare } of cases) {
  test(`bad world: ${name}`, () =>
    onStage(sandbox, async (stage) => {
      writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declaration(declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'pair' })));
      const run = await prepare?.(stage);
      const before = worldOf(stage);
      const result = await stage.run(command, run ?? {});
      assert.equal(result.code, code, result.stderr);
      assertGolden(`bad-world/${name.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}.txt`, steady(result.stderr));
      if (!changes) assert.deepEqual(worldOf(stage), before, 'nothing is changed');
    }));
}

function worldOf({ sandbox }: CliStage): unknown {
  return { aws: sandbox.aws.snapshot(), kubernetes: withoutOwnLife(sandbox.kubernetes.snapshot()) };
}

/** The cluster rolls its own pods out meanwhile; that is no change of ours. */
function withoutOwnLife(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwnLife);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !/^(Event|Pod|ReplicaSet\.apps)\/|^status$|^deployment\.kubernetes\.io\/revision$/.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutOwnLife(inner)]));
}

/** Ports and request ids differ from run to run. */
function steady(text: string): string {
  return text.trimEnd().replaceAll(/127\.0\.0\.1:(?!9\b)\d+/g, '127.0.0.1:PORT').replaceAll(/\(request [\w-]+\)/g, '(request ID)').replaceAll(/\/tmp\/[^\s:)]+\//g, '');
}
