import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { writeEdits } from '../../../src/repositories/export/write-edits.ts';
import { runCli } from '../../cli/run-cli.ts';
import { checkout } from './checkout.ts';
import { cluster, inCheckout, plain, shownAs, tfaction } from './exported.ts';
import { assertGolden } from './golden.ts';
import { declarationFor, plainRepositories, tfactionRepositories, type Files } from './repositories.ts';


const repositories = [
  { name: 'tfaction', places: tfaction.places, files: { ...tfactionRepositories, 'access.yaml': declarationFor('openhands') } },
  { name: 'plain', places: plain.places, files: { ...plainRepositories, 'access.yaml': declarationFor('worker') } },
] as const;

for (const { name, places, files } of repositories) {
  suite(`export into the ${name} repositories`, () => {
    test('as a user sees it: the diff, what is worth knowing, and the order', async () => {
      await shownAs(name, files, places);
    });

    test('the diff is what is written, and git applies it', async () => {
      await inCheckout(files, async (copy, run) => {
        const { stdout } = await run(...places, ...cluster, '--dry-run');
        const other = checkout(files);
        execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: other.directory, input: stdout, env: { ...process.env, GIT_CEILING_DIRECTORIES: '/tmp' } });
        assert.equal((await run(...places, ...cluster)).code, 0);
        assert.deepEqual(copy.files(), other.files());
        other.remove();
      });
    });

    test('running it twice changes nothing, from the file that it wrote too', async () => {
      await inCheckout(files, async (copy, run) => {
        const first = JSON.parse((await run(...places, ...cluster, '--output', 'json')).stdout);
        const written = copy.files();
        assert.match((await run(...places, ...cluster)).stderr, /Nothing to change/);
        const again = await runCli(['export', '-f', first.declaration, ...places], { directory: copy.directory });
        assert.match(again.stderr, /Nothing to change/, 'the cluster is known from the tags');
        assert.deepEqual(copy.files(), written);
      });
    });

    test('terraform fmt has nothing to say', { skip: !existsSync('/usr/local/bin/terraform') }, async () => {
      const profile = files['access.yaml'].replace('role: default', 'role: default, applicationProfile: true');
      for (const own of [false, true]) for (const extra of [[], ['--keys', 'terraform'], ['--style', 'policy=document', '--style', 'partition=data'], ['--style', 'comments=none', '--style', 'tags=Team:ai;Cost centre:7']]) {
        await inCheckout(own ? { ...files, 'access.yaml': profile } : files, async (copy, run) => {
          assert.equal((await run(...places, ...extra)).code, 0);
          assert.equal(execFileSync('terraform', ['fmt', '-check', '-diff', '-recursive', 'infra'], { cwd: copy.directory, encoding: 'utf8', env: { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' } }), '');
        });
      }
    });

    test('a removal takes two runs and leaves the repositories as they were', async () => {
      await inCheckout(files, async (copy, run) => {
        const before = copy.files();
        const first = JSON.parse((await run(...places, ...cluster, '--output', 'json')).stdout);
        const replaced = new Set(['cluster/argoproj/openhands/deployment.yaml']);
        const removed = await run('--remove', ...places);
        assertGolden(`${name}-remove-1.txt`, removed.stderr);
        assert.ok(existsSync(join(copy.directory, first.declaration)), 'the declaration is needed for the second run');
        if (name === 'tfaction') assert.ok(existsSync(join(copy.directory, 'infra/terraform/aws/openhands/backend.tf')), 'without a backend nothing could be destroyed');
        const second = await run('--remove', ...places);
        assertGolden(`${name}-remove-2.txt`, second.stderr);
        const after = copy.files();
        for (const [file, text] of Object.entries(before)) if (!replaced.has(file)) assert.equal(after[file], text, file);
        assert.deepEqual(Object.keys(after), Object.keys(before));
        assert.match((await run('--remove', ...places)).stderr, /Nothing to change/);
      });
    });
  });
}

suite('export into a folder of Terraform in which nothing else is', () => {
  test('a removal leaves a file until Terraform has destroyed what was there, and then nothing', async () => {
    // A sibling without a provider: the new folder needs no more than the resources.
    const files: Files = { ...Object.fromEntries(Object.entries(tfactionRepositories).filter(([path]) => path.startsWith('cluster/'))), 'infra/other/main.tf': 'resource "aws_iam_group" "others" {\n  name = "others"\n}\n', 'access.yaml': declarationFor('openhands') };
    await inCheckout(files, async (copy, run) => {
      const places = ['--terraform', 'infra/openhands', '--manifests', 'cluster/argoproj/openhands'];
      const ours = (): Record<string, string> => Object.fromEntries(Object.entries(copy.files()).filter(([path]) => path.startsWith('infra/openhands/')));
      assert.equal((await run(...places, ...cluster, '--style', 'iam-file=main.tf')).code, 0);
      assert.deepEqual(Object.keys(ours()), ['infra/openhands/main.tf']);
      assert.match((await run('--remove', ...places)).stderr, /main\.tf: remove the access, keep a file for Terraform/);
      assert.deepEqual(ours(), { 'infra/openhands/main.tf': '# Empty until Terraform has destroyed what was here\n' });
      assert.equal((await run('--remove', ...places)).code, 0);
      assert.deepEqual(ours(), {});
    });
  });
});

const storeFile = 'cluster/argoproj/external-secrets-operator/store/parameter-store.yaml';
const storeText = tfactionRepositories[storeFile] ?? '';

suite('export refuses and writes nothing', () => {
  const cases: readonly { readonly name: string; readonly id: string; readonly change: Files; readonly argv?: readonly string[] }[] = [
    { name: 'a workload of another name', id: 'export-workload-missing', change: { 'access.yaml': declarationFor('openhands', (text) => text.replace('name: openhands, client', 'name: opnhands, client')) } },
    { name: 'a container that is not there', id: 'container-not-found', change: { 'access.yaml': declarationFor('openhands', (text) => text.replace('client: openhands', 'client: openhands, containers: [app]')) } },
    { name: 'a broken manifest', id: 'export-workload-missing', change: { 'cluster/argoproj/openhands/deployment.yaml': '{ kind: Deployment\nmetadata: [' , 'cluster/argoproj/openhands/other.yaml': 'kind: Job\nmetadata: { name: x }\n' } },
    { name: 'a manifest with an anchor in the list', id: 'export-uneditable', change: { 'cluster/argoproj/openhands/deployment.yaml': tfactionRepositories['cluster/argoproj/openhands/deployment.yaml']!.replace('env:\n', 'env: &env\n').replace('      volumes:', '      - name: side\n        image: side:1\n        env: *env\n      volumes:'), 'access.yaml': declarationFor('openhands', (text) => text.replace('client: openhands', 'client: openhands, containers: [openhands]')) } },
    { name: 'a user under another path', id: 'export-conflict', change: { 'infra/terraform/aws/openhands/iam.tf': 'resource "aws_iam_user" "u" {\n  name = "bedrock-openhands-user"\n}\n' } },
    { name: 'broken HCL', id: 'export-unreadable', change: { 'infra/terraform/aws/openhands/iam.tf': 'resource "aws_iam_user" {{{\n' } },
    { name: 'a user in JSON syntax that would have to change', id: 'export-conflict', change: { 'infra/terraform/aws/openhands/user.tf.json': '{ "resource": { "aws_iam_user": { "bedrock_openhands_user": { "name": "bedrock-openhands-user", "path": "/service/" } } } }\n' } },
    { name: 'a style that does not exist', id: 'export-style', change: {}, argv: ['--style', 'commens=ja'] },
    { name: 'a style of another value', id: 'export-style', change: {}, argv: ['--style', 'comments=fr'] },
    { name: 'parameters in another region than the provider', id: 'export-conflict', change: { 'access.yaml': declarationFor('openhands', (text) => text.replace('region: ap-northeast-1', 'region: us-east-1')), [storeFile]: storeText.replace('ap-northeast-1', 'us-east-1') }, argv: ['--keys', 'terraform'] },
    { name: 'a store that is not among those of the manifests', id: 'secret-store-missing', change: { 'access.yaml': declarationFor('openhands', (text) => text.replace('name: parameterstore', 'name: parameter-store')) } },
    { name: 'a store of the other kind', id: 'secret-store-missing', change: { 'access.yaml': declarationFor('openhands', (text) => text.replace('kind: ClusterSecretStore', 'kind: SecretStore')) } },
    { name: 'a SecretStore of another namespace', id: 'secret-store-missing', change: { [storeFile]: storeText.replace('ClusterSecretStore', 'SecretStore').replace('name: parameterstore', 'name: parameterstore\n  namespace: ledger'), 'access.yaml': declarationFor('openhands', (text) => text.replace('kind: ClusterSecretStore', 'kind: SecretStore')) } },
    { name: 'a store that reads in another region', id: 'secret-store-differs', change: { [storeFile]: storeText.replace('ap-northeast-1', 'us-west-2') } },
    { name: 'a store that reads the other service', id: 'secret-store-differs', change: { [storeFile]: storeText.replace('service: ParameterStore', 'service: SecretsManager') } },
    { name: 'a store by its name alone', id: 'export-style', change: {}, argv: ['--style', 'store=parameterstore'] },
  ];
  for (const { name, id, change, argv = [] } of cases) {
    test(name, async () => {
      await inCheckout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands'), ...change }, async (copy, run) => {
        const before = copy.files();
        const { code, stderr } = await run(...tfaction.places, ...argv);
        assert.match(stderr, new RegExp(`^error\\[${id}\\]: `, 'm'));
        assert.equal(code, 1);
        assert.deepEqual(copy.files(), before);
      });
    });
  }

  test('a link to a file elsewhere is not written through', async () => {
    await inCheckout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands'), 'elsewhere.tf': '' }, async (copy, run) => {
      await run(...tfaction.places);
      copy.write({ 'elsewhere.tf': readFileSync(join(copy.directory, 'infra/terraform/aws/openhands/iam.tf'), 'utf8') });
      execFileSync('rm', [join(copy.directory, 'infra/terraform/aws/openhands/iam.tf')]);
      symlinkSync('../../../../elsewhere.tf', join(copy.directory, 'infra/terraform/aws/openhands/iam.tf'));
      assert.match((await run(...tfaction.places, '--keys', 'terraform')).stderr, /^error\[export-unreadable\]: /m);
    });
  });

  // As root everything may be written, but nothing beneath a file.
  test('a file that cannot be written stops all before the first is', async () => {
    await inCheckout({ taken: 'a file where a folder is needed' }, async (copy) => {
      const before = copy.files();
      const edits = ['new/iam.tf', 'taken/deployment.yaml'].map((file) => ({ file: join(copy.directory, file), after: 'text', purposes: [] }));
      assert.throws(() => writeEdits(edits), { id: 'export-unwritable', message: `cannot write ${join(copy.directory, 'taken/deployment.yaml')}` });
      assert.deepEqual(copy.files(), before);
    });
  });
});

suite('what an export takes over', () => {
  test('a changed model changes the policy and the ConfigMap, and nothing else', async () => {
    await inCheckout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands') }, async (copy, run) => {
      await run(...tfaction.places, ...cluster);
      copy.write({ 'access.yaml': declarationFor('openhands', (text) => text.replace('us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-haiku-4-5-20251001-v1:0')) });
      const { stdout } = await run(...tfaction.places, '--output', 'json');
      const edits: { file: string; diff: string }[] = JSON.parse(stdout).edits;
      assert.deepEqual(edits.map(({ file }) => file), ['cluster/argoproj/openhands/access.yaml', 'cluster/argoproj/openhands/configmap.yaml', 'cluster/argoproj/openhands/deployment.yaml', 'infra/terraform/aws/openhands/iam.tf']);
      assert.match(edits[2]!.diff, /-\s+bedrock-access.dev\/environment: \w+\n\+\s+bedrock-access.dev\/environment: \w+\n/, 'the pods restart');
      assert.equal(edits[3]!.diff.match(/^-.*haiku/m), null);
    });
  });

  test('tags and comments that a person added stay', async () => {
    await inCheckout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands') }, async (copy, run) => {
      await run(...tfaction.places);
      const file = 'infra/terraform/aws/openhands/iam.tf';
      const edited = copy.files()[file]!.replace('  path = "/service/"\n', '  path = "/service/" # ours\n').replace(/^ {4}Project( +)= "example"\n/m, '    Owner  $1= "team-ai"\n$&').replace('      tags["bedrock-access/regions"],\n', '');
      copy.write({ [file]: edited });
      await run(...tfaction.places, ...cluster);
      const text = copy.files()[file]!;
      assert.match(text, /path = "\/service\/" # ours/);
      assert.match(text, /Owner +=/);
      assert.match(text, /"bedrock-access\/cluster" +=/);
      assert.match(text, /tags\["bedrock-access\/regions"\]/);
    });
  });

  test('with --keys terraform the file says that the secret lies in the state', async () => {
    await inCheckout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands', (text) => `${text}      layout: pair\n`) }, async (copy, run) => {
      const { stderr } = await run(...tfaction.places, '--keys', 'terraform');
      const { 'infra/terraform/aws/openhands/iam.tf': iam = '', 'infra/terraform/aws/openhands/ssm.tf': ssm = '' } = copy.files();
      assert.match(iam, /# 注意: シークレットアクセスキーは Terraform の state/);
      assert.match(iam, /resource "aws_iam_access_key" "bedrock_openhands_user_key" \{\n {2}user = aws_iam_user.bedrock_openhands_user.name\n\}/);
      assert.doesNotMatch(iam, /bedrock-access\/keys/, 'the program has no part in it');
      assert.match(ssm, /value += aws_iam_access_key.bedrock_openhands_user_key.secret/);
      assert.doesNotMatch(stderr, /--only/);
    });
  });

  test('a new app gets a folder, an Application and its place in the list of apps', async () => {
    await inCheckout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands', (text) => text.replaceAll('openhands', 'mail').replace('client: mail', 'client: aws-sdk')) }, async (copy, run) => {
      const places = ['--terraform', 'infra/terraform/aws/mail', '--manifests', 'cluster/argoproj/mail'];
      const { code, stderr } = await run(...places);
      assert.equal(code, 0);
      assert.match(stderr, /warning\[export-workload-absent\]: /);
      const files = copy.files();
      assert.equal(files['cluster/argoproj/kustomization.yaml'], tfactionRepositories['cluster/argoproj/kustomization.yaml']!.replace('- openhands/', '- mail/application.yaml\n- openhands/'));
      assert.match(files['cluster/argoproj/mail/application.yaml']!, /name: mail\n[\s\S]*path: argoproj\/mail\n[\s\S]*namespace: mail\n/);
      assert.match(files['infra/terraform/aws/mail/backend.tf']!, /"terraform\/aws\/mail\/v1\/terraform.tfstate"/);
      assert.match((await run(...places)).stderr, /Nothing to change/);
    });
  });

  test('the declared names win over the habits, and nothing in them becomes a template', async () => {
    await inCheckout({ ...plainRepositories, 'access.yaml': declarationFor('worker', (text) => `${text}  names: { user: bedrock-worker-user }\n`) }, async (copy, run) => {
      await run(...plain.places, '--style', 'tags=Note:${path.module} %{ if true } "q"');
      const text = copy.files()['infra/main.tf']!;
      assert.match(text, /name = "bedrock-worker-user"/);
      assert.match(text, /name += "bedrock_worker_policy"/);
      assert.ok(text.includes('"$${path.module} %%{ if true } \\"q\\""'));
    });
  });
});

suite('what others wrote', () => {
  const byHand: Files = {
    ...tfactionRepositories,
    'access.yaml': declarationFor('openhands'),
    'infra/terraform/aws/openhands/iam.tf': `# by hand
resource "aws_iam_user" "bedrock" {
  name = "bedrock-openhands-user" # the seed's name
  path = "/service/"
}
`,
    'infra/terraform/aws/openhands/provider.tf': 'provider "aws" {\n  region = "ap-northeast-1"\n}\n',
  };

  test('is taken over by name, said so, and keeps its label and comments', async () => {
    await inCheckout(byHand, async (copy, run) => {
      assert.match((await run(...tfaction.places)).stderr, /warning\[export-takes-over\]: aws_iam_user.bedrock is there already/);
      const text = copy.files()['infra/terraform/aws/openhands/iam.tf']!;
      assert.match(text, /^# by hand\nresource "aws_iam_user" "bedrock" \{\n {2}name = "bedrock-openhands-user" # the seed's name\n/);
      assert.match(text, /user +=\s*aws_iam_user\.bedrock\.name/);
      assert.doesNotMatch((await run(...tfaction.places)).stderr, /takes-over/);
    });
  });

  test('is never taken away by a removal that did not put it there', async () => {
    await inCheckout(byHand, async (copy, run) => {
      const before = copy.files();
      await run('--remove', ...tfaction.places);
      assert.equal(copy.files()['infra/terraform/aws/openhands/iam.tf'], before['infra/terraform/aws/openhands/iam.tf']);
      assert.equal(copy.files()['cluster/argoproj/openhands/deployment.yaml'], before['cluster/argoproj/openhands/deployment.yaml']);
    });
  });

  test('a module that others call gets resources and nothing that a root module has', async () => {
    const files: Files = {
      'infra/modules/bot/main.tf': 'resource "aws_iam_role" "bot" {\n  name               = "bot-role"\n  assume_role_policy = "{}"\n}\n',
      'infra/modules/bot/versions.tf': 'terraform {\n  required_version = ">= 1.3"\n}\n',
      'access.yaml': declarationFor('openhands'),
    };
    await inCheckout(files, async (copy, run) => {
      await run('--terraform', 'infra/modules/openhands', ...cluster);
      const made = Object.entries(copy.files()).filter(([file]) => file.startsWith('infra/modules/openhands/'));
      assert.deepEqual(made.map(([file]) => file), ['infra/modules/openhands/main.tf', 'infra/modules/openhands/versions.tf']);
      assert.doesNotMatch(made.map(([, text]) => text).join(''), /provider "aws"|backend/);
    });
  });

  test('two targets never share a state', async () => {
    const files: Files = { ...Object.fromEntries(Object.entries(tfactionRepositories).map(([file, text]) => [file, text.replace(/key {4}= "terraform\/aws\/\w+\/v1/, 'key    = "terraform/aws/all/v1')])), 'access.yaml': declarationFor('openhands') };
    await inCheckout(files, async (_copy, run) => {
      assert.match((await run(...tfaction.places)).stderr, /^error\[export-conflict\]: the new target would share the state/m);
    });
  });
});

test('what lies beyond the git repository shows no habit', async () => {
  const files: Files = {
    'mine/.git/HEAD': '',
    'mine/infra/main.tf': 'resource "aws_iam_user" "a" {\n  name = "a"\n}\n',
    'other/infra/main.tf': 'resource "aws_iam_user" "b" {\n  name = "b_user"\n\n  tags = {\n    "bedrock-access/cluster" = "theirs"\n  }\n}\n',
    'access.yaml': declarationFor('openhands'),
  };
  await inCheckout(files, async (copy, run) => {
    await run('--terraform', 'mine/infra');
    assert.doesNotMatch(copy.files()['mine/infra/main.tf']!, /theirs|bedrock_openhands_user"\n/);
  });
});
