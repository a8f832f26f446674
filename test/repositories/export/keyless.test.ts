/** Export of an access whose pods call as a role: role, trust policy and issuer in Terraform, token volume and variables in the manifests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { partitionOf } from '../../../src/bedrock/regions.ts';
import { resolveModel } from '../../../src/bedrock/resolve.ts';
import { seededRandom } from '../../../src/sandbox/world.ts';
import { today } from '../../cli/run-cli.ts';
import { startEngineWorld } from '../../scenarios/engine-world.ts';
import { callsAndStays, cluster, declaredIn, exportedTwice, inCheckout, plain, shownAs, takenAway, tfaction } from './exported.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, keylessTfactionRepositories, plainRepositories, runningAs, tfactionRepositories, type Files } from './repositories.ts';

const issuer = 'https://oidc.lolice.example';

const keyless = (name: 'openhands' | 'worker'): string => declarationFor(name, (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    webIdentity: { issuer: "${issuer}", serviceAccount: ${name} }\n  permissionsBoundary: arn:aws:iam::123456789012:policy/workloads\n`).replace('client: openhands', 'client: aws-sdk'));

const deployment = 'cluster/argoproj/openhands/deployment.yaml';

const repositories = [
  { name: 'tfaction', ...tfaction, files: { ...keylessTfactionRepositories, 'access.yaml': keyless('openhands') } },
  // Another target of the repository makes the issuer.
  { name: 'plain', ...plain, files: { ...runningAs(plainRepositories, 'worker'), 'infra/issuer.tf': `resource "aws_iam_openid_connect_provider" "cluster" {\n  url            = "${issuer}"\n  client_id_list = ["sts.amazonaws.com"]\n}\n`, 'access.yaml': keyless('worker') } },
] as const;

for (const { name, places, manifests, files } of repositories) {
  suite(`export of a keyless access into the ${name} repositories`, () => {
    test('as a user sees it: the diff, what is worth knowing, and the order', async () => {
      await shownAs(`keyless-${name}`, files, places);
    });

    test('a second run changes nothing, check finds nothing new, and the removal leaves the files as they were', async () => {
      await inCheckout(files, async (copy, run) => {
        await exportedTwice(copy, run, { places, manifests });
        await takenAway(copy, run, places, files);
      });
    });
  });
}

suite('export of a keyless access', () => {
  test('after Terraform and the manifests the pod calls the model as its role, and the program finds nothing to change', async () => {
    const world = await startEngineWorld({ judged: false, issuer, externalSecrets: false, objects: [] });
    const files: Files = { ...repositories[0].files, 'access.yaml': keyless('openhands').replace(/ +permissionsBoundary: .*\n/, '') };
    try {
      await inCheckout(files, async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        const access = declaredIn(copy);
        assert.deepEqual(access.spec.managedBy, { iam: 'terraform', cluster: 'manifests' });
        await callsAndStays(copy, access, world);
      });
    } finally {
      await world.stop();
    }
  });

  test('what would keep the pods from their role is refused with nothing written', async () => {
    const files: Files = repositories[0].files;
    const faults: readonly (readonly [string, Files, RegExp])[] = [
      ['another ServiceAccount', { ...files, [deployment]: tfactionRepositories[deployment] ?? '' }, /service-account-differs.*run as the ServiceAccount default/s],
      ['a static key', { ...files, [deployment]: (files[deployment] ?? '').replace('- name: SANDBOX_LOCAL_RUNTIME_URL\n          value: http://127.0.0.1', '- name: AWS_ACCESS_KEY_ID\n          value: AKIAIOSFODNN7EXAMPLE') }, /static-key-hides-identity/],
    ];
    for (const [what, given, says] of faults) {
      await inCheckout(given, async (copy, run) => {
        const { code, stderr } = await run(...tfaction.places, ...cluster);
        assert.notEqual(code, 0, what);
        assert.match(stderr, says, what);
        assert.deepEqual(copy.files(), given, what);
      });
    }
  });

  test('the key that the access gave the workload before goes with the edit', async () => {
    const files: Files = repositories[0].files;
    const withKey = declarationFor('openhands', (text) => text.replace('client: openhands', 'client: aws-sdk'));
    await inCheckout({ ...files, 'access.yaml': withKey }, async (copy, run) => {
      assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
      assert.match(copy.files()[deployment] ?? '', /AWS_ACCESS_KEY_ID/);
      copy.write({ 'access.yaml': keyless('openhands') });
      const { code, stderr } = await run(...tfaction.places, ...cluster);
      assert.equal(code, 0, stderr);
      const text = copy.files()[deployment] ?? '';
      assert.doesNotMatch(text, /AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY/);
      assert.match(text, /AWS_WEB_IDENTITY_TOKEN_FILE/);
    });
  });

  test('the key of before goes, wherever it stands among the variables, and what is set beside it stays whole', async () => {
    const files: Files = repositories[0].files;
    const own = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => `        - name: ${name}\n          valueFrom:\n            secretKeyRef:\n              name: bedrock-credentials\n              key: ${name}\n`).join('');
    const before = (files[deployment] ?? '').replace(/^ {8}- name: SANDBOX_LOCAL_RUNTIME_URL\n/m, `${own}$&`);
    await inCheckout({ ...files, [deployment]: before }, async (copy, run) => {
      const { code, stderr } = await run(...tfaction.places, ...cluster);
      assert.equal(code, 0, stderr);
      const text = copy.files()[deployment] ?? '';
      assert.doesNotMatch(text, /AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY/);
      assert.match(text, /- name: SANDBOX_LOCAL_RUNTIME_URL\n {10}value: http/);
      assert.match(text, /- name: AWS_REGION\n {10}valueFrom:/);
      assert.equal(text.match(/- name: AWS_REGION\n/g)?.length, 1);
    });
  });

  test('an issuer that another target of the repository makes is read, not made again', async () => {
    const files: Files = repositories[0].files;
    const made = `resource "aws_iam_openid_connect_provider" "lolice" {\n  url            = "${issuer}"\n  client_id_list = ["sts.amazonaws.com"]\n}\n`;
    await inCheckout({ ...files, 'infra/terraform/aws/ledger/issuer.tf': made }, async (copy, run) => {
      assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
      const iam = copy.files()['infra/terraform/aws/openhands/iam.tf'] ?? '';
      assert.match(iam, /data "aws_iam_openid_connect_provider" "oidc_lolice_example" \{\n {2}url = "https:\/\/oidc\.lolice\.example"\n\}/);
      assert.match(iam, /Federated = data\.aws_iam_openid_connect_provider\.oidc_lolice_example\.arn/);
      assert.doesNotMatch(iam, /resource "aws_iam_openid_connect_provider"/);
      assert.match((await run(...tfaction.places, ...cluster)).stderr, /Nothing to change/);
      await run('--remove', ...tfaction.places);
      assert.doesNotMatch(Object.entries(copy.files()).filter(([path]) => path.startsWith('infra/terraform/aws/openhands')).map(([, text]) => text).join(''), /oidc/);
    });
  });

  const seed = Number(process.env['SEED'] ?? 11);
  test(`for models of the catalog, whatever the style, check finds nothing in it and a second run changes nothing (SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    const catalog = loadCatalog();
    const active = [...catalog.models.values()].flatMap(({ modelId, onDemandRegions, profiles }) =>
      [...onDemandRegions.map((region) => ({ id: modelId, region })), ...profiles.flatMap((id) => [...(catalog.profiles.get(id)?.routing.keys() ?? [])].map((region) => ({ id, region })))].filter(({ id, region }) => {
        const found = resolveModel(id, { catalog, region, account: '123456789012', now: today });
        return found.ok && found.findings.length === 0 && partitionOf(region) === 'aws';
      }),
    );
    for (let count = 0; count < 8; count += 1) {
      const { id, region } = pick(active);
      const { name, places, manifests, files } = pick(repositories);
      const text = keyless(name === 'plain' ? 'worker' : 'openhands').replace(/region: \S+/, `region: ${region}`).replace(/models: .*/, `models: ["${id}"]`).replace(/client: [\w-]+/, `client: ${pick(['aws-sdk', 'boto3', 'claude-code'])}`);
      const styles = ['policy=jsonencode', 'policy=document', 'partition=data', 'partition=literal', 'variables=variables', 'variables=locals', 'comments=none', 'list-indent=0'].filter(() => random() < 0.3).flatMap((style) => ['--style', style]);
      const what = `${id} in ${region}, ${name}, ${styles.join(' ')}`;
      await inCheckout({ ...files, 'access.yaml': text }, async (copy, run) => {
        await exportedTwice(copy, run, { places, manifests, styles }, what);
      });
    }
  });

  test('an issuer that another role trusts stays when the access is removed', async () => {
    const files: Files = repositories[0].files;
    await inCheckout(files, async (copy, run) => {
      await run(...tfaction.places, ...cluster);
      const other = 'infra/terraform/aws/openhands/other.tf';
      copy.write({ [other]: 'resource "aws_iam_role" "other" {\n  name               = "other"\n  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Federated = aws_iam_openid_connect_provider.oidc_lolice_example.arn }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "oidc.lolice.example:sub" = "system:serviceaccount:a:b", "oidc.lolice.example:aud" = "sts.amazonaws.com" } } }] })\n}\n' });
      const removed = await run('--remove', ...tfaction.places);
      assert.equal(removed.code, 0, removed.stderr);
      const left = Object.values(copy.files()).join('\n');
      assert.match(left, /resource "aws_iam_openid_connect_provider"/);
      assert.doesNotMatch(left, /bedrock-openhands-role/);
    });
  });
});
