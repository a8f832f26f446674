/** Roles, issuers of tokens and what the policy simulator says: every operation of IAM and STS that keyless accesses and questions to an account use. Cases run in order, in one account. */
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachRolePolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { outcome } from './outcome.ts';
import type { Case } from './requests.ts';

/** The cluster's public issuer, and the ServiceAccount whose token is exchanged. */
export const issuer = 'https://oidc.lolice.example';
export const subject = { namespace: 'default', name: 'openhands' };

const account = '123456789012';
const Path = '/service/';
const RoleName = 'bedrock-openhands-role';
const RoleArn = `arn:aws:iam::${account}:role${Path}${RoleName}`;
const PolicyName = 'bedrock-openhands-role-policy';
const PolicyArn = `arn:aws:iam::${account}:policy${Path}${PolicyName}`;
const OpenIDConnectProviderArn = `arn:aws:iam::${account}:oidc-provider/oidc.lolice.example`;
const noProvider = `arn:aws:iam::${account}:oidc-provider/nobody.example`;
const Tags = [{ Key: 'bedrock-access/name', Value: 'openhands' }];
const identity = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' }] });
const trust = (audience: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: OpenIDConnectProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'oidc.lolice.example:aud': audience, 'oidc.lolice.example:sub': `system:serviceaccount:${subject.namespace}:${subject.name}` } },
      },
    ],
  });
const parsed = (text: string | undefined): unknown => JSON.parse(decodeURIComponent(text ?? 'null'));

/** Moto and ministack check no token; the same token of the sandbox's cluster goes to all three. */
export function webIdentityCases(token: () => string): readonly Case[] {
  const assume = (input: { readonly RoleArn?: string; readonly WebIdentityToken?: string }) => new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'openhands', WebIdentityToken: token(), DurationSeconds: 900, ...input });
  return [
    { name: 'CreateOpenIDConnectProvider without a thumbprint', play: ({ iam }) => outcome(iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['sts.amazonaws.com'], Tags })), 'OpenIDConnectProviderArn') },
    { name: 'CreateOpenIDConnectProvider again', play: ({ iam }) => outcome(iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] }))) },
    { name: 'CreateOpenIDConnectProvider with a URL without https', play: ({ iam }) => outcome(iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'oidc.lolice.example', ClientIDList: ['sts.amazonaws.com'] }))), known: { ministack: 'the URL must begin with https:// (IAM API Reference, CreateOpenIDConnectProvider, Url)' } },
    { name: 'GetOpenIDConnectProvider', play: ({ iam }) => outcome(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })), 'Url', 'ClientIDList', 'Tags', 'CreateDate'), known: { ministack: 'AWS answers the URL without its scheme (IAM API Reference, GetOpenIDConnectProvider, Sample Response)' } },
    { name: 'GetOpenIDConnectProvider that is not there', play: ({ iam }) => outcome(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: noProvider }))) },
    { name: 'AddClientIDToOpenIDConnectProvider, twice', play: async ({ iam }) => { for (let count = 0; count < 2; count += 1) { const added = await outcome(iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'vault' }))); if (added.answer !== '200') return added; } return outcome(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })), 'ClientIDList'); }, known: { ministack: 'ministack 1.5.33 does not have this operation', moto: 'moto 5.2.5 does not have this operation' } },
    { name: 'AddClientIDToOpenIDConnectProvider that is not there', play: ({ iam }) => outcome(iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: noProvider, ClientID: 'vault' }))), known: { ministack: 'ministack 1.5.33 does not have this operation', moto: 'moto 5.2.5 does not have this operation' } },
    { name: 'TagOpenIDConnectProvider', play: async ({ iam }) => { const tagged = await outcome(iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: [{ Key: 'bedrock-access/name', Value: 'other' }] }))); return tagged.answer === '200' ? outcome(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })), 'Tags') : tagged; }, known: { ministack: 'ministack 1.5.33 does not have this operation' } },
    { name: 'TagOpenIDConnectProvider that is not there', play: ({ iam }) => outcome(iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: noProvider, Tags }))), known: { ministack: 'ministack 1.5.33 does not have this operation' } },
    { name: 'CreateRole with path, description and tags', play: ({ iam }) => outcome(iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trust('sts.amazonaws.com'), Description: 'made by a test', Tags })), 'Role.RoleName', 'Role.Path', 'Role.Arn', 'Role.RoleId', 'Role.CreateDate', 'Role.Tags') },
    { name: 'CreateRole again', play: ({ iam }) => outcome(iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trust('sts.amazonaws.com') }))) },
    { name: 'CreateRole with a trust policy that is no JSON', play: async ({ iam }) => { const answer = await outcome(iam.send(new CreateRoleCommand({ RoleName: 'broken', AssumeRolePolicyDocument: '{' }))); await outcome(iam.send(new DeleteRoleCommand({ RoleName: 'broken' }))); return answer; }, known: { ministack: 'AWS answers MalformedPolicyDocument (IAM API Reference, CreateRole, Errors)', moto: 'AWS answers MalformedPolicyDocument (IAM API Reference, CreateRole, Errors)' } },
    { name: 'GetRole gives the trust policy URL-encoded', play: async ({ iam }) => { const { Role } = await iam.send(new GetRoleCommand({ RoleName })); return { answer: '200', fields: { arn: Role?.Arn, tags: Role?.Tags, description: Role?.Description, trust: parsed(Role?.AssumeRolePolicyDocument) } }; } },
    { name: 'GetRole of nobody', play: ({ iam }) => outcome(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))) },
    { name: 'TagRole', play: async ({ iam }) => { const tagged = await outcome(iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'bedrock-access/name', Value: 'other' }] }))); return tagged.answer === '200' ? outcome(iam.send(new GetRoleCommand({ RoleName })), 'Role.Tags') : tagged; } },
    { name: 'TagRole of nobody', play: ({ iam }) => outcome(iam.send(new TagRoleCommand({ RoleName: 'nobody', Tags }))) },
    { name: 'UpdateAssumeRolePolicy', play: async ({ iam }) => { const updated = await outcome(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust('vault') }))); if (updated.answer !== '200') return updated; const { Role } = await iam.send(new GetRoleCommand({ RoleName })); return { answer: '200', fields: { trust: parsed(Role?.AssumeRolePolicyDocument) } }; } },
    { name: 'UpdateAssumeRolePolicy with a document that is no JSON', play: async ({ iam }) => { const answer = await outcome(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: '{' }))); await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust('sts.amazonaws.com') })); return answer; }, known: { ministack: 'AWS answers MalformedPolicyDocument (IAM API Reference, UpdateAssumeRolePolicy, Errors)' } },
    { name: 'UpdateAssumeRolePolicy of nobody', play: ({ iam }) => outcome(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'nobody', PolicyDocument: trust('sts.amazonaws.com') }))) },
    { name: 'AttachRolePolicy, twice', play: async ({ iam }) => { await iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument: identity })); await outcome(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))); return outcome(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))); } },
    { name: 'AttachRolePolicy of a policy that is not there', play: async ({ iam }) => { const none = { RoleName, PolicyArn: `arn:aws:iam::${account}:policy/none` }; const answer = await outcome(iam.send(new AttachRolePolicyCommand(none))); await outcome(iam.send(new DetachRolePolicyCommand(none))); return answer; }, known: { ministack: 'AWS answers NoSuchEntity (IAM API Reference, AttachRolePolicy, Errors)' } },
    { name: 'AttachRolePolicy to nobody', play: ({ iam }) => outcome(iam.send(new AttachRolePolicyCommand({ RoleName: 'nobody', PolicyArn }))) },
    { name: 'ListAttachedRolePolicies', play: ({ iam }) => outcome(iam.send(new ListAttachedRolePoliciesCommand({ RoleName })), 'AttachedPolicies', 'IsTruncated') },
    { name: 'ListAttachedRolePolicies of nobody', play: ({ iam }) => outcome(iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'nobody' }))) },
    { name: 'ListRolePolicies', play: async ({ iam }) => { await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: identity })); return outcome(iam.send(new ListRolePoliciesCommand({ RoleName })), 'PolicyNames', 'IsTruncated'); } },
    { name: 'ListRolePolicies of nobody', play: ({ iam }) => outcome(iam.send(new ListRolePoliciesCommand({ RoleName: 'nobody' }))) },
    { name: 'GetRolePolicy gives the document URL-encoded', play: async ({ iam }) => { const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'inline' })); return { answer: '200', fields: { document: parsed(PolicyDocument) } }; } },
    { name: 'GetRolePolicy that is not there', play: ({ iam }) => outcome(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'none' }))) },
    { name: 'GetUserPolicy gives the document URL-encoded', play: async ({ iam }) => { const UserName = 'bedrock-inline-user'; await iam.send(new CreateUserCommand({ UserName })); await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'inline', PolicyDocument: identity })); const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'inline' })); return { answer: '200', fields: { document: parsed(PolicyDocument) } }; } },
    { name: 'GetUserPolicy that is not there', play: async ({ iam }) => { const UserName = 'bedrock-inline-user'; const answer = await outcome(iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'none' }))); await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'inline' })); await iam.send(new DeleteUserCommand({ UserName })); return answer; } },
    { name: 'GetAccountAuthorizationDetails shows role, trust, tags and attachment', play: async ({ iam }) => { const { RoleDetailList = [] } = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] })); const role = RoleDetailList.find((each) => each.RoleName === RoleName); return { answer: '200', fields: { arn: role?.Arn, path: role?.Path, trust: parsed(role?.AssumeRolePolicyDocument), tags: role?.Tags, attached: role?.AttachedManagedPolicies } }; } },
    { name: 'GetAccountAuthorizationDetails shows policy and document', play: async ({ iam }) => { const { Policies = [] } = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['LocalManagedPolicy'] })); const policy = Policies.find((each) => each.PolicyName === PolicyName); return { answer: '200', fields: { arn: policy?.Arn, path: policy?.Path, version: policy?.DefaultVersionId, attachments: policy?.AttachmentCount, document: parsed(policy?.PolicyVersionList?.find(({ IsDefaultVersion }) => IsDefaultVersion === true)?.Document) } }; }, known: { ministack: 'AWS counts the attachments here too (IAM API Reference, ManagedPolicyDetail, AttachmentCount)', moto: 'AWS lists the customer managed policies (IAM API Reference, GetAccountAuthorizationDetails, Policies); moto leaves this one out' } },
    { name: 'GetAccountAuthorizationDetails with a page of no items', play: ({ iam }) => outcome(iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['User'], MaxItems: 0 }))), known: { ministack: 'MaxItems is 1 at least (IAM API Reference, GetAccountAuthorizationDetails, MaxItems)', moto: 'MaxItems is 1 at least (IAM API Reference, GetAccountAuthorizationDetails, MaxItems)' } },
    { name: 'GetAccountSummary', play: ({ iam }) => outcome(iam.send(new GetAccountSummaryCommand({})), 'SummaryMap.UsersQuota', 'SummaryMap.PoliciesQuota', 'SummaryMap.PolicyVersionsInUseQuota', 'SummaryMap.VersionsPerPolicyQuota', 'SummaryMap.AccessKeysPerUserQuota') },
    { name: 'SimulatePrincipalPolicy, one allowed and one not', play: ({ iam }) => outcome(iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: RoleArn, ActionNames: ['bedrock:InvokeModel', 'iam:CreateUser'], ResourceArns: ['*'] })), ...[0, 1].flatMap((index) => ['EvalActionName', 'EvalResourceName', 'EvalDecision'].map((field) => `EvaluationResults.${index}.${field}`))), known: { ministack: 'the policies that the role holds, attached and inline, allow the first (IAM API Reference, SimulatePrincipalPolicy); ministack denies both', moto: 'moto 5.2.5 does not have this operation' } },
    { name: 'SimulatePrincipalPolicy of nobody', play: ({ iam }) => outcome(iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: `arn:aws:iam::${account}:user/nobody`, ActionNames: ['bedrock:InvokeModel'] }))), known: { ministack: 'AWS answers NoSuchEntity (IAM API Reference, SimulatePrincipalPolicy, Errors)', moto: 'moto 5.2.5 does not have this operation' } },
    { name: 'GetAccessKeyLastUsed of a key that is not there', play: ({ iam }) => outcome(iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }))), known: { ministack: 'the API Reference names no NoSuchEntity for this operation; what AWS answers of a key that the account does not have is not documented', moto: 'the API Reference names no NoSuchEntity for this operation; what AWS answers of a key that the account does not have is not documented' } },
    { name: 'AssumeRoleWithWebIdentity', play: ({ sts }) => outcome(sts.send(assume({})), 'AssumedRoleUser.Arn', 'SubjectFromWebIdentityToken', 'Audience', 'Provider', 'Credentials.AccessKeyId', 'Credentials.Expiration'), known: { ministack: 'AWS answers subject and provider of the token (STS API Reference, AssumeRoleWithWebIdentity, Response Elements)', moto: 'AWS answers subject, audience and provider of the token (STS API Reference, AssumeRoleWithWebIdentity, Response Elements)' } },
    { name: 'AssumeRoleWithWebIdentity of a role that is not there', play: ({ sts }) => outcome(sts.send(assume({ RoleArn: `arn:aws:iam::${account}:role/nobody` }))), known: { moto: 'nobody may assume a role that no trust policy lets them (IAM User Guide, Creating a role for web identity); moto makes a session of any ARN' } },
    { name: 'AssumeRoleWithWebIdentity with a token that is none', play: ({ sts }) => outcome(sts.send(assume({ WebIdentityToken: 'no token at all' }))), known: { ministack: 'AWS answers InvalidIdentityToken (STS API Reference, AssumeRoleWithWebIdentity, Errors)', moto: 'AWS answers InvalidIdentityToken (STS API Reference, AssumeRoleWithWebIdentity, Errors)' } },
    { name: 'DeleteRole that holds policies is refused', play: ({ iam }) => outcome(iam.send(new DeleteRoleCommand({ RoleName }))) },
    { name: 'DetachRolePolicy', play: ({ iam }) => outcome(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))) },
    { name: 'DetachRolePolicy that is not attached', play: ({ iam }) => outcome(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))) },
    { name: 'DeleteRole', play: async ({ iam }) => { await outcome(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }))); await outcome(iam.send(new DeletePolicyCommand({ PolicyArn }))); return outcome(iam.send(new DeleteRoleCommand({ RoleName }))); } },
    { name: 'DeleteRole again', play: ({ iam }) => outcome(iam.send(new DeleteRoleCommand({ RoleName }))) },
    { name: 'DeleteOpenIDConnectProvider', play: ({ iam }) => outcome(iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))) },
    { name: 'DeleteOpenIDConnectProvider with an ARN that is none', play: ({ iam }) => outcome(iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: 'none' }))), known: { ministack: 'an ARN has 20 characters at least (IAM API Reference, DeleteOpenIDConnectProvider)', moto: 'an ARN has 20 characters at least (IAM API Reference, DeleteOpenIDConnectProvider)' } },
    { name: 'DeleteOpenIDConnectProvider again changes nothing', play: ({ iam }) => outcome(iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))), known: { ministack: 'it does not fail for a provider that does not exist (IAM API Reference, DeleteOpenIDConnectProvider)' } },
  ];
}
