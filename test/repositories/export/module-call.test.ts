/** A module that is written for others is called where the modules beside it are, in the form of their calls. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bounded, variable } from './declared-elsewhere.ts';
import { cluster, exportedTwice, inCheckout } from './exported.ts';
import { declarationFor, modularRepositories, type Files } from './repositories.ts';

const places = ['--terraform', 'infra/modules/openhands', '--manifests', 'cluster/argoproj/openhands'] as const;
const modular = { places, manifests: 'cluster' } as const;
const files: Files = { ...modularRepositories, 'access.yaml': bounded('openhands') };
const main = modularRepositories['infra/main.tf'] ?? '';
const called = 'module "openhands" {\n  source = "./modules/openhands"\n}\n';

/** Roots for two environments, each of which calls the modules. */
const environments: Files = Object.fromEntries(Object.entries(files).flatMap(([path, text]) => (path === 'infra/main.tf' ? ['dev', 'prod'].map((name) => [`infra/envs/${name}/main.tf`, text.replaceAll('./modules/', '../../modules/')] as const) : [[path, text] as const])));

suite('a module that the repository calls from a root module', () => {
  test('is called as those beside it are, once, and the removal takes the call away with the module', async () => {
    await inCheckout(files, async (copy, run) => {
      await exportedTwice(copy, run, modular);
      assert.equal(copy.files()['infra/main.tf'], `${main}\n${called}`);
      assert.match(copy.files()['infra/modules/openhands/iam.tf'] ?? '', /resource "aws_iam_user"/);

      assert.equal((await run('--remove', ...places)).code, 0);
      assert.equal(copy.files()['infra/main.tf'], `${main}\n${called}`, 'Terraform destroys what the module held while it is called');
      const second = await run('--remove', ...places);
      assert.match(second.stdout + second.stderr, /infra, which calls it/);
      assert.equal(copy.files()['infra/main.tf'], main);
      assert.deepEqual(Object.keys(copy.files()).filter((path) => path.startsWith('infra/modules/openhands')), []);
    });
  });

  test('is applied through its root, not by itself', async () => {
    await inCheckout(files, async (_copy, run) => {
      const { stdout, stderr } = await run(...places, ...cluster);
      assert.match(stdout + stderr, /terraform -chdir=infra apply/);
      assert.doesNotMatch(stdout + stderr, /-chdir=infra\/modules/);
    });
  });

  test('is shown with its call by --dry-run, and nothing is written', async () => {
    await inCheckout(files, async (copy, run) => {
      const { stdout } = await run(...places, ...cluster, '--dry-run');
      assert.match(stdout, /^\+module "openhands" \{$/m);
      assert.deepEqual(copy.files(), files);
    });
  });

  test('gets the arguments that it has to have and those that say what it would be anyway, and the same provider', async () => {
    const given = `${main.replace(/module "(ledger|mailer)" \{\n {2}source = .*\n/g, (all) => `${all}\n  region = local.region\n  tags   = { Project = "example" }\n  user   = "someone"\n\n  providers = {\n    aws = aws.tokyo\n  }\n`)}\nlocals {\n  region = "ap-northeast-1"\n}\n`;
    const root: Files = {
      ...files,
      'infra/main.tf': given,
      'infra/modules/openhands/variables.tf': `variable "region" {\n  type = string\n}\n\n${variable('user', 'bedrock-openhands-user')}`,
      'infra/modules/openhands/outputs.tf': 'output "region" {\n  value = "${var.region}-${var.user}"\n}\n',
    };
    await inCheckout(root, async (copy, run) => {
      assert.equal((await run(...places, '--style', 'skeleton=module', ...cluster)).code, 0);
      assert.equal(copy.files()['infra/main.tf'], `${given}\nmodule "openhands" {\n  source = "./modules/openhands"\n\n  region = local.region\n  providers = {\n    aws = aws.tokyo\n  }\n}\n`);
    });
  });

  test('is called from a file of its own where each of the others is, with a label like theirs', async () => {
    const apart: Files = {
      ...files,
      'infra/main.tf': main.replaceAll(/module [^}]*\}\n\n?/g, ''),
      ...Object.fromEntries(['ledger', 'mailer'].map((name) => [`infra/app_${name}.tf`, `module "app_${name}" {\r\n  source = "./modules/${name}"\r\n}\r\n`])),
    };
    await inCheckout(apart, async (copy, run) => {
      assert.equal((await run(...places, ...cluster)).code, 0);
      assert.equal(copy.files()['infra/app_openhands.tf']?.replaceAll('\r\n', '\n'), called.replace('"openhands"', '"app_openhands"'));
      for (const _run of [1, 2]) assert.equal((await run('--remove', ...places)).code, 0);
      const inTerraform = (all: Files): Files => Object.fromEntries(Object.entries(all).filter(([path]) => path.startsWith('infra/')));
      assert.deepEqual(inTerraform(copy.files()), inTerraform(apart));
    });
  });

  test('is called by the root that names the account, where several call the modules beside it', async () => {
    const of: Files = { ...environments, 'infra/envs/prod/main.tf': environments['infra/envs/prod/main.tf']?.replace('region = "ap-northeast-1"', 'region = "ap-northeast-1"\n\n  allowed_account_ids = ["123456789012"]') ?? '' };
    await inCheckout(of, async (copy, run) => {
      await exportedTwice(copy, run, modular);
      assert.equal(copy.files()['infra/envs/dev/main.tf'], of['infra/envs/dev/main.tf']);
      assert.match(copy.files()['infra/envs/prod/main.tf'] ?? '', /module "openhands" \{\n {2}source = "\.\.\/\.\.\/modules\/openhands"\n\}\n$/);
    });
  });

  test('is called by none of several roots until --style call says which', async () => {
    await inCheckout(environments, async (copy, run) => {
      const { code, stderr } = await run(...places, ...cluster);
      assert.equal(code, 0);
      assert.match(stderr, /warning\[export-module-uncalled\]: .*infra\/envs\/dev and infra\/envs\/prod call the modules beside it/);
      assert.match(stderr, /--style call=infra\/envs\/dev/);
      assert.equal(copy.files()['infra/envs/dev/main.tf'], environments['infra/envs/dev/main.tf']);
      assert.equal((await run(...places, ...cluster, '--style', 'call=infra/envs/prod')).code, 0);
      assert.match(copy.files()['infra/envs/prod/main.tf'] ?? '', /module "openhands"/);
      assert.match((await run(...places, ...cluster)).stderr, /Nothing to change/);
    });
  });

  test('is not called with --style call=none, and what to write is said', async () => {
    await inCheckout(files, async (copy, run) => {
      const { stdout, stderr } = await run(...places, ...cluster, '--style', 'call=none');
      assert.equal(copy.files()['infra/main.tf'], main);
      assert.match(stdout + stderr, /Call the module from a root module/);
    });
  });

  test('is not called without what nobody gives it', async () => {
    await inCheckout({ ...files, 'infra/modules/openhands/variables.tf': 'variable "zone" {\n  type = string\n}\n', 'infra/modules/openhands/outputs.tf': 'output "zone" {\n  value = var.zone\n}\n' }, async (copy, run) => {
      assert.match((await run(...places, ...cluster, '--style', 'skeleton=module')).stderr, /warning\[export-module-uncalled\]: .*nothing gives it var\.zone/);
      assert.equal(copy.files()['infra/main.tf'], main);
    });
  });

  test('keeps its call while something refers to it: the removal is refused, and nothing is written', async () => {
    await inCheckout({ ...files, 'infra/outputs.tf': 'output "openhands" {\n  value = module.openhands\n}\n' }, async (copy, run) => {
      assert.equal((await run(...places, ...cluster)).code, 0);
      assert.equal((await run('--remove', ...places)).code, 0);
      const before = copy.files();
      const { code, stderr } = await run('--remove', ...places);
      assert.equal(code, 1);
      assert.match(stderr, /error\[export-conflict\]: output\.openhands refers to module\.openhands/);
      assert.deepEqual(copy.files(), before);
    });
  });

  test('has its key refused in Terraform where the root works in another region than the store reads', async () => {
    await inCheckout({ ...files, 'infra/main.tf': main.replace('ap-northeast-1', 'eu-west-1') }, async (copy, run) => {
      const { stderr } = await run(...places, ...cluster, '--keys', 'terraform');
      assert.match(stderr, /error\[export-conflict\]: the AWS provider of infra works in eu-west-1, and the store reads parameters in ap-northeast-1/);
      assert.equal(copy.files()['infra/modules/openhands/iam.tf'], undefined);
    });
  });

  test('of which nothing else is in the repository is left to its author', async () => {
    await inCheckout({ ...files, 'infra/main.tf': 'provider "aws" {\n  region = "ap-northeast-1"\n}\n', 'access.yaml': declarationFor('openhands') }, async (copy, run) => {
      const { stdout, stderr } = await run(...places, ...cluster);
      assert.match(stdout + stderr, /Call the module from a root module/);
      assert.equal(copy.files()['infra/main.tf'], 'provider "aws" {\n  region = "ap-northeast-1"\n}\n');
    });
  });
});
