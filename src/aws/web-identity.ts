import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Role, RoleDetail } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Secret } from '../secret.ts';
import { orUndefined, present, tagEntries, tagsOf } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { afterMarker, detailsPage, everyPage } from './paging.ts';
import { policyDocumentText, readPolicyDocument } from './policy-document.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import type { TrustedRole, WebIdentityCalls } from './types.ts';

/** Roles that a cluster's pods assume, and the issuers that an account trusts, through the SDK. */
export function webIdentityCalls(session: Session): WebIdentityCalls {
  const client = new IAMClient(clientSettings(session, 'IAM', session.region));
  const place = (operation: string, resource: string): CallPlace => ({ action: `iam:${operation}`, region: session.region, resource });
  return {
    getRole(name) {
      const where = place('GetRole', name);
      return orUndefined(reading(session, where, async () => toRole(present((await client.send(new GetRoleCommand({ RoleName: name }))).Role, 'Role', where), where)));
    },
    createRole({ name, path, trust, description, tags, permissionsBoundary, maxSessionSeconds }) {
      const where = place('CreateRole', name);
      const input = {
        RoleName: name,
        Path: path,
        AssumeRolePolicyDocument: policyDocumentText(trust),
        Description: description,
        Tags: tagEntries(tags),
        ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }),
        ...(maxSessionSeconds === undefined ? {} : { MaxSessionDuration: maxSessionSeconds }),
      };
      return changing(session, where, async () => toRole(present((await client.send(new CreateRoleCommand(input))).Role, 'Role', where), where));
    },
    async deleteRole(name) {
      await changing(session, place('DeleteRole', name), () => client.send(new DeleteRoleCommand({ RoleName: name })));
    },
    async tagRole(name, tags) {
      await changing(session, place('TagRole', name), () => client.send(new TagRoleCommand({ RoleName: name, Tags: tagEntries(tags) })));
    },
    async setTrust(name, trust) {
      await changing(session, place('UpdateAssumeRolePolicy', name), () => client.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: policyDocumentText(trust) })));
    },
    async attachPolicy(role, policyArn) {
      await changing(session, place('AttachRolePolicy', role), () => client.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })));
    },
    async detachPolicy(role, policyArn) {
      await changing(session, place('DetachRolePolicy', role), () => client.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })));
    },
    listRolesWithTags() {
      const where = place('GetAccountAuthorizationDetails', '*');
      return everyPage(session, where, async (Marker) => {
        const answer = await client.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'], MaxItems: detailsPage, ...(Marker === undefined ? {} : { Marker }) }));
        return { items: (answer.RoleDetailList ?? []).map((role) => toRole(role, where)), next: afterMarker(answer) };
      });
    },
    getProvider(arn) {
      const where = place('GetOpenIDConnectProvider', arn);
      return orUndefined(
        reading(session, where, async () => {
          const answer = await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
          return { arn, url: present(answer.Url, 'Url', where), audiences: answer.ClientIDList ?? [], tags: tagsOf(answer.Tags) };
        }),
      );
    },
    async createProvider({ issuer, audience, tags }) {
      // Without a thumbprint: AWS trusts the authorities that browsers trust (IAM API reference, CreateOpenIDConnectProvider).
      const input = { Url: issuer, ClientIDList: [audience], Tags: tagEntries(tags) };
      const where = place('CreateOpenIDConnectProvider', issuer);
      return changing(session, where, async () => present((await client.send(new CreateOpenIDConnectProviderCommand(input))).OpenIDConnectProviderArn, 'OpenIDConnectProviderArn', where));
    },
    async addAudience(arn, audience) {
      await changing(session, place('AddClientIDToOpenIDConnectProvider', arn), () => client.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: audience })));
    },
    async tagProvider(arn, tags) {
      await changing(session, place('TagOpenIDConnectProvider', arn), () => client.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, Tags: tagEntries(tags) })));
    },
    async deleteProvider(arn) {
      await changing(session, place('DeleteOpenIDConnectProvider', arn), () => client.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })));
    },
    assumeRole({ roleArn, sessionName, token }) {
      const where = { action: 'sts:AssumeRoleWithWebIdentity', region: session.region, resource: roleArn };
      const sts = new STSClient(clientSettings(session, 'STS', session.region));
      return reading(session, where, async () => {
        const input = { RoleArn: roleArn, RoleSessionName: sessionName, WebIdentityToken: token.reveal('present'), DurationSeconds: 900 };
        const made = present((await sts.send(new AssumeRoleWithWebIdentityCommand(input))).Credentials, 'Credentials', where);
        return {
          accessKeyId: present(made.AccessKeyId, 'AccessKeyId', where),
          secretAccessKey: new Secret(present(made.SecretAccessKey, 'SecretAccessKey', where)),
          sessionToken: new Secret(present(made.SessionToken, 'SessionToken', where)),
        };
      });
    },
  };
}

function toRole(role: Role | RoleDetail, where: CallPlace): TrustedRole {
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    name: present(role.RoleName, 'RoleName', where),
    path: present(role.Path, 'Path', where),
    arn: present(role.Arn, 'Arn', where),
    trust: readPolicyDocument(present(role.AssumeRolePolicyDocument, 'AssumeRolePolicyDocument', where), where),
    tags: tagsOf(role.Tags),
    // GetAccountAuthorizationDetails tells none (IAM API reference, RoleDetail).
    maxSessionSeconds: ('MaxSessionDuration' in role ? role.MaxSessionDuration : undefined) ?? 3600,
    ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
  };
}
