/** The exported files applied, in the order that export prints: Terraform, key and parameter, manifests; then a real call. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { parseAccess } from '../../../src/access/parse.ts';
import type { Aws } from '../../../src/aws/types.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import type { VerifyCheck } from '../../../src/engine/types.ts';
import { isRecord as isObject } from '../../../src/repositories/export/yaml-change.ts';
import { parsePolicy } from '../../../src/policy/parse.ts';
import { PartialText, Unknown, type Value } from '../../../src/repositories/hcl/value.ts';
import { readTerraformModule } from '../../../src/repositories/terraform/read-module.ts';
import { runCli } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld, store, summaryOf, type EngineWorld } from '../../scenarios/engine-world.ts';
import { checkout } from './checkout.ts';
import { declarationFor, tfactionRepositories } from './repositories.ts';

test('after Terraform, `apply --only key,parameter` and the manifests, in this order, the pod calls the model', async () => {
  const world = await startEngineWorld({ objects: [store()] });
  const copy = checkout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands') });
  try {
    const places = ['--terraform', 'infra/terraform/aws/openhands', '--manifests', 'cluster/argoproj/openhands'];
    const context = await world.run();
    assert.equal((await runCli(['export', '-f', 'access.yaml', ...places, '--cluster-id', context.clusterId], { directory: copy.directory })).code, 0);
    await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);

    const [parsed] = parseAccess(copy.files()['cluster/argoproj/openhands/access.yaml'] ?? '').accesses;
    assert.ok(parsed);
    const { access } = parsed;
    const said = await events(applyAccess(access, { ...context, only: ['access-key', 'ssm-parameter'] }));
    assert.deepEqual(failures(said), []);
    assert.equal(summaryOf(said).outcome, 'done');
    assert.deepEqual(changes(said), ['create access-key of bedrock-openhands-user', 'create ssm-parameter bedrock-openhands-credentials']);

    await playArgoCd(copy.files(), world);
    await world.sandbox.clock.advance(60_000);
    const checks: VerifyCheck[] = [];
    for await (const check of verifyAccess(access, { ...(await world.run()), call: true })) checks.push(check);
    assert.deepEqual(checks.filter(({ outcome }) => outcome === 'failed').map(({ id, detail, findings }) => [id, detail, findings.map(({ message }) => message)]), []);
    assert.ok(checks.some(({ id, outcome }) => id === 'call' && outcome === 'passed'));

    // Neither side finds anything to put right in what the other made.
    assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
  } finally {
    copy.remove();
    await world.stop();
  }
});

/** What `terraform apply` would do with the module: user, policies, attachments. */
async function playTerraform(directory: string, aws: Aws): Promise<void> {
  const { account } = await aws.sts.getCallerIdentity();
  const module = await readTerraformModule(directory);
  const of = (type: string) => module.resources.filter((resource) => resource.mode === 'managed' && resource.type === type);
  const text = (value: Value | undefined): string => (value instanceof PartialText || value instanceof Unknown ? value.toString().replaceAll('${data.aws_caller_identity.current.account_id}', account) : typeof value === 'string' ? value : '');
  const tagsOf = (value: Value | undefined): Record<string, string> => Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, tag]) => [key, text(typeof tag === 'string' ? tag : undefined)]));
  for (const user of of('aws_iam_user')) await aws.iam.createUser({ name: text(user.attribute('name')), path: text(user.attribute('path')), tags: tagsOf(user.attribute('tags')) });
  const arns = new Map<string, string>();
  for (const policy of of('aws_iam_policy')) {
    const json: unknown = JSON.parse(JSON.stringify(policy.attribute('policy'), (_key, value: unknown) => (value instanceof PartialText ? text(value) : value)));
    const document = parsePolicy(json);
    const made = await aws.iam.createPolicy({ name: text(policy.attribute('name')), path: text(policy.attribute('path')), description: text(policy.attribute('description')), document, tags: tagsOf(policy.attribute('tags')) });
    arns.set(`\${${policy.address}.arn}`, made.arn);
  }
  for (const attachment of of('aws_iam_user_policy_attachment')) await aws.iam.attachUserPolicy(text(attachment.attribute('user')), arns.get(text(attachment.attribute('policy_arn'))) ?? '');
}

/** Applies what the app's kustomization lists, as Argo CD does. */
async function playArgoCd(files: Readonly<Record<string, string>>, { kubernetes }: EngineWorld): Promise<void> {
  const folder = 'cluster/argoproj/openhands';
  const listed = [...(files[`${folder}/kustomization.yaml`] ?? '').matchAll(/^ +- (\S+)/gm)].map(([, name]) => name);
  assert.ok(!listed.includes('access.yaml'));
  for (const name of listed) {
    for (const document of parseAllDocuments(files[`${folder}/${name}`] ?? '')) {
      const object: unknown = document.toJS();
      if (isKubernetesObject(object) && object.kind !== 'Namespace') await kubernetes.apply(object, { force: true, fieldManager: 'argocd-controller' });
    }
  }
}

function isKubernetesObject(value: unknown): value is { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } } {
  return isObject(value) && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string' && isObject(value['metadata']);
}
