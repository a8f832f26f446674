/** What export writes, judged by Terraform itself with the schema of the AWS provider: every block, argument, type and reference. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { checkout } from '../../repositories/export/checkout.ts';
import { cluster, inCheckout } from '../../repositories/export/exported.ts';
import { declarationFor, plainRepositories, runningAs, tfactionRepositories, withoutKeys, type Files } from '../../repositories/export/repositories.ts';
import { administrator } from '../../scenarios/keyless-world.ts';
import { realParts, report } from '../parts.ts';
import { providerSchema, startSchemaProvider, type SchemaProvider } from './schema-provider.ts';

type App = 'openhands' | 'worker';

interface Mode {
  readonly mode: string;
  readonly declare: (app: App) => string;
  /** The store of the manifests reads Secrets Manager. */
  readonly secretsManager?: true;
  /** The pods run as their own ServiceAccount. */
  readonly serviceAccount?: true;
  /** Another target of the repository has it. */
  readonly elsewhere?: string;
  readonly argv?: readonly string[];
}

const issuer = 'https://oidc.lolice.example';
const withKey = (app: App, change: (text: string) => string = (text) => text): string => declarationFor(app, (text) => change(text.replace('client: openhands', 'client: boto3')));
const withoutKey = (app: App, mode: string): string => declarationFor(app, (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    ${mode}\n  permissionsBoundary: arn:aws:iam::123456789012:policy/workloads\n`).replace('client: openhands', 'client: aws-sdk'));
const inSecretsManager = (text: string): string => text.replace('name: aws, region', 'name: aws, service: SecretsManager, region').replace('service: ParameterStore', 'service: SecretsManager').replace('      layout: pair\n', '');
const ownProfile = (text: string): string => text.replace('models: [eu.anthropic.claude-sonnet-4-6]', 'models: [{ id: eu.anthropic.claude-sonnet-4-6, role: default }]').replace('role: default', 'role: default, applicationProfile: true');
const pair = (text: string): string => text.replace('    accessKey:\n', '    accessKey:\n      layout: pair\n').replace('layout: pair\n      layout: pair', 'layout: pair');
const keysInTerraform = ['--keys', 'terraform'];

const modes: readonly Mode[] = [
  { mode: 'an access key that the program makes', declare: (app) => withKey(app) },
  { mode: 'an access key in Terraform, in one parameter', declare: (app) => withKey(app, (text) => text.replace('      layout: pair\n', '')), argv: keysInTerraform },
  { mode: 'an access key in Terraform, in a pair of parameters', declare: (app) => withKey(app, pair), argv: keysInTerraform },
  { mode: 'an access key in Terraform, in Secrets Manager under a key of KMS', declare: (app) => `${withKey(app, inSecretsManager)}  parameterKmsKeyId: alias/bedrock\n`, secretsManager: true, argv: keysInTerraform },
  { mode: 'an application profile, its ARN in a parameter', declare: (app) => withKey(app, ownProfile) },
  { mode: 'an application profile, its ARN in Secrets Manager', declare: (app) => withKey(app, (text) => inSecretsManager(ownProfile(text))), secretsManager: true },
  { mode: 'an API key', declare: (app) => withKey(app, (text) => text.replace('accessKey:', 'apiKey:').replace('      layout: pair\n', '')) },
  { mode: 'a role by web identity, its issuer made with it', declare: (app) => withoutKey(app, `webIdentity: { issuer: "${issuer}", serviceAccount: ${app} }`), serviceAccount: true },
  { mode: 'a role by web identity, its issuer made elsewhere', declare: (app) => withoutKey(app, `webIdentity: { issuer: "${issuer}", serviceAccount: ${app} }`), serviceAccount: true, elsewhere: `provider "aws" {\n  region = "ap-northeast-1"\n}\n\nresource "aws_iam_openid_connect_provider" "cluster" {\n  url            = "${issuer}"\n  client_id_list = ["sts.amazonaws.com"]\n}\n` },
  { mode: 'a role by EKS Pod Identity, the cluster in another region', declare: (app) => withoutKey(app, `podIdentity: { cluster: lolice, region: us-east-2, serviceAccount: ${app} }`), serviceAccount: true },
  { mode: 'a role for a certificate, the trust anchor in another region', declare: (app) => withoutKey(app, 'rolesAnywhere: { trustAnchor: "arn:aws:rolesanywhere:us-east-2:123456789012:trust-anchor/0f1d1e7a-5c1b-4a55-9d0e-0a4f7f0b6c11", issuer: { name: platform } }') },
  { mode: 'renewed sessions', declare: (app) => withoutKey(app, `session: { renewer: "${administrator}", delivery: credential-process }`) },
];

interface Target {
  readonly target: string;
  readonly app: App;
  readonly files: Files;
  readonly terraform: string;
  readonly manifests: string;
  readonly argv?: readonly string[];
}

const manifestsAlone: Files = Object.fromEntries(Object.entries(tfactionRepositories).filter(([path]) => path.startsWith('cluster/')));
const inManifests = { app: 'openhands', manifests: 'cluster/argoproj/openhands' } as const;
const targets: readonly Target[] = [
  { target: 'a new target of tfaction', ...inManifests, files: tfactionRepositories, terraform: 'infra/terraform/aws/openhands' },
  { target: 'a root module that is there', app: 'worker', files: plainRepositories, terraform: 'infra', manifests: 'manifests' },
  { target: 'a new root module', ...inManifests, files: manifestsAlone, terraform: 'infra/openhands' },
  { target: 'a new module for others to call', ...inManifests, files: manifestsAlone, terraform: 'infra/modules/openhands', argv: ['--style', 'skeleton=module'] },
];

const styles: readonly (readonly string[])[] = [
  ['policy=document', 'partition=data'],
  ['policy=document', 'partition=literal', 'comments=none'],
  ['policy=jsonencode', 'partition=literal', 'comments=en', 'tags=Team:ai;Cost centre:${7};"quoted":%{x}'],
  ['variables=variables', 'tags=Team:ai;Cost centre:7', 'policy=document'],
  ['variables=locals', 'tags=Team:ai;Cost centre:${7}'],
  ['iam-names=snake', 'iam-path=/x/y/', 'parameter-name=/lolice/{app}/{THING}', 'iam-file=bedrock.tf', 'parameter-file=bedrock.tf'],
];

interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
  readonly snippet?: { readonly code: string };
}

let provider: SchemaProvider;
const seen = new Set<string>();

/** Errors and warnings of `terraform validate`, a line each. */
async function validated(directory: string): Promise<readonly string[]> {
  const environment = { ...process.env, ...provider.variables, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' };
  // It exits with 1 where it finds an error.
  const output = await new Promise<string>((resolve) => void execFile(realParts().terraform, ['validate', '-json', '-no-color'], { cwd: directory, env: environment }, (_error, stdout, stderr) => resolve(stdout === '' ? stderr : stdout)));
  const { diagnostics }: { diagnostics: readonly Diagnostic[] } = JSON.parse(output);
  return diagnostics.map(({ severity, summary, detail, snippet }) => `${severity}: ${summary}: ${detail} | ${snippet?.code.trim() ?? ''}`);
}

function filesOf({ files, app, terraform }: Target, { declare, serviceAccount, secretsManager, elsewhere: other }: Mode): Files {
  // `plain` is one module: what is elsewhere in it has its provider already.
  const [folder, text] = terraform === 'infra' ? ['infra', other?.replace(/^provider [^}]*\}\n\n/, '')] : [`${terraform}/../other`, other];
  const stored = secretsManager === true ? Object.fromEntries(Object.entries(files).map(([path, each]) => [path, each.replace('service: ParameterStore', 'service: SecretsManager')])) : files;
  return {
    ...(serviceAccount === true ? runningAs(stored, app) : withoutKeys(stored)),
    ...(serviceAccount === true && app === 'openhands' ? { 'cluster/argoproj/openhands/service-account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: openhands\n  namespace: openhands\n' } : {}),
    ...(text === undefined ? {} : { [join(folder, 'issuer.tf')]: text }),
    'access.yaml': declare(app),
  };
}

async function exportedAndValidated(target: Target, mode: Mode, style: readonly string[]): Promise<void> {
  await inCheckout(filesOf(target, mode), async (copy, run) => {
    const argv = ['--terraform', target.terraform, '--manifests', target.manifests, ...(target.argv ?? []), ...(mode.argv ?? [])];
    const styled = style.flatMap((key) => ['--style', key]);
    const exported = await run(...argv, ...cluster, ...styled);
    assert.equal(exported.code, 0, exported.stderr);
    const text = Object.entries(copy.files()).filter(([path]) => path.startsWith(`${target.terraform}/`)).map(([, each]) => each).join('\n');
    for (const [, kind = '', type = ''] of text.matchAll(/^(resource|data) "(\w+)"/gm)) seen.add(`${kind} ${type}`);
    const found = await validated(join(copy.directory, target.terraform));
    const told = { chapter: 'Terraform: `validate` of what export writes', behaviour: [mode.mode, ...style].join(', ') };
    if (found.length > 0) report({ ...told, parts: { [target.target]: 'different' }, answers: { terraform: found } });
    else if (style.length === 0) report({ ...told, parts: { [target.target]: 'same' } });
    assert.deepEqual(found, [], text);
    // The first of the two merges of a removal is applied too.
    assert.equal((await run('--remove', ...argv, ...styled)).code, 0);
    assert.deepEqual(await validated(join(copy.directory, target.terraform)), [], 'what the removal leaves');
  });
}

suite('terraform validate', () => {
  before(async () => void (provider = await startSchemaProvider()));
  after(() => provider.close());

  for (const mode of modes) {
    for (const target of targets) {
      test(`exported HCL passes terraform validate: ${mode.mode}, in ${target.target}`, () => exportedAndValidated(target, mode, []));
    }
    for (const style of styles) {
      test(`exported HCL passes terraform validate: ${mode.mode}, style ${style.join(' ')}`, async () => {
        await Promise.all(targets.slice(0, 2).map((target) => exportedAndValidated(target, mode, style)));
      });
    }
  }

  test('every type that the schema describes was written by one of these exports', () => {
    assert.deepEqual([...seen].sort(), [...Object.keys(providerSchema.dataSources).map((type) => `data ${type}`), ...Object.keys(providerSchema.resources).map((type) => `resource ${type}`)].sort());
  });

  test('what is wrong does not pass: each defect in an exported module is named', async () => {
    const [target] = targets;
    assert.ok(target);
    const mode: Mode = { mode: '', declare: (app) => withKey(app), argv: keysInTerraform };
    await inCheckout(filesOf(target, mode), async (copy, run) => {
      assert.equal((await run('--terraform', target.terraform, '--manifests', target.manifests, ...keysInTerraform, ...cluster)).code, 0);
      const written = Object.fromEntries(Object.entries(copy.files()).filter(([path]) => path.startsWith(`${target.terraform}/`) && path.endsWith('.tf')));
      assert.deepEqual(await validated(join(copy.directory, target.terraform)), []);
      const defects: readonly (readonly [string, RegExp, string, RegExp])[] = [
        ['an argument that is misspelt', /^ {2}path( +)=/m, '  pth$1=', /Unsupported argument/],
        ['a required argument that is missing', /^ {2}policy_arn +=.*\n/m, '', /Missing required argument: The argument "policy_arn" is required/],
        ['a reference to nothing', /aws_iam_access_key\.(\w+)\.secret/, 'aws_iam_access_key.other.secret', /Reference to undeclared resource/],
        ['a reference to an attribute that there is not', /(aws_iam_access_key\.\w+)\.secret/, '$1.secrets', /Unsupported attribute/],
        ['what only AWS tells', /^ {2}path( +)=/m, '  arn$1=', /Value for unconfigurable attribute/],
        ['a value of another type', /^ {2}tags = \{[^}]*\}/m, '  tags = ["a"]', /Incorrect attribute value type/],
        ['a type that there is not', /resource "aws_iam_user_policy_attachment"/, 'resource "aws_iam_user_policy_attached"', /Invalid resource type/],
        ['two blocks of one name', /(resource "aws_iam_user" "\w+" \{)/, '$1\n  name = "twice"\n', /Attribute redefined/],
      ];
      for (const [what, pattern, replacement, says] of defects) {
        const place = Object.keys(written).find((path) => pattern.test(written[path] ?? ''));
        assert.ok(place, `${what}: nothing to break`);
        const other = checkout({ ...written, [place]: (written[place] ?? '').replace(pattern, replacement) });
        try {
          assert.match((await validated(join(other.directory, target.terraform))).join('\n'), says, what);
        } finally {
          other.remove();
        }
      }
    });
  });
});
