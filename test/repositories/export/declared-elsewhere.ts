/** Targets that keep names and tags in variables or in locals, and what is asked of an export beside them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cluster, inCheckout, tfaction } from './exported.ts';
import { declarationFor, keylessTfactionRepositories, tfactionRepositories, withoutKeys, type Files } from './repositories.ts';
import { unusedIn } from './unused-declarations.ts';

export const storeFile = 'cluster/argoproj/external-secrets-operator/store/parameter-store.yaml';
export const target = 'infra/terraform/aws/openhands';

export const variable = (name: string, value: string, description?: string): string => `variable "${name}" {\n${description === undefined ? '' : `  description = "${description}"\n`}  type${description === undefined ? '   ' : '       '} = string\n  default${description === undefined ? '' : '    '} = "${value}"\n}\n`;

/** The repositories whose two targets keep names, tags and the provider's region elsewhere. */
function kept(write: (name: string) => Files): Files {
  const others = Object.fromEntries(Object.entries(tfactionRepositories).filter(([path]) => !/aws\/(ledger|mailer)\/(iam|ssm)\.tf$/.test(path)));
  return { ...others, ...write('ledger'), ...write('mailer'), 'access.yaml': bounded('openhands') };
}

export const user = (name: string, value: string, tags: string): string => `resource "aws_iam_user" "${name}" {\n  name = ${value}\n  path = "/service/"\n  tags = ${tags}\n}\n`;

export const inVariables = kept((name) => ({
  [`infra/terraform/aws/${name}/provider.tf`]: 'provider "aws" {\n  region = var.aws_region\n}\n',
  [`infra/terraform/aws/${name}/variables.tf`]: [variable('aws_region', 'ap-northeast-1', 'Region'), variable(`${name}_user_name`, `${name}-user`, 'User'), variable('token_parameter', `${name}-token`, 'Parameter'), 'variable "tags" {\n  description = "Tags"\n  type        = map(string)\n\n  default = {\n    Project = "example"\n  }\n}\n', variable('bucket', `${name}-bucket`, 'No name of an access')].join('\n'),
  [`infra/terraform/aws/${name}/iam.tf`]: user(name, `var.${name}_user_name`, 'var.tags'),
  [`infra/terraform/aws/${name}/ssm.tf`]: 'resource "aws_ssm_parameter" "token" {\n  name  = var.token_parameter\n  type  = "SecureString"\n  value = "later"\n  tags  = var.tags\n}\n\nresource "aws_s3_bucket" "b" {\n  bucket = var.bucket\n}\n',
}));

export const inLocals = kept((name) => ({
  [`infra/terraform/aws/${name}/iam.tf`]: `locals {\n  user_name   = "${name}-user"\n  common_tags = { Project = "example" }\n}\n\n${user(name, 'local.user_name', `merge(local.common_tags, { Name = "${name}" })`)}`,
}));

export const inPieces = kept((name) => ({
  [`infra/terraform/aws/${name}/variables.tf`]: variable('app', name),
  [`infra/terraform/aws/${name}/iam.tf`]: user(name, '"svc-${var.app}-user"', '{ Project = "example" }'),
}));

/** A declaration with a permissions boundary, which `check` asks for. */
export function bounded(name: 'openhands' | 'worker', change: (text: string) => string = (text) => text): string {
  return change(declarationFor(name, (text) => text.replace('  models:', '  permissionsBoundary: arn:aws:iam::123456789012:policy/workloads\n  models:')));
}

const modes = {
  'an access key': { files: tfactionRepositories, access: declarationFor('openhands') },
  'a pair of parameters': { files: tfactionRepositories, access: declarationFor('openhands', (text) => text.replace('accessKey:\n', 'accessKey:\n      layout: pair\n')) },
  'a secret of Secrets Manager': { files: { ...tfactionRepositories, [storeFile]: (tfactionRepositories[storeFile] ?? '').replace('ParameterStore', 'SecretsManager') }, access: declarationFor('openhands', (text) => text.replace('service: ParameterStore', 'service: SecretsManager')) },
  'a key that Terraform makes': { files: tfactionRepositories, access: declarationFor('openhands'), styles: ['--keys', 'terraform'] },
  'an application profile': { files: tfactionRepositories, access: declarationFor('openhands', (text) => text.replace('role: default', 'role: default, applicationProfile: true')) },
  'an API key': { files: withoutKeys(tfactionRepositories), access: declarationFor('openhands', (text) => text.replace('accessKey:', 'apiKey:').replace('client: openhands', 'client: boto3')) },
  'web identity': { files: keylessTfactionRepositories, access: keyless('webIdentity: { issuer: "https://oidc.lolice.example", serviceAccount: openhands }') },
  'Pod Identity': { files: keylessTfactionRepositories, access: keyless('podIdentity: { cluster: lolice, region: us-east-2, serviceAccount: openhands }') },
  'a certificate': { files: withoutKeys(tfactionRepositories), access: keyless('rolesAnywhere: { trustAnchor: "arn:aws:rolesanywhere:us-east-2:123456789012:trust-anchor/0f1d1e7a-5c1b-4a55-9d0e-0a4f7f0b6c11", issuer: { name: platform } }') },
  'a session': { files: withoutKeys(tfactionRepositories), access: keyless('session: { renewer: "arn:aws:iam::123456789012:role/renewer", delivery: credential-process }') },
} as const;

function keyless(mode: string): string {
  return declarationFor('openhands', (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    ${mode}\n`).replace('client: openhands', 'client: aws-sdk'));
}

const layouts = { literals: tfactionRepositories, variables: inVariables, locals: inLocals, pieces: inPieces } as const;

export const modeNames = ['an access key', 'a pair of parameters', 'a secret of Secrets Manager', 'a key that Terraform makes', 'an application profile', 'an API key', 'web identity', 'Pod Identity', 'a session', 'a certificate'] as const;
export const layoutNames = ['literals', 'variables', 'locals', 'pieces'] as const;

/** Words of `--style`. */
export const stylesOfDeclarations: readonly (readonly string[])[] = [[], ['variables=variables', 'policy=document'], ['variables=locals', 'partition=literal', 'tags=Team:ai;Cost centre:7'], ['variables=literals']];

/** Nothing that is declared is unused, nothing is missing, `terraform fmt` is content, a second run changes nothing, and a removal leaves nothing. */
export async function declaresWhatItUses(mode: (typeof modeNames)[number], layout: (typeof layoutNames)[number], style: readonly string[]): Promise<void> {
  const { files, access, ...more } = modes[mode];
  const what = `${mode}, ${layout}, ${style.join(' ')}`;
  const terraform = Object.fromEntries(Object.entries(layouts[layout]).filter(([path]) => path.startsWith('infra/')));
  const repositories: Files = { ...Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('infra/'))), ...terraform, 'access.yaml': access };
  await inCheckout(repositories, async (copy, run) => {
    const styles = [...('styles' in more ? more.styles : []), ...style.flatMap((word) => ['--style', word])];
    const { code, stderr } = await run(...tfaction.places, ...cluster, ...styles);
    assert.equal(code, 0, `${what}: ${stderr}`);
    assert.deepEqual(await unusedIn(copy.files(), target), [], what);
    assert.match((await run(...tfaction.places, ...cluster, ...styles)).stderr, /Nothing to change/, what);
    if (existsSync('/usr/local/bin/terraform')) assert.equal(execFileSync('terraform', ['fmt', '-check', '-diff', '-recursive', target], { cwd: copy.directory, encoding: 'utf8', env: { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' } }), '', what);
    await run('--remove', ...tfaction.places);
    assert.deepEqual(await unusedIn(copy.files(), target), [], `${what}, removed`);
    await run('--remove', ...tfaction.places);
    assert.deepEqual(Object.keys(copy.files()).filter((path) => path.startsWith(target)), [], `${what}, removed`);
  });
}
