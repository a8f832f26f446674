import type { Aws } from '../../../src/aws/types.ts';
import { parsePolicy } from '../../../src/policy/parse.ts';
import { isRecord as isObject } from '../../../src/repositories/export/yaml-change.ts';
import { PartialText, Unknown, type Value } from '../../../src/repositories/hcl/value.ts';
import { readTerraformModule } from '../../../src/repositories/terraform/read-module.ts';
import type { TerraformResource } from '../../../src/repositories/terraform/types.ts';
import { Secret } from '../../../src/secret.ts';

/** What `terraform apply` would do with the module: issuers, users, roles, policies, attachments. */
export async function playTerraform(directory: string, aws: Aws): Promise<void> {
  const { account } = await aws.sts.getCallerIdentity();
  const module = await readTerraformModule(directory);
  const of = (type: string) => module.resources.filter((resource) => resource.mode === 'managed' && resource.type === type);
  const text = (value: Value | undefined): string => (value instanceof PartialText || value instanceof Unknown ? value.toString().replaceAll('${data.aws_caller_identity.current.account_id}', account) : typeof value === 'string' ? value : '');
  const tagsOf = (value: Value | undefined): Record<string, string> => Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, tag]) => [key, text(typeof tag === 'string' ? tag : undefined)]));
  for (const user of of('aws_iam_user')) await aws.iam.createUser({ name: text(user.attribute('name')), path: text(user.attribute('path')), tags: tagsOf(user.attribute('tags')) });
  const arns = new Map<string, string>();
  const profiles = new Map<string, string>();
  const regionOf = (resource: TerraformResource): string => {
    const provider = resource.attribute('provider');
    const alias = provider instanceof Unknown ? provider.reference?.split('.')[1] : undefined;
    return text(module.providers.find(({ attribute }) => attribute('alias') === alias)?.attribute('region'));
  };
  for (const profile of of('aws_bedrock_inference_profile')) {
    const { arn } = await aws.bedrock(regionOf(profile)).createInferenceProfile({ name: text(profile.attribute('name')), description: text(profile.attribute('description')), copyFrom: text(profile.nested('model_source')[0]?.attribute('copy_from')), tags: tagsOf(profile.attribute('tags')), clientRequestToken: profile.name.replaceAll('_', '-') });
    profiles.set(`aws_bedrock_inference_profile.${profile.name}`, arn);
  }
  /** The whole ARN that a value names by reference. */
  const profileIn = (value: Value | undefined): string | undefined => [...profiles].find(([address]) => value instanceof PartialText && value.toString().includes(`\${${address}.id}`))?.[1];
  for (const parameter of of('aws_ssm_parameter')) {
    const arn = profileIn(parameter.attribute('value'));
    if (arn !== undefined) await aws.ssm(regionOf(parameter)).putParameter({ name: text(parameter.attribute('name')), value: new Secret(arn), description: text(parameter.attribute('description')), overwrite: false });
  }
  for (const provider of of('aws_iam_openid_connect_provider')) {
    const audiences = provider.attribute('client_id_list');
    arns.set(`\${${provider.address}.arn}`, await aws.webIdentity.createProvider({ issuer: text(provider.attribute('url')), audience: text(Array.isArray(audiences) ? audiences[0] : undefined), tags: tagsOf(provider.attribute('tags')) }));
  }
  for (const provider of module.resources.filter(({ mode, type }) => mode === 'data' && type === 'aws_iam_openid_connect_provider')) {
    arns.set(`\${${provider.address}.arn}`, `arn:aws:iam::${account}:oidc-provider/${text(provider.attribute('url')).replace('https://', '')}`);
  }
  const documentOf = (value: Value | undefined): unknown => JSON.parse(JSON.stringify(value, (_key, inner: unknown) => (inner instanceof PartialText || inner instanceof Unknown ? (profileIn(inner) ?? arns.get(inner instanceof Unknown ? `\${${inner.reference ?? ''}}` : '') ?? text(inner)) : inner)));
  for (const role of of('aws_iam_role')) {
    const seconds = role.attribute('max_session_duration');
    await aws.webIdentity.createRole({ name: text(role.attribute('name')), path: text(role.attribute('path')), description: text(role.attribute('description')), trust: parsePolicy(documentOf(role.attribute('assume_role_policy'))), tags: tagsOf(role.attribute('tags')), ...(typeof seconds === 'number' ? { maxSessionSeconds: seconds } : {}) });
  }
  for (const version of of('aws_secretsmanager_secret_version')) {
    const arn = profileIn(version.attribute('secret_string'));
    const secret = of('aws_secretsmanager_secret').find(({ name }) => name === version.name);
    if (arn === undefined || secret === undefined) continue;
    await aws.secretsManager(regionOf(secret)).createSecret({ name: text(secret.attribute('name')), value: new Secret(arn), versionId: 't'.repeat(32), description: text(secret.attribute('description')), tags: tagsOf(secret.attribute('tags')) });
  }
  for (const policy of of('aws_iam_policy')) {
    const document = parsePolicy(documentOf(policy.attribute('policy')));
    const made = await aws.iam.createPolicy({ name: text(policy.attribute('name')), path: text(policy.attribute('path')), description: text(policy.attribute('description')), document, tags: tagsOf(policy.attribute('tags')) });
    arns.set(`\${${policy.address}.arn}`, made.arn);
  }
  for (const association of of('aws_eks_pod_identity_association')) {
    const role = association.attribute('role_arn');
    const name = role instanceof Unknown ? text(of('aws_iam_role').find(({ address }) => role.reference === `${address}.arn`)?.attribute('name')) : '';
    const { arn = '' } = (await aws.webIdentity.getRole(name)) ?? {};
    await aws.eks(regionOf(association)).createAssociation({ cluster: text(association.attribute('cluster_name')), namespace: text(association.attribute('namespace')), serviceAccount: text(association.attribute('service_account')), roleArn: arn, token: association.name, tags: tagsOf(association.attribute('tags')) });
  }
  for (const profile of of('aws_rolesanywhere_profile')) {
    const [role] = [profile.attribute('role_arns')].flat();
    const name = role instanceof Unknown ? text(of('aws_iam_role').find(({ address }) => role.reference === `${address}.arn`)?.attribute('name')) : '';
    const { arn = '' } = (await aws.webIdentity.getRole(name)) ?? {};
    await aws.rolesAnywhere(regionOf(profile)).createProfile({ name: text(profile.attribute('name')), roleArns: [arn], durationSeconds: Number(profile.attribute('duration_seconds')), tags: tagsOf(profile.attribute('tags')) });
  }
  for (const attachment of of('aws_iam_user_policy_attachment')) await aws.iam.attachUserPolicy(text(attachment.attribute('user')), arns.get(text(attachment.attribute('policy_arn'))) ?? '');
  for (const attachment of of('aws_iam_role_policy_attachment')) await aws.webIdentity.attachPolicy(text(attachment.attribute('role')), arns.get(text(attachment.attribute('policy_arn'))) ?? '');
}
