/** The declared CronJob: what it may do is what a rotation does, and it comes and goes with the access. */
import { STS } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarationText } from '../../src/cli/demo/story.ts';
import { parseAccess } from '../../src/access/parse.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import { clusterIdOf } from '../../src/engine/index.ts';
import type { Access, CredentialJob } from '../../src/access/types.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { recordsAt, textAt } from '../../src/resources/json.ts';
import { jobObjects } from '../../src/resources/credential-job-objects.ts';
import { onStage, type CliStage } from '../cli/stage.ts';
import { filledIn, inPod, tokenOf, usedInCluster } from './job-pod.ts';

const namespace = 'openhands';
const name = 'bedrock-openhands-rotation';
const wide = `bedrock-access:${namespace}:${name}`;
const role = 'arn:aws:iam::123456789012:role/rotation';
const hour = 3_600_000;
const job = { namespace, name } as const;

function text(identity: string, more = ''): string {
  return `${declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' }).replace('client: openhands', 'client: aws-sdk')}      rotateAfter: 1d
      rotation: { image: "registry.example.com/bedrock-access:0.1.0", schedule: "17 */6 * * *", identity: { ${identity} }${more} }
`;
}

const identities: readonly { readonly identity: string; readonly declared: CredentialJob['identity'] }[] = [
  { identity: 'secret: rotation-aws', declared: { secret: 'rotation-aws' } },
  { identity: `role: "${role}"`, declared: { role } },
  { identity: 'podIdentity: true', declared: { podIdentity: true } },
];

function accessOf(declaration: string): Access {
  const { accesses, findings } = parseAccess(declaration);
  assert.deepEqual(findings, []);
  assert.ok(accesses[0] !== undefined);
  return accesses[0].access;
}

async function keysOf({ sandbox }: CliStage): Promise<readonly string[]> {
  const { openAws } = await import('../../src/aws/open.ts');
  const aws = openAws({ region: 'us-west-2', environment: sandbox.environment, clock: sandbox.productClock, random: () => 0.5 });
  return ((await aws.iam.listAccessKeys('bedrock-openhands-user')) ?? []).map(({ id }) => id);
}

test('a whole rotation by the declared CronJob, with exactly the permissions that are printed for it: used is declared', () => playRotation('ParameterStore', ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:ListTagsForResource']));

test('and with the key in Secrets Manager', () => playRotation('SecretsManager', ['secretsmanager:GetSecretValue', 'secretsmanager:ListSecretVersionIds']));

/** @param rare granted for what does not happen here: things that lost their tags, a way back that a person began and that was stopped */
function playRotation(service: 'ParameterStore' | 'SecretsManager', rare: readonly string[]): Promise<void> {
  return onStage({}, async (stage) => {
    const file = join(stage.directory, 'bedrock-access.yaml');
    const declaration = text('secret: rotation-aws').replace('service: ParameterStore', `service: ${service}`);
    writeFileSync(file, declaration);
    const applied = await stage.run(['apply']);
    assert.equal(applied.code, 0, applied.stderr);
    const { rotation } = programPermissions(accessOf(declaration), await clusterIdOf(stage.kubernetes));
    assert.ok(rotation !== undefined);
    const { accessKeyId, secretAccessKey } = await stage.sandbox.aws.createIdentity('rotation', rotation.document);
    const run = await inPod(stage, job, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    const from = stage.sandbox.audit.length;
    // Its Jobs, whose image nobody runs here, would be played for every hour that passes.
    await stage.kubernetes.patch({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name }, { type: 'merge', body: { spec: { suspend: true } } });

    const [old] = await keysOf(stage);
    const nothing = await run();
    assert.equal(nothing.code, 0, nothing.stderr);
    assert.deepEqual(await keysOf(stage), [old], 'nothing is due yet');

    await stage.sandbox.clock.advance(25 * hour);
    const begun = await run();
    assert.equal(begun.code, 0, begun.stdout + begun.stderr);
    await stage.sandbox.clock.advance(25 * hour);
    const ended = await run();
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    const keys = await keysOf(stage);
    assert.equal(keys.length, 1);
    assert.notDeepEqual(keys, [old]);

    // A leak is a person's to say; the CronJob ends what was left of it.
    const leak = await stage.run(['rotate', '--compromised', '--name', `${namespace}/openhands`, '--silence', '1m', '--grace', '1m']);
    assert.equal(leak.code, 0, leak.stdout + leak.stderr);
    await stage.sandbox.clock.advance(38 * hour);
    const over = await run();
    assert.equal(over.code, 0, over.stdout + over.stderr);
    assert.ok(!JSON.stringify(stage.sandbox.aws.snapshot()).includes('deny-sessions'));

    const calls = stage.sandbox.audit.slice(from);
    const inAws = calls.filter(({ service, identity }) => service === 'aws' && identity.endsWith('/rotation'));
    assert.deepEqual(inAws.filter(({ verdict }) => verdict === 'deny').map(({ action, resource }) => `${action} ${resource}`), []);
    const granted = new Set(rotation.document.Statement.flatMap(({ Action = [] }) => Action));
    const used = new Set(inAws.map(({ action }) => action));
    assert.deepEqual([...granted].filter((action) => !used.has(action)).sort(), ['iam:DeletePolicyVersion', ...rare], 'declared and not used');
    // GetCallerIdentity needs no permission.
    assert.deepEqual([...used].filter((action) => !granted.has(action)), ['sts:GetCallerIdentity'], 'used and not declared');

    // Reloaders of other namespaces: without the right to look, the workload's annotations alone are believed.
    assert.deepEqual(usedInCluster(calls, rotation), { denied: ['list deployments'], unused: [], undeclared: [] });
  });
}

test('the pod of the CronJob gets its role by web identity: no key lies anywhere', () =>
  onStage({ issuer: 'https://oidc.lolice.example' }, async (stage) => {
    const declaration = text(`role: "${role}"`);
    writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declaration);
    const applied = await stage.run(['apply']);
    assert.equal(applied.code, 0, applied.stderr);
    const { rotation } = programPermissions(accessOf(declaration), await clusterIdOf(stage.kubernetes));
    assert.ok(rotation !== undefined);
    // What the platform owner does once, as `permissions` prints it.
    const { IAM } = await import('@aws-sdk/client-iam');
    const iam = new IAM({ endpoint: stage.sandbox.aws.endpoint, region: 'us-west-2', credentials: await stage.sandbox.aws.createIdentity('platform') });
    const sts = new STS({ endpoint: stage.sandbox.aws.endpoint, region: 'us-west-2' });
    try {
      await iam.createOpenIDConnectProvider({ Url: 'https://oidc.lolice.example', ClientIDList: ['sts.amazonaws.com'] });
      const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/oidc.lolice.example' }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: { StringEquals: { 'oidc.lolice.example:sub': rotation.subject, 'oidc.lolice.example:aud': 'sts.amazonaws.com' } } }] };
      await iam.createRole({ RoleName: 'rotation', AssumeRolePolicyDocument: JSON.stringify(trust) });
      await iam.putRolePolicy({ RoleName: 'rotation', PolicyName: 'rotate', PolicyDocument: JSON.stringify(rotation.document) });

      // The token's audience is that of the projected volume; the SDK in the pod makes this call (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE).
      const cronJob = await stage.kubernetes.get({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name });
      const [volume] = recordsAt(cronJob, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'volumes');
      const [source] = recordsAt(volume, 'projected', 'sources');
      const answer = await sts.assumeRoleWithWebIdentity({ RoleArn: role, RoleSessionName: 'rotation', WebIdentityToken: await tokenOf(stage, job, [textAt(source, 'serviceAccountToken', 'audience') ?? '']) });
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
      const run = await inPod(stage, job, { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, AWS_SESSION_TOKEN: SessionToken });
      const before = await keysOf(stage);
      await stage.sandbox.clock.advance(0);
      const looked = await run();
      assert.equal(looked.code, 0, looked.stdout + looked.stderr);
      assert.deepEqual(await keysOf(stage), before);
    } finally {
      iam.destroy();
      sts.destroy();
    }
  }));

test('the CronJob comes and goes with the access: drift is mended, a foreign one is left, rollback and destroy take ours away', () =>
  onStage({}, async (stage) => {
    const file = join(stage.directory, 'bedrock-access.yaml');
    const steps = async (): Promise<readonly string[]> => {
      const [plan] = JSON.parse((await stage.run(['plan', '--output', 'json'])).stdout).plans;
      return plan.steps.flatMap(({ action, kind, name: thing }: { action: string; kind: string; name: string }) => (action === 'none' ? [] : [`${action} ${kind} ${thing}`]));
    };
    const mine = async (): Promise<readonly string[]> => {
      const all = await Promise.all([
        stage.kubernetes.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }),
        stage.kubernetes.get({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name }),
        stage.kubernetes.get({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace, name }),
        stage.kubernetes.get({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: wide }),
        stage.kubernetes.get({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: wide }),
        stage.kubernetes.get({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name }),
      ]);
      return all.flatMap((object) => (object === undefined ? [] : [object.kind]));
    };
    const whole = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'CronJob'];

    // Somebody else's of that name: never changed.
    const foreign: KubernetesObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } };
    await stage.kubernetes.create(foreign);
    writeFileSync(file, text('podIdentity: true'));
    const taken = await stage.run(['apply']);
    assert.notEqual(taken.code, 0);
    assert.match(taken.stderr + taken.stdout, /name-taken/);
    assert.deepEqual(await mine(), ['ServiceAccount']);
    const adopted = await stage.run(['apply', '--adopt']);
    assert.equal(adopted.code, 0, adopted.stderr + adopted.stdout);
    assert.deepEqual(await mine(), whole);
    assert.deepEqual(await steps(), []);

    // Drift: one rule more, another schedule.
    await stage.kubernetes.patch({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name }, { type: 'json', body: [{ op: 'add', path: '/rules/-', value: { apiGroups: [''], resources: ['secrets'], verbs: ['list'] } }] });
    await stage.kubernetes.patch({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name }, { type: 'json', body: [{ op: 'replace', path: '/spec/schedule', value: '* * * * *' }] });
    assert.deepEqual(await steps(), [`update credential-job Role ${name}`, `update credential-job CronJob ${name}`]);
    assert.equal((await stage.run(['apply'])).code, 0);
    assert.deepEqual(await steps(), []);

    // Another name in the declaration: the old one goes; rollback brings it back.
    writeFileSync(file, text('podIdentity: true', ', name: other'));
    const renamed = await stage.run(['apply']);
    assert.equal(renamed.code, 0, renamed.stderr + renamed.stdout);
    assert.deepEqual(await mine(), []);
    assert.equal((await stage.run(['rollback', '--yes', '--name', `${namespace}/openhands`])).code, 0);
    assert.deepEqual(await mine(), whole);

    // Without revisions the labels tell what is ours.
    for (const revision of await stage.kubernetes.list('apps/v1', 'ControllerRevision', { namespace })) {
      if (revision.metadata.name?.startsWith('bedrock-access-') === true) await stage.kubernetes.remove({ apiVersion: 'apps/v1', kind: 'ControllerRevision', namespace, name: revision.metadata.name });
    }
    const destroyed = await stage.run(['destroy', '--yes', '--name', `${namespace}/openhands`]);
    assert.equal(destroyed.code, 0, destroyed.stderr + destroyed.stdout);
    assert.deepEqual(await mine(), []);
    assert.deepEqual(stage.sandbox.aws.snapshot(), {});
  }));

for (const { identity, declared } of identities) {
  test(`the API server fills nothing into the objects of a rotation with the identity ${Object.keys(declared)[0] ?? ''}, so that Argo CD sees no difference`, () =>
    onStage({}, async (stage) => {
      writeFileSync(join(stage.directory, 'bedrock-access.yaml'), text(identity));
      assert.equal((await stage.run(['apply'])).code, 0);
      assert.deepEqual(await filledIn(stage, [...jobObjects(accessOf(text(identity))).values()]), []);
    }));
}

test('the pod of the CronJob runs as nobody, on a root that cannot be written, without privileges', () => {
  const cronJob = jobObjects(accessOf(text('podIdentity: true'))).get('cron-job');
  const [container] = recordsAt(cronJob, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
  assert.deepEqual(container?.['securityContext'], { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  assert.deepEqual(container?.['args'], ['rotate', '--due', '--name', 'openhands/openhands']);
});
