import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutUserPermissionsBoundaryCommand,
  SimulatePrincipalPolicyCommand,
  TagPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { Policy, Tag, User } from '@aws-sdk/client-iam';
import { Secret } from '../secret.ts';
import { accessKeyUse } from './access-key-use.ts';
import { orUndefined, present, tagEntries, tagsOf } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { afterMarker, detailsPage, everyPage, type Page } from './paging.ts';
import { policyDocumentText, readPolicyDocument } from './policy-document.ts';
import { simulatedVerdict, simulationInput } from './policy-simulation.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import type { IamCalls, IamUser, ManagedPolicy } from './types.ts';

/** IAM through the SDK. Where a page has more than one, it is read to the end. */
export function iamCalls(session: Session): IamCalls {
  const client = new IAMClient(clientSettings(session, 'IAM', session.region));
  const place = (operation: string, resource: string): CallPlace => ({ action: `iam:${operation}`, region: session.region, resource });
  const userOf = (user: User | undefined, where: CallPlace): IamUser => toUser(present(user, 'User', where), where);

  const pages = <Item>(where: CallPlace, ask: (Marker: string | undefined) => Promise<Page<Item>>): Promise<readonly Item[]> => everyPage(session, where, ask);

  /** Names of a principal's own policies, a user's and a role's alike. */
  const inlineNames = (where: CallPlace, send: (page: { readonly Marker?: string }) => Promise<{ PolicyNames: string[] | undefined; IsTruncated?: boolean | undefined; Marker?: string | undefined }>) =>
    orUndefined(
      pages(where, async (Marker) => {
        const answer = await send(Marker === undefined ? {} : { Marker });
        return { items: answer.PolicyNames ?? [], next: afterMarker(answer) };
      }),
    );

  const inlineDocument = (where: CallPlace, send: () => Promise<{ PolicyDocument: string | undefined }>) =>
    orUndefined(reading(session, where, async () => readPolicyDocument(present((await send()).PolicyDocument, 'PolicyDocument', where), where)));

  const calls: IamCalls = {
    getUser(name) {
      const where = place('GetUser', name);
      return orUndefined(reading(session, where, async () => userOf((await client.send(new GetUserCommand({ UserName: name }))).User, where)));
    },
    createUser({ name, path, tags, permissionsBoundary }) {
      const where = place('CreateUser', name);
      const input = { UserName: name, Path: path, Tags: tagEntries(tags), ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }) };
      return changing(session, where, async () => {
        const created = userOf((await client.send(new CreateUserCommand(input))).User, where);
        // CreateUser's answer holds no tags.
        return { ...created, tags, ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }) };
      });
    },
    async deleteUser(name) {
      await changing(session, place('DeleteUser', name), () => client.send(new DeleteUserCommand({ UserName: name })));
    },
    async tagUser(name, tags) {
      await changing(session, place('TagUser', name), () => client.send(new TagUserCommand({ UserName: name, Tags: tagEntries(tags) })));
    },
    async untagUser(name, keys) {
      await changing(session, place('UntagUser', name), () => client.send(new UntagUserCommand({ UserName: name, TagKeys: [...keys] })));
    },
    async putUserPermissionsBoundary(name, boundary) {
      const input = { UserName: name, PermissionsBoundary: boundary };
      await changing(session, place('PutUserPermissionsBoundary', name), () => client.send(new PutUserPermissionsBoundaryCommand(input)));
    },
    async deleteUserPermissionsBoundary(name) {
      await changing(session, place('DeleteUserPermissionsBoundary', name), () => client.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name })));
    },
    listAccessKeys(user) {
      const where = place('ListAccessKeys', user);
      return orUndefined(
        pages(where, async (Marker) => {
          const answer = await client.send(new ListAccessKeysCommand({ UserName: user, ...(Marker === undefined ? {} : { Marker }) }));
          const items = (answer.AccessKeyMetadata ?? []).map((key) => ({
            id: present(key.AccessKeyId, 'AccessKeyId', where),
            active: key.Status === 'Active',
            createdAt: present(key.CreateDate, 'CreateDate', where),
          }));
          return { items, next: afterMarker(answer) };
        }),
      );
    },
    accessKeyLastUsed(id) {
      return reading(session, place('GetAccessKeyLastUsed', id), async () => {
        const { AccessKeyLastUsed: used, UserName } = await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
        const user = UserName === undefined ? {} : { user: UserName };
        // A key never used has no date and the service name `N/A` (IAM API reference, AccessKeyLastUsed).
        if (used?.LastUsedDate === undefined) return user;
        return { ...user, at: used.LastUsedDate, ...(used.ServiceName === undefined ? {} : { service: used.ServiceName }) };
      });
    },
    accessKeyUse: (user, id) => accessKeyUse(calls, user, id, session),
    createAccessKey(user) {
      const where = place('CreateAccessKey', user);
      return changing(session, where, async () => {
        const key = present((await client.send(new CreateAccessKeyCommand({ UserName: user }))).AccessKey, 'AccessKey', where);
        return {
          accessKeyId: present(key.AccessKeyId, 'AccessKeyId', where),
          secretAccessKey: new Secret(present(key.SecretAccessKey, 'SecretAccessKey', where)),
          createdAt: key.CreateDate ?? session.clock.now(),
        };
      });
    },
    async setAccessKeyActive(user, id, active) {
      const input = { UserName: user, AccessKeyId: id, Status: active ? 'Active' : 'Inactive' } as const;
      await changing(session, place('UpdateAccessKey', user), () => client.send(new UpdateAccessKeyCommand(input)));
    },
    async deleteAccessKey(user, id) {
      await changing(session, place('DeleteAccessKey', user), () => client.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: id })));
    },
    getPolicy(arn) {
      const where = place('GetPolicy', arn);
      return orUndefined(reading(session, where, async () => toPolicy(present((await client.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy, 'Policy', where), where)));
    },
    getPolicyDocument(arn, versionId) {
      const where = place('GetPolicyVersion', arn);
      return orUndefined(
        reading(session, where, async () => {
          const version = (await client.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: versionId }))).PolicyVersion;
          return readPolicyDocument(present(version?.Document, 'Document', where), where);
        }),
      );
    },
    listPolicyVersions(arn) {
      const where = place('ListPolicyVersions', arn);
      return pages(where, async (Marker) => {
        const answer = await client.send(new ListPolicyVersionsCommand({ PolicyArn: arn, ...(Marker === undefined ? {} : { Marker }) }));
        const items = (answer.Versions ?? []).map((version) => ({
          id: present(version.VersionId, 'VersionId', where),
          isDefault: version.IsDefaultVersion === true,
          createdAt: present(version.CreateDate, 'CreateDate', where),
        }));
        return { items, next: afterMarker(answer) };
      });
    },
    createPolicy({ name, path, description, document, tags }) {
      const where = place('CreatePolicy', name);
      const input = { PolicyName: name, Path: path, Description: description, PolicyDocument: policyDocumentText(document), Tags: tagEntries(tags) };
      return changing(session, where, async () => {
        const created = toPolicy(present((await client.send(new CreatePolicyCommand(input))).Policy, 'Policy', where), where);
        return { ...created, description, tags };
      });
    },
    createPolicyVersion(arn, document) {
      const where = place('CreatePolicyVersion', arn);
      const input = { PolicyArn: arn, PolicyDocument: policyDocumentText(document), SetAsDefault: true };
      return changing(session, where, async () => present((await client.send(new CreatePolicyVersionCommand(input))).PolicyVersion?.VersionId, 'VersionId', where));
    },
    async deletePolicyVersion(arn, versionId) {
      await changing(session, place('DeletePolicyVersion', arn), () => client.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: versionId })));
    },
    async deletePolicy(arn) {
      await changing(session, place('DeletePolicy', arn), () => client.send(new DeletePolicyCommand({ PolicyArn: arn })));
    },
    async tagPolicy(arn, tags) {
      await changing(session, place('TagPolicy', arn), () => client.send(new TagPolicyCommand({ PolicyArn: arn, Tags: tagEntries(tags) })));
    },
    listAttachedUserPolicies(user) {
      const where = place('ListAttachedUserPolicies', user);
      return orUndefined(
        pages(where, async (Marker) => {
          const answer = await client.send(new ListAttachedUserPoliciesCommand({ UserName: user, ...(Marker === undefined ? {} : { Marker }) }));
          return { items: (answer.AttachedPolicies ?? []).map((policy) => present(policy.PolicyArn, 'PolicyArn', where)), next: afterMarker(answer) };
        }),
      );
    },
    async attachUserPolicy(user, policyArn) {
      await changing(session, place('AttachUserPolicy', user), () => client.send(new AttachUserPolicyCommand({ UserName: user, PolicyArn: policyArn })));
    },
    async detachUserPolicy(user, policyArn) {
      await changing(session, place('DetachUserPolicy', user), () => client.send(new DetachUserPolicyCommand({ UserName: user, PolicyArn: policyArn })));
    },
    listUserPolicies(user) {
      return inlineNames(place('ListUserPolicies', user), (page) => client.send(new ListUserPoliciesCommand({ UserName: user, ...page })));
    },
    getUserPolicy(user, policy) {
      return inlineDocument(place('GetUserPolicy', user), () => client.send(new GetUserPolicyCommand({ UserName: user, PolicyName: policy })));
    },
    listGroupsForUser(user) {
      const where = place('ListGroupsForUser', user);
      return orUndefined(
        pages(where, async (Marker) => {
          const answer = await client.send(new ListGroupsForUserCommand({ UserName: user, ...(Marker === undefined ? {} : { Marker }) }));
          return { items: (answer.Groups ?? []).map((group) => present(group.GroupName, 'GroupName', where)), next: afterMarker(answer) };
        }),
      );
    },
    accountSummary() {
      return reading(session, place('GetAccountSummary', '*'), async () => (await client.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {});
    },
    simulatePrincipalPolicy(question) {
      const where = place('SimulatePrincipalPolicy', question.principal);
      return pages(where, async (Marker) => {
        const answer = await client.send(new SimulatePrincipalPolicyCommand({ ...simulationInput(question), ...(Marker === undefined ? {} : { Marker }) }));
        return { items: (answer.EvaluationResults ?? []).map((result) => simulatedVerdict(result, where)), next: afterMarker(answer) };
      });
    },
    getRole(name) {
      const where = place('GetRole', name);
      return orUndefined(
        reading(session, where, async () => {
          const role = present((await client.send(new GetRoleCommand({ RoleName: name }))).Role, 'Role', where);
          const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
          return {
            name: present(role.RoleName, 'RoleName', where),
            arn: present(role.Arn, 'Arn', where),
            trust: readPolicyDocument(present(role.AssumeRolePolicyDocument, 'AssumeRolePolicyDocument', where), where),
            ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
          };
        }),
      );
    },
    listAttachedRolePolicies(role) {
      const where = place('ListAttachedRolePolicies', role);
      return orUndefined(
        pages(where, async (Marker) => {
          const answer = await client.send(new ListAttachedRolePoliciesCommand({ RoleName: role, ...(Marker === undefined ? {} : { Marker }) }));
          return { items: (answer.AttachedPolicies ?? []).map((policy) => present(policy.PolicyArn, 'PolicyArn', where)), next: afterMarker(answer) };
        }),
      );
    },
    listRolePolicies(role) {
      return inlineNames(place('ListRolePolicies', role), (page) => client.send(new ListRolePoliciesCommand({ RoleName: role, ...page })));
    },
    getRolePolicy(role, policy) {
      return inlineDocument(place('GetRolePolicy', role), () => client.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: policy })));
    },
    listUsersWithTags() {
      const where = place('GetAccountAuthorizationDetails', '*');
      return pages(where, async (Marker) => {
        const answer = await client.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['User'], MaxItems: detailsPage, ...(Marker === undefined ? {} : { Marker }) }));
        const items = (answer.UserDetailList ?? []).map((detail) => ({
          ...toUser(detail, where),
          attachedPolicies: (detail.AttachedManagedPolicies ?? []).map((policy) => present(policy.PolicyArn, 'PolicyArn', where)),
        }));
        return { items, next: afterMarker(answer) };
      });
    },
    listPoliciesWithDocuments() {
      const where = place('GetAccountAuthorizationDetails', '*');
      return pages(where, async (Marker) => {
        const answer = await client.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['LocalManagedPolicy'], MaxItems: detailsPage, ...(Marker === undefined ? {} : { Marker }) }));
        const items = (answer.Policies ?? []).map((policy) => {
          const version = policy.PolicyVersionList?.find(({ IsDefaultVersion }) => IsDefaultVersion === true);
          return {
            arn: present(policy.Arn, 'Arn', where),
            name: present(policy.PolicyName, 'PolicyName', where),
            path: present(policy.Path, 'Path', where),
            defaultVersionId: present(policy.DefaultVersionId, 'DefaultVersionId', where),
            attachmentCount: policy.AttachmentCount ?? 0,
            document: readPolicyDocument(present(version?.Document, 'Document', where), where),
          };
        });
        return { items, next: afterMarker(answer) };
      });
    },
  };
  return calls;
}

interface UserFields {
  readonly UserName?: string | undefined;
  readonly Path?: string | undefined;
  readonly Arn?: string | undefined;
  readonly UserId?: string | undefined;
  readonly CreateDate?: Date | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
}

function toUser(user: UserFields, where: CallPlace): IamUser {
  const boundary = user.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    name: present(user.UserName, 'UserName', where),
    path: present(user.Path, 'Path', where),
    arn: present(user.Arn, 'Arn', where),
    id: present(user.UserId, 'UserId', where),
    tags: tagsOf(user.Tags),
    createdAt: present(user.CreateDate, 'CreateDate', where),
    ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
  };
}

function toPolicy(policy: Policy, where: CallPlace): ManagedPolicy {
  return {
    arn: present(policy.Arn, 'Arn', where),
    name: present(policy.PolicyName, 'PolicyName', where),
    path: present(policy.Path, 'Path', where),
    defaultVersionId: present(policy.DefaultVersionId, 'DefaultVersionId', where),
    attachmentCount: policy.AttachmentCount ?? 0,
    tags: tagsOf(policy.Tags),
    ...(policy.Description === undefined ? {} : { description: policy.Description }),
  };
}
