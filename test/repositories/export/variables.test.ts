/** Where the repository keeps names and tags: in the arguments, in variables with defaults, or in locals. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bounded, declaresWhatItUses, inLocals, inPieces, inVariables, layoutNames, modeNames, storeFile, stylesOfDeclarations, target, user, variable } from './declared-elsewhere.ts';
import { cluster, exportedTwice, inCheckout, plain, takenAway, tfaction } from './exported.ts';
import { plainRepositories, runningAs, type Files } from './repositories.ts';
import { unusedIn } from './unused-declarations.ts';

const keyInTerraform = ['--keys', 'terraform'] as const;
/** With the key in Terraform, `check` says rightly that the secret lies in its state. */
const inState = 'secret-in-state';

const at = (copy: { files(): Record<string, string> }, name: string): string => copy.files()[`${target}/${name}`] ?? '';

suite('names that the targets beside it keep elsewhere', () => {
  test('are variables with defaults in their file, with description and type, called as theirs are', async () => {
    await inCheckout(inVariables, async (copy, run) => {
      await exportedTwice(copy, run, { ...tfaction, styles: keyInTerraform, right: inState });
      assert.equal(at(copy, 'variables.tf'), [
        variable('aws_region', 'ap-northeast-1', 'Region'),
        variable('openhands_user_name', 'bedrock-openhands-user', 'Name of the IAM user'),
        'variable "tags" {\n  description = "Tags of everything that takes tags"\n  type        = map(string)\n\n  default = {\n    Project = "example"\n  }\n}\n',
        variable('policy_name', 'bedrock-openhands-policy', 'Name of the IAM policy'),
        variable('token_parameter', 'bedrock-openhands-credentials', 'Name of the SSM parameter'),
      ].join('\n'));
      assert.match(at(copy, 'iam.tf'), / name += var\.openhands_user_name\n {2}path += "\/service\/"\n/);
      assert.match(at(copy, 'iam.tf'), / tags += var\.tags\n/);
      assert.match(at(copy, 'iam.tf'), / name += var\.policy_name\n/);
      assert.match(at(copy, 'ssm.tf'), / name += var\.token_parameter\n/);
      assert.deepEqual(await unusedIn(copy.files(), target), []);
    });
  });

  test('are locals beside the resources, where theirs are, and the owner tags are put into the tags', async () => {
    await inCheckout(inLocals, async (copy, run) => {
      await exportedTwice(copy, run, tfaction);
      const text = at(copy, 'iam.tf');
      assert.ok(text.startsWith('locals {\n  user_name = "bedrock-openhands-user"\n\n  common_tags = {\n    Project = "example"\n  }\n\n  policy_name = "bedrock-openhands-policy"\n}\n'), text);
      assert.match(text, / name += local\.user_name\n/);
      assert.match(text, / tags = merge\(local\.common_tags, \{\n {4}"bedrock-access\/cluster" +=/);
      assert.equal(copy.files()[`${target}/variables.tf`], undefined);
      assert.deepEqual(await unusedIn(copy.files(), target), []);
    });
  });

  test('are put together from the pieces from which theirs are', async () => {
    await inCheckout(inPieces, async (copy, run) => {
      await exportedTwice(copy, run, tfaction);
      assert.equal(at(copy, 'variables.tf'), variable('app', 'openhands'));
      assert.match(at(copy, 'iam.tf'), / name += "bedrock-\$\{var\.app\}-user"\n/);
      assert.match(at(copy, 'iam.tf'), / name += "bedrock-\$\{var\.app\}-policy"\n/);
      assert.match(at(copy, 'iam.tf'), /tags = \{\n {4}Project /);
      assert.deepEqual(await unusedIn(copy.files(), target), []);
    });
  });

  test('stay in the arguments with --style variables=literals, and the settings keep what they refer to', async () => {
    await inCheckout(inVariables, async (copy, run) => {
      await exportedTwice(copy, run, { ...tfaction, styles: ['--style', 'variables=literals'] });
      assert.equal(at(copy, 'variables.tf'), variable('aws_region', 'ap-northeast-1', 'Region'));
      assert.match(at(copy, 'iam.tf'), / name += "bedrock-openhands-user"\n/);
    });
  });
});

suite('values that lie in tfvars', () => {
  test('of the targets beside it become defaults, since a new target has no such file', async () => {
    const given = Object.fromEntries(Object.entries(inVariables).flatMap(([path, text]) => (path.endsWith('/variables.tf') ? [[path, text.replace(/ {2}default {5}= "ap-northeast-1"\n/, '')], [path.replace('variables.tf', 'terraform.tfvars'), 'aws_region = "ap-northeast-1"\n']] : [[path, text]])));
    await inCheckout(given, async (copy, run) => {
      await exportedTwice(copy, run, tfaction);
      assert.ok(at(copy, 'variables.tf').startsWith(`${variable('aws_region', 'ap-northeast-1', 'Region')}\n`), at(copy, 'variables.tf'));
      assert.equal(copy.files()[`${target}/terraform.tfvars`], undefined);
    });
  });

  test('that may be secret are copied nowhere', async () => {
    const given = Object.fromEntries(Object.entries(inVariables).flatMap(([path, text]) => (path.endsWith('/provider.tf') ? [[path, text.replace('}', '  secret_key = var.aws_secret\n}')], [path.replace('provider.tf', 'secret.tf'), 'variable "aws_secret" {\n  type = string\n}\n'], [path.replace('provider.tf', 'terraform.tfvars'), 'aws_secret = "c4n4ry"\n']] : [[path, text]])));
    await inCheckout(given, async (copy, run) => {
      assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
      assert.equal(at(copy, 'secret.tf'), 'variable "aws_secret" {\n  type = string\n}\n');
      assert.doesNotMatch(Object.entries(copy.files()).filter(([path]) => path.startsWith(target)).map(([, text]) => text).join(''), /c4n4ry/);
    });
  });

  test('of the module itself are what its variables hold', async () => {
    const given: Files = { ...plainRepositories, 'infra/users.tf': 'variable "worker_user" {\n  type = string\n}\n\noutput "worker" {\n  value = var.worker_user\n}\n', 'infra/terraform.tfvars': 'worker_user = "bedrock_worker_user"\n', 'access.yaml': bounded('worker') };
    await inCheckout(given, async (copy, run) => {
      await exportedTwice(copy, run, plain);
      assert.match(copy.files()['infra/main.tf'] ?? '', / name += var\.worker_user\n/);
      await takenAway(copy, run, plain.places, given);
    });
  });
});

suite('what a module declares itself', () => {
  const declared: Files = {
    ...plainRepositories,
    'infra/variables.tf': `${variable('region', 'us-east-1')}\n${variable('worker_iam_user', 'bedrock_worker_user')}\nvariable "other" {\n  default = "bedrock_worker_policy_"\n}\n`,
    'infra/locals.tf': 'locals {\n  tags = {\n    Team = "ai"\n  }\n  bucket = "example"\n}\n',
    'infra/bucket.tf': 'provider "aws" {\n  alias  = "virginia"\n  region = var.region\n}\n\nresource "aws_s3_bucket" "b" {\n  bucket = "${local.bucket}-${var.other}-${var.worker_iam_user}"\n  tags   = local.tags\n}\n',
    'access.yaml': bounded('worker'),
  };

  test('is used for the value and the tags that it has, and no second one is made', async () => {
    await inCheckout(declared, async (copy, run) => {
      await exportedTwice(copy, run, plain);
      const files = copy.files();
      assert.equal(files['infra/variables.tf'], declared['infra/variables.tf']);
      assert.equal(files['infra/locals.tf'], declared['infra/locals.tf']);
      assert.match(files['infra/main.tf'] ?? '', / name += var\.worker_iam_user\n/);
      assert.match(files['infra/main.tf'] ?? '', / name += "bedrock_worker_policy"\n/);
      assert.match(files['infra/main.tf'] ?? '', / tags = merge\(local\.tags, \{\n/);
      assert.deepEqual(await unusedIn(files, 'infra'), []);
      await takenAway(copy, run, plain.places, declared);
    });
  });

  test('gives the region of a provider that is added', async () => {
    const files: Files = { ...declared, 'infra/bucket.tf': (declared['infra/bucket.tf'] ?? '').replace(/provider[^}]*\}\n\n/, '').replace('${local.bucket}', '${local.bucket}-${var.region}'), 'access.yaml': bounded('worker', (text) => text.replace('region: eu-central-1', 'region: us-east-1').replace('[eu.anthropic.claude-sonnet-4-6]', '[{ id: us.anthropic.claude-sonnet-4-6, applicationProfile: true }]')) };
    await inCheckout(files, async (copy, run) => {
      assert.equal((await run(...plain.places, ...cluster)).code, 0);
      assert.match(Object.values(copy.files()).join('\n'), /provider "aws" \{\n {2}alias {2}= "[\w-]+"\n {2}region = var\.region\n\}/);
      assert.match((await run(...plain.places, ...cluster)).stderr, /Nothing to change/);
    });
  });

  test('is never shared with a name of another value: one of its own is made', async () => {
    const files: Files = {
      ...plainRepositories,
      'infra/main.tf': (plainRepositories['infra/main.tf'] ?? '').replace('"billing_user"', 'var.user_name').replace('"batch_policy"', 'var.policy_name').replace('"batch_role"', 'var.role_name'),
      'infra/variables.tf': ['user', 'policy', 'role'].map((thing) => variable(`${thing}_name`, `batch_${thing}`)).join('\n'),
      'access.yaml': bounded('worker'),
    };
    await inCheckout(files, async (copy, run) => {
      await exportedTwice(copy, run, plain);
      assert.ok(copy.files()['infra/variables.tf']?.startsWith(`${files['infra/variables.tf']}\n${variable('bedrock_worker_user_name', 'bedrock_worker_user')}\n`), copy.files()['infra/variables.tf']);
      assert.deepEqual(await unusedIn(copy.files(), 'infra'), []);
      await takenAway(copy, run, plain.places, files);
    });
  });

  test('a changed mark is put into tags that are merged, and what they hold already is not said twice', async () => {
    await inCheckout(inLocals, async (copy, run) => {
      await run(...tfaction.places, ...cluster);
      copy.write({ 'access.yaml': bounded('openhands', (text) => text.replace('region: ap-northeast-1', 'region: eu-west-1')), [storeFile]: (copy.files()[storeFile] ?? '').replace('ap-northeast-1', 'eu-west-1') });
      assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
      assert.match(at(copy, 'iam.tf'), /merge\(local\.common_tags, \{\n(?: {4}"bedrock-access\/.*\n)+ {2}\}\)/);
      assert.match(at(copy, 'iam.tf'), /"bedrock-access\/regions" += ".*eu-west-1/);
    });
  });

  test('tags that are a variable alone are merged with the owner tags', async () => {
    const byHand: Files = { ...inVariables, [`${target}/iam.tf`]: `variable "tags" {\n  type    = map(string)\n  default = { Project = "example" }\n}\n\n${user('bedrock', '"bedrock-openhands-user"', 'var.tags')}` };
    await inCheckout(byHand, async (copy, run) => {
      const { code, stderr } = await run(...tfaction.places, ...cluster);
      assert.equal(code, 0, stderr);
      assert.match(at(copy, 'iam.tf'), /tags = merge\(var\.tags, \{\n {4}"bedrock-access\/cluster"/);
      assert.match((await run(...tfaction.places, ...cluster)).stderr, /Nothing to change/);
    });
  });
});

suite('no declaration of an export is unused, none is missing, and terraform fmt has nothing to say', () => {
  for (const [index, mode] of modeNames.entries()) {
    const [layout, style] = [layoutNames[index % layoutNames.length] ?? 'literals', stylesOfDeclarations[(index + Math.floor(index / layoutNames.length)) % stylesOfDeclarations.length] ?? []];
    const styled = style.length === 0 ? 'no --style' : `--style ${style.join(' ')}`;
    test(`with ${mode}, beside targets with ${layout}, and ${styled}`, () => declaresWhatItUses(mode, layout, style));
  }

  test('in one module with others, in every style, and the removal leaves it as it was', async () => {
    const files: Files = { ...runningAs(plainRepositories, 'worker'), 'access.yaml': bounded('worker') };
    for (const style of ['literals', 'variables', 'locals']) {
      await inCheckout(files, async (copy, run) => {
        await exportedTwice(copy, run, { ...plain, styles: ['--style', `variables=${style}`] }, style);
        assert.equal(Object.values(copy.files()).some((text) => text.includes(style === 'locals' ? 'local.user_name' : 'var.user_name')), style !== 'literals');
        assert.deepEqual(await unusedIn(copy.files(), 'infra'), [], style);
        await takenAway(copy, run, plain.places, files);
      });
    }
  });
});
