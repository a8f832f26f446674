import { parsePolicy } from '../../../policy/parse.ts';
import { evaluate } from '../../../policy/evaluate.ts';
import type { AuthorizationRequest, NamedPolicy, PolicySet } from '../../../policy/types.ts';
import type { Call, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { withServiceControl } from '../outside-policies.ts';
import { nameOfPolicy } from './attachments.ts';
import { encodeDocument } from './documents.ts';
import { attachmentCount, boundaryCount, roleByArn } from './lookup.ts';
import { rolePolicies, userPolicies } from './principal-policies.ts';
import { arnText, page, tagList } from './rules.ts';
import type { IamPrincipal } from './state.ts';

type Structure = Readonly<Record<string, unknown>>;

/** Users, groups, roles and policies with their documents in one swept list. Access keys are not in it. */
const getAccountAuthorizationDetails: Operation = {
  action: 'iam:GetAccountAuthorizationDetails',
  checks: () => [{ action: 'iam:GetAccountAuthorizationDetails', resource: '*' }],
  run(call) {
    const filter = call.input.optionalTexts('Filter', { each: { oneOf: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] } });
    const wanted = (kind: string): boolean => filter === undefined || filter.length === 0 || filter.includes(kind);
    const { users, groups, roles, policies } = call.state.iam;
    const all: { readonly key: string; readonly list: string; readonly detail: Structure }[] = [
      ...(wanted('User')
        ? Array.from(users.values(), (user) => ({
            key: `1 ${user.name}`,
            list: 'UserDetailList',
            detail: {
              ...named(user, 'User'),
              ...inlineOf(user, 'User'),
              GroupList: [...groups.values()].filter((group) => group.members.has(user.name.toLowerCase())).map((group) => group.name),
              AttachedManagedPolicies: attachedOf(user),
              ...boundaryOf(user.boundary),
              Tags: tagList(user.tags),
            },
          }))
        : []),
      ...(wanted('Group')
        ? Array.from(groups.values(), (group) => ({ key: `2 ${group.name}`, list: 'GroupDetailList', detail: { ...named(group, 'Group'), ...inlineOf(group, 'Group'), AttachedManagedPolicies: attachedOf(group) } }))
        : []),
      ...(wanted('Role')
        ? Array.from(roles.values(), (role) => ({
            key: `3 ${role.name}`,
            list: 'RoleDetailList',
            detail: { ...named(role, 'Role'), AssumeRolePolicyDocument: encodeDocument(role.trust), ...inlineOf(role, 'Role'), AttachedManagedPolicies: attachedOf(role), ...boundaryOf(role.boundary), Tags: tagList(role.tags) },
          }))
        : []),
      ...(wanted('LocalManagedPolicy')
        ? Array.from(policies.values(), (policy) => ({
            key: `4 ${policy.name}`,
            list: 'Policies',
            detail: {
              PolicyName: policy.name,
              PolicyId: policy.id,
              Arn: policy.arn,
              Path: policy.path,
              DefaultVersionId: policy.defaultVersion,
              AttachmentCount: attachmentCount(call, policy.arn),
              PermissionsBoundaryUsageCount: boundaryCount(call, policy.arn),
              IsAttachable: true,
              CreateDate: policy.createdAt,
              UpdateDate: policy.updatedAt,
              PolicyVersionList: policy.versions.map((version) => ({ Document: encodeDocument(version.document), VersionId: version.id, IsDefaultVersion: version.id === policy.defaultVersion, CreateDate: version.createdAt })),
            },
          }))
        : []),
    ];
    const { items, ...rest } = page(all, (entry) => entry.key, call.input);
    const list = (name: string): readonly Structure[] => items.filter((entry) => entry.list === name).map((entry) => entry.detail);
    return { UserDetailList: list('UserDetailList'), GroupDetailList: list('GroupDetailList'), RoleDetailList: list('RoleDetailList'), Policies: list('Policies'), ...rest };
  },
};

const getAccountSummary: Operation = {
  action: 'iam:GetAccountSummary',
  checks: () => [{ action: 'iam:GetAccountSummary', resource: '*' }],
  run(call) {
    const { users, groups, roles, policies } = call.state.iam;
    return {
      SummaryMap: new Map(
        Object.entries({
          Users: users.size,
          UsersQuota: 5000,
          Groups: groups.size,
          GroupsQuota: 300,
          Roles: roles.size,
          RolesQuota: 1000,
          Policies: policies.size,
          PoliciesQuota: 1500,
          PolicySizeQuota: 6144,
          PolicyVersionsInUse: [...policies.values()].reduce((sum, policy) => sum + policy.versions.length, 0),
          PolicyVersionsInUseQuota: 10_000,
          VersionsPerPolicyQuota: 5,
          AccessKeysPerUserQuota: 2,
          AttachedPoliciesPerUserQuota: 10,
          AttachedPoliciesPerRoleQuota: 10,
          AttachedPoliciesPerGroupQuota: 10,
          UserPolicySizeQuota: 2048,
          GroupPolicySizeQuota: 5120,
          AccountAccessKeysPresent: 0,
          AccountMFAEnabled: 1,
        }),
      ),
    };
  },
};

/** The evaluator's answer for each action and resource, in the simulator's words. */
const simulatePrincipalPolicy: Operation = {
  action: 'iam:SimulatePrincipalPolicy',
  checks: (call) => [{ action: 'iam:SimulatePrincipalPolicy', resource: call.input.optionalText('PolicySourceArn') ?? '*' }],
  run(call) {
    const source = call.input.text('PolicySourceArn', arnText);
    const policies = policiesOf(call, source);
    const extra = (call.input.optionalTexts('PolicyInputList') ?? []).map((text, index): NamedPolicy => ({ name: `PolicyInputList.${index + 1}`, document: parsePolicy(text) }));
    const context = Object.fromEntries(
      call.input.structures('ContextEntries').map((entry) => {
        const values = entry.texts('ContextKeyValues');
        return [entry.text('ContextKeyName'), values.length === 1 ? (values[0] ?? '') : values];
      }),
    );
    const resources = call.input.optionalTexts('ResourceArns') ?? ['*'];
    const results = call.input.texts('ActionNames').flatMap((action) =>
      resources.map((resource) => {
        const request = { principal: source, action, resource, context };
        const verdict = evaluate(request, withServiceControl({ ...policies, identity: [...policies.identity, ...extra] }, call.world.outside));
        return {
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: { allow: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' }[verdict.decision],
          MatchedStatements: verdict.decidedBy === undefined ? [] : [{ SourcePolicyId: nameOfPolicy(verdict.decidedBy.policy), SourcePolicyType: 'IAM Policy' }],
          MissingContextValues: [],
          ...decisionDetails(request, policies, call),
        };
      }),
    );
    return { EvaluationResults: results, IsTruncated: false };
  },
};

/** Which of the outer sets allow it by themselves; each only where there is one (IAM API reference, EvaluationResult). */
function decisionDetails(request: AuthorizationRequest, { boundary }: PolicySet, { world: { outside } }: Call): Structure {
  const allows = (policies: PolicySet): boolean => evaluate(request, policies).decision === 'allow';
  return {
    ...(outside?.serviceControl === undefined ? {} : { OrganizationsDecisionDetail: { AllowedByOrganizations: allows(withServiceControl({ identity: [everything] }, outside)) } }),
    ...(boundary === undefined ? {} : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allows({ identity: [everything], boundary }) } }),
  };
}

const everything: NamedPolicy = { name: 'everything', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

export const accountOperations: Operations = {
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  GetAccountSummary: getAccountSummary,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
};

function policiesOf(call: Call, arn: string): ReturnType<typeof userPolicies> {
  const user = [...call.state.iam.users.values()].find((one) => one.arn === arn);
  if (user !== undefined) return userPolicies(call.state.iam, user);
  const role = roleByArn(call.state.iam, arn);
  if (role !== undefined) return rolePolicies(call.state.iam, role);
  throw new AwsError('NoSuchEntity', 404, `The entity ${arn} cannot be found.`);
}

function named(holder: IamPrincipal, kind: 'User' | 'Group' | 'Role'): Structure {
  return { Path: holder.path, [`${kind}Name`]: holder.name, [`${kind}Id`]: holder.id, Arn: holder.arn, CreateDate: holder.createdAt };
}

/** IAM API reference, UserDetail: the list is absent where there are no inline policies. */
function inlineOf(holder: IamPrincipal, kind: 'User' | 'Group' | 'Role'): Structure {
  if (holder.inline.size === 0) return {};
  return { [`${kind}PolicyList`]: Array.from(holder.inline, ([name, document]) => ({ PolicyName: name, PolicyDocument: encodeDocument(document) })) };
}

function attachedOf(holder: IamPrincipal): readonly Structure[] {
  return Array.from(holder.attached, (arn) => ({ PolicyName: nameOfPolicy(arn), PolicyArn: arn }));
}

function boundaryOf(arn: string | undefined): Structure {
  return arn === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn } };
}
