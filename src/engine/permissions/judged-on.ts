import type { Access } from '../../access/types.ts';
import { storeOf } from '../../resources/stores/index.ts';
import { confinementOf } from './confinement.ts';

/** A call as it was denied: `resource` is what the request named, a name or an ARN. */
export interface DeniedCall {
  readonly action: string;
  readonly region: string;
  readonly resource?: string;
}

/**
 * The ARNs that AWS judges a call on, as a policy has to name them; the request names mostly less. Two where it depends on
 * whether the user or role exists: what does not exist yet has no path. Resource types of the Service Authorization Reference
 * ("Actions, resources, and condition keys for AWS IAM", "… for AWS Systems Manager").
 */
export function judgedOn({ action, region, resource = '*' }: DeniedCall, access: Access): readonly string[] {
  if (resource.startsWith('arn:')) return [resource];
  const { partition, account } = confinementOf(access);
  const { names } = access.spec;
  const [service, operation = ''] = action.split(':');
  if (service === 'iam' && resource !== '*') {
    const iam = `arn:${partition}:iam::${account}`;
    if (operation.includes('Role')) return operation === 'CreateRole' ? [`${iam}:role${names.path}${resource}`] : [...new Set([`${iam}:role${names.path}${resource}`, `${iam}:role/${resource}`])];
    if (/Policy(Version|Versions)?$/.test(operation) && !/UserPolic|PrincipalPolicy/.test(operation)) return [`${iam}:policy${names.path}${resource}`];
    if (operation.includes('OpenIDConnect')) return [`${iam}:oidc-provider/${resource.replace(/^https:\/\//, '')}`];
    // The request names a key, and its user is judged.
    const user = operation === 'GetAccessKeyLastUsed' ? names.user : resource;
    const withPath = `${iam}:user${names.path}${user}`;
    return operation === 'CreateUser' ? [withPath] : [...new Set([withPath, `${iam}:user/${user}`])];
  }
  if (service === 'secretsmanager') {
    const { arnOf } = storeOf({ service: 'SecretsManager' }).iam;
    // What does not exist yet has no six characters: a policy names them by wildcards in any case.
    return [operation === 'ListSecrets' ? '*' : arnOf(resource, { partition, account, region })];
  }
  if (service === 'ssm') {
    // A list has no resource of its own: it is judged on everything of the account in that region.
    return [operation === 'DescribeParameters' ? `arn:${partition}:ssm:${region}:${account}:*` : `arn:${partition}:ssm:${region}:${account}:parameter/${resource.replace(/^\//, '')}`];
  }
  if (service === 'rolesanywhere') {
    if (resource === '*' || operation === 'CreateProfile') return ['*'];
    return [`arn:${partition}:rolesanywhere:${region}:${account}:${operation.includes('TrustAnchor') ? 'trust-anchor' : 'profile'}/${resource}`];
  }
  // AWS chooses the id of what is made.
  if (action === 'bedrock:CreateInferenceProfile') return [`arn:${partition}:bedrock:${region}:${account}:application-inference-profile/*`];
  if (service === 'eks' || service === 'eks-auth') {
    const eks = `arn:${partition}:eks:${region}:${account}`;
    const [cluster = '', rest] = resource.split('/');
    if (rest === undefined) return [`${eks}:cluster/${cluster}`];
    return [operation === 'DescribeAddon' ? `${eks}:addon/${cluster}/${rest}/*` : `${eks}:podidentityassociation/${cluster}/${rest}`];
  }
  return [resource];
}
