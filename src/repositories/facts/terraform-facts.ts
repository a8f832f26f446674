import type { AccessKeyFact, ApplicationProfileFact, IssuerFact, ParameterFact, PrincipalFact, RegionFact, RepositoryFacts } from '../../checks/facts.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { policyFacts, principalOf } from './policy-facts.ts';
import { placeOfSpan, textOf, textsOf, writtenReference } from './text.ts';

export type TerraformFacts = Pick<RepositoryFacts, 'policies' | 'principals' | 'accessKeys' | 'parameters' | 'applicationProfiles' | 'issuers' | 'regions'>;

/** The facts of one Terraform target, its local modules included. */
export function terraformFacts(module: TerraformModule, target = module.directory): TerraformFacts {
  const own: TerraformFacts = {
    policies: policyFacts(module, target),
    principals: module.resources.flatMap((resource) => principalFact(resource, target)),
    accessKeys: module.resources.filter(({ type }) => type === 'aws_iam_access_key' || type === 'aws_iam_service_specific_credential').map((resource) => accessKeyFact(module, resource)),
    parameters: module.resources.flatMap((resource) => parameterFact(module, resource, target)),
    applicationProfiles: module.resources.flatMap((resource) => applicationProfileFact(resource, target)),
    issuers: module.resources.flatMap(issuerFact),
    regions: regionFacts(module),
  };
  return [...module.modules.values()].map((inner) => terraformFacts(inner, target)).reduce(mergeTerraformFacts, own);
}

export function mergeTerraformFacts(a: TerraformFacts, b: TerraformFacts): TerraformFacts {
  return {
    policies: [...a.policies, ...b.policies],
    principals: [...a.principals, ...b.principals],
    accessKeys: [...a.accessKeys, ...b.accessKeys],
    parameters: [...a.parameters, ...b.parameters],
    applicationProfiles: [...a.applicationProfiles, ...b.applicationProfiles],
    issuers: [...a.issuers, ...b.issuers],
    regions: [...a.regions, ...b.regions],
  };
}

function principalFact(resource: TerraformResource, target: string): PrincipalFact[] {
  if (resource.mode !== 'managed' || (resource.type !== 'aws_iam_user' && resource.type !== 'aws_iam_role')) return [];
  const text = (name: string) => textOf(resource.attribute(name), placeOfSpan(resource.placeOf(name)));
  const [name, path, permissionsBoundary] = [text('name'), text('path'), text('permissions_boundary')];
  return [
    {
      address: resource.address,
      kind: resource.type === 'aws_iam_user' ? 'user' : 'role',
      ...(name ? { name } : {}),
      ...(path ? { path } : {}),
      ...(permissionsBoundary ? { permissionsBoundary } : {}),
      place: placeOfSpan(resource.placeOf()),
      target,
    },
  ];
}

function issuerFact(resource: TerraformResource): IssuerFact[] {
  const url = resource.type === 'aws_iam_openid_connect_provider' ? textOf(resource.attribute('url'), placeOfSpan(resource.placeOf('url'))) : undefined;
  if (url === undefined) return [];
  return [{ address: resource.mode === 'data' ? `data.${resource.type}.${resource.name}` : resource.address, url, audiences: textsOf(resource.attribute('client_id_list'), () => placeOfSpan(resource.placeOf('client_id_list'))), place: placeOfSpan(resource.placeOf()) }];
}

function accessKeyFact(module: TerraformModule, resource: TerraformResource): AccessKeyFact {
  const user = principalOf(module, resource.attribute(resource.type === 'aws_iam_access_key' ? 'user' : 'user_name'), 'aws_iam_user');
  return { address: resource.address, ...(user === undefined ? {} : { user }), place: placeOfSpan(resource.placeOf()) };
}

function parameterFact(module: TerraformModule, resource: TerraformResource, target: string): ParameterFact[] {
  if (resource.mode !== 'managed' || (resource.type !== 'aws_ssm_parameter' && resource.type !== 'aws_secretsmanager_secret')) return [];
  const name = textOf(resource.attribute('name'), placeOfSpan(resource.placeOf('name')));
  if (!name) return [];
  const isSecret = resource.type === 'aws_secretsmanager_secret';
  const type = isSecret ? 'secret' : resource.attribute('type');
  const valueReference = isSecret ? valueOfSecret(module, resource) : (writtenReference(resource, 'value') ?? writtenReference(resource, 'value_wo'));
  const region = module.providers.find((provider) => provider.block.labels[0] === 'aws' && provider.attribute('alias') === undefined)?.attribute('region');
  return [
    {
      address: resource.address,
      service: isSecret ? 'SecretsManager' : 'ParameterStore',
      name,
      type: typeof type === 'string' ? type : '',
      ...(valueReference === undefined ? {} : { valueReference }),
      ...(typeof region === 'string' ? { region } : {}),
      place: placeOfSpan(resource.placeOf()),
      target,
    },
  ];
}

/** The value of a secret is a resource of its own, which refers to it. */
function valueOfSecret(module: TerraformModule, secret: TerraformResource): string | undefined {
  const version = module.resources.find((resource) => resource.type === 'aws_secretsmanager_secret_version' && ['id', 'arn'].some((attribute) => writtenReference(resource, 'secret_id') === `${secret.address}.${attribute}`));
  return version === undefined ? undefined : (writtenReference(version, 'secret_string') ?? writtenReference(version, 'secret_string_wo'));
}

function applicationProfileFact(resource: TerraformResource, target: string): ApplicationProfileFact[] {
  if (resource.mode !== 'managed' || resource.type !== 'aws_bedrock_inference_profile') return [];
  const [source] = resource.nested('model_source');
  const copyOf = textOf(source?.attribute('copy_from'), placeOfSpan(source?.block.body.attributes.get('copy_from')?.expression.span ?? resource.placeOf()));
  return copyOf === undefined ? [] : [{ address: resource.address, copyOf, place: placeOfSpan(resource.placeOf()), target }];
}

/** Provider regions, and variables that are named like a region. */
function regionFacts(module: TerraformModule): RegionFact[] {
  const facts: RegionFact[] = [];
  for (const provider of module.providers.filter(({ block }) => block.labels[0] === 'aws')) {
    const written = provider.block.body.attributes.get('region');
    const region = textOf(provider.attribute('region'), placeOfSpan(written?.expression.span ?? provider.block.span));
    if (region) facts.push({ region, purpose: 'provider', where: 'provider "aws"' });
  }
  for (const variable of module.variables.values()) {
    if (!/region/i.test(variable.name)) continue;
    const written = variable.block.body.attributes.get('default');
    const region = textOf(variable.value, placeOfSpan(written?.expression.span ?? variable.block.span));
    if (region?.known) facts.push({ region, purpose: 'variable', where: `variable "${variable.name}"` });
  }
  return facts;
}
