import { parseArn } from '../bedrock/arn.ts';
import { listOf } from './document.ts';
import { evaluate } from './evaluate.ts';
import type { AuthorizationRequest, NamedPolicy, PolicyDocument, PolicyStatement } from './types.ts';

/** In `open`: the role can be assumed from everywhere. */
export const anyPrincipal = 'any principal of any AWS account';

/** In `open`: IAM Roles Anywhere hands the role out for certificates that nobody chose. */
export const anyCertificate = 'every certificate of a trust anchor of IAM Roles Anywhere';

/** Of tokens that nobody has heard of: a cluster's, and a CI's. */
export const strangeSubjects: readonly string[] = ['system:serviceaccount:stranger:stranger', 'repo:stranger/stranger:ref:refs/heads/main'];

/** Whom a role's trust policy lets assume it. */
export interface Trust {
  /** Everybody that is not meant, in words: `any principal of any AWS account`. Empty when the role is not open. */
  readonly open: readonly string[];
  /** Everybody that an Allow names, with what narrows it: `arn:aws:iam::123456789012:user/eso (with conditions on sts:ExternalId)`. */
  readonly named: readonly string[];
}

/**
 * Reads a trust policy by asking the evaluator for a stranger: a user of another account, a subject of the identity
 * provider that nobody has heard of, and a certificate of a name that nobody chose. A condition that a stranger meets
 * narrows nothing, and a Deny counts.
 */
export function trustOf(role: string, trust: PolicyDocument): Trust {
  const allows = trust.Statement.filter(({ Effect }) => Effect === 'Allow');
  const providers = [...new Set(allows.flatMap(federatedOf))].filter((provider) => strangerOfProvider(role, trust, provider));
  return {
    open: [...(strangerOfAws(role, trust) ? [anyPrincipal] : []), ...providers.map((provider) => `every identity of the identity provider ${provider}`), ...(strangerOfCertificates(role, trust) ? [anyCertificate] : [])],
    named: [...new Set(allows.flatMap(principalsOf))],
  };
}

/** Account ids beginning with zeros are nobody's here; what a caller chooses (session name, MFA) is chosen to fit. */
function strangerOfAws(role: string, trust: PolicyDocument): boolean {
  const { partition = 'aws', account = '' } = parseArn(role) ?? {};
  const stranger = account === '000000000000' ? '000000000001' : '000000000000';
  const principal = `arn:${partition}:iam::${stranger}:user/stranger`;
  // Across accounts the trust policy must allow whatever the identity's own policies say.
  return allows(trust, [anything], {
    principal,
    action: 'sts:AssumeRole',
    resource: role,
    context: {
      'aws:PrincipalArn': principal,
      'aws:PrincipalAccount': stranger,
      'aws:PrincipalType': 'User',
      'aws:username': 'stranger',
      'aws:SecureTransport': 'true',
      'aws:MultiFactorAuthPresent': 'true',
      'aws:SourceIp': '203.0.113.7', // RFC 5737: documentation
      'sts:RoleSessionName': 'stranger',
    },
  });
}

/** `oidc.eks.us-west-2.amazonaws.com/id/ABC`, with a subject of its own choice for any audience that the policy names (IAM user guide, "Available keys for AWS OIDC federation"). */
function strangerOfProvider(role: string, trust: PolicyDocument, provider: string): boolean {
  const { partition = 'aws', account = '', resource = '' } = parseArn(provider) ?? {};
  const issuer = /^oidc-provider\/(.+)$/.exec(resource)?.[1];
  if (issuer === undefined) return false;
  // A provider is of the role's own account; there the trust policy alone decides.
  const own = `arn:${partition}:iam::${account}:role/${role.split('/').at(-1) ?? ''}`;
  const audiences = conditionedOn(`${issuer}:aud`, trust);
  return ['sts.amazonaws.com', ...audiences].some((audience) =>
    strangeSubjects.some((subject) =>
      allows(trust, [], { principal: provider, action: 'sts:AssumeRoleWithWebIdentity', resource: own, context: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subject, 'sts:RoleSessionName': 'stranger' } }),
    ),
  );
}

const certificateService = 'rolesanywhere.amazonaws.com';

/** Of whatever trust anchor the policy names, or of any (IAM Roles Anywhere user guide, "Trust model"). */
function strangerOfCertificates(role: string, trust: PolicyDocument): boolean {
  const { partition = 'aws', account = '' } = parseArn(role) ?? {};
  // Who lets everybody in is open to more than certificates.
  if (!trust.Statement.some(({ Effect, Principal }) => Effect === 'Allow' && Principal !== undefined && Principal !== '*' && listOf(Principal['Service']).includes(certificateService))) return false;
  return [`arn:${partition}:rolesanywhere:us-east-1:${account}:trust-anchor/stranger`, ...conditionedOn('aws:SourceArn', trust)].some((anchor) =>
    // A service has no policies of its own: the trust policy alone decides.
    allows(trust, [], {
      principal: certificateService,
      action: 'sts:AssumeRole',
      resource: role,
      context: { 'aws:SourceArn': anchor, 'aws:SourceAccount': account, 'aws:PrincipalTag/x509Subject/CN': 'stranger', 'aws:PrincipalTag/x509Issuer/CN': 'stranger', 'sts:SourceIdentity': 'stranger', 'sts:RoleSessionName': 'stranger' },
    }),
  );
}

/** The values that the policy compares a condition key with; keys are not told apart by case. */
function conditionedOn(key: string, { Statement }: PolicyDocument): readonly string[] {
  return Statement.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap((block) => Object.entries(block).flatMap(([name, values]) => (name.toLowerCase() === key.toLowerCase() ? listOf(values) : []))));
}

const anything: NamedPolicy = { name: 'any identity policy', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

function allows(trust: PolicyDocument, identity: readonly NamedPolicy[], request: AuthorizationRequest): boolean {
  return evaluate(request, { identity, resource: [{ name: 'trust policy', document: trust }] }).decision === 'allow';
}

function federatedOf({ Principal }: PolicyStatement): readonly string[] {
  return Principal === undefined || Principal === '*' ? [] : listOf(Principal['Federated']);
}

function principalsOf({ Principal, NotPrincipal, Condition = {} }: PolicyStatement): readonly string[] {
  const keys = [...new Set(Object.values(Condition).flatMap((block) => Object.keys(block)))];
  const narrowed = keys.length === 0 ? '' : ` (with conditions on ${keys.join(', ')})`;
  if (Principal === undefined) return NotPrincipal === undefined ? [] : [`everybody but those of NotPrincipal${narrowed}`];
  if (Principal === '*') return [`everybody${narrowed}`];
  return Object.entries(Principal).flatMap(([type, ids]) => listOf(ids).map((id) => `${inWords(type, id)}${narrowed}`));
}

/** An account's root stands for everybody in it whom an identity policy allows (IAM user guide, "AWS JSON policy elements: Principal"). */
function inWords(type: string, id: string): string {
  if (type === 'AWS' && id === '*') return 'everybody';
  const account = /^(\d{12})$|^arn:[^:]+:iam::(\d{12}):root$/.exec(id);
  return account === null ? id : `whoever in account ${account[1] ?? account[2] ?? ''} has sts:AssumeRole on it`;
}
