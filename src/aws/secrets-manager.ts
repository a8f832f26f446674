import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import type { DescribeSecretResponse, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { Secret } from '../secret.ts';
import { orUndefined, present, tagEntries, tagsOf } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { everyPage } from './paging.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import { storing } from './storing.ts';
import type { SecretMetadata, SecretsManagerCalls, Tags } from './types.ts';

/** AWS Secrets Manager in one region, through the SDK. */
export function secretsManagerCalls(session: Session, region: string): SecretsManagerCalls {
  const client = new SecretsManagerClient(clientSettings(session, 'SECRETS_MANAGER', region));
  const place = (operation: string, resource: string): CallPlace => ({ action: `secretsmanager:${operation}`, region, resource });

  return {
    describeSecret(name) {
      const where = place('DescribeSecret', name);
      return orUndefined(
        reading(session, where, async () => {
          const found = await client.send(new DescribeSecretCommand({ SecretId: name }));
          return metadata(found, found.VersionIdsToStages, where);
        }),
      );
    },
    listSecretsByTags(tags) {
      const where = place('ListSecrets', '*');
      return everyPage(session, where, async (NextToken) => {
        // Filters compare keys and values apart from each other, and by their beginnings (API reference, Filter): they only make the list shorter.
        const input = {
          IncludePlannedDeletion: true,
          MaxResults: 100,
          Filters: [
            { Key: 'tag-key' as const, Values: Object.keys(tags) },
            { Key: 'tag-value' as const, Values: Object.values(tags) },
          ],
          ...(NextToken === undefined ? {} : { NextToken }),
        };
        const answer = await client.send(new ListSecretsCommand(input));
        const items = (answer.SecretList ?? []).filter((found) => hasTags(tagsOf(found.Tags), tags)).map((found) => metadata(found, found.SecretVersionsToStages, where));
        return { items, next: answer.NextToken };
      });
    },
    getSecretValue(name, versionId) {
      const where = place('GetSecretValue', name);
      return orUndefined(
        reading(session, where, async () => {
          const found = await client.send(new GetSecretValueCommand({ SecretId: name, ...(versionId === undefined ? {} : { VersionId: versionId }) }));
          return { value: new Secret(present(found.SecretString, 'SecretString', where)), versionId: present(found.VersionId, 'VersionId', where) };
        }),
      );
    },
    async listVersions(name) {
      const where = place('ListSecretVersionIds', name);
      const all = await orUndefined(
        everyPage(session, where, async (NextToken) => {
          const answer = await client.send(new ListSecretVersionIdsCommand({ SecretId: name, IncludeDeprecated: true, MaxResults: 100, ...(NextToken === undefined ? {} : { NextToken }) }));
          return { items: (answer.Versions ?? []).map(({ VersionId, CreatedDate }) => ({ id: present(VersionId, 'VersionId', where), made: CreatedDate?.getTime() ?? 0 })), next: answer.NextToken };
        }),
      );
      return all?.toSorted((a, b) => a.made - b.made).map(({ id }) => id);
    },
    async createSecret({ name, value, versionId, description, tags, kmsKeyId }) {
      const where = place('CreateSecret', name);
      const input = { Name: name, ClientRequestToken: versionId, Description: description, Tags: tagEntries(tags), ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }) };
      await changing(session, where, () => storing(value, where, (plain) => client.send(new CreateSecretCommand({ ...input, SecretString: plain }))));
    },
    async putSecretValue({ name, value, versionId }) {
      const where = place('PutSecretValue', name);
      await changing(session, where, () => storing(value, where, (plain) => client.send(new PutSecretValueCommand({ SecretId: name, ClientRequestToken: versionId, SecretString: plain }))));
    },
    async setKmsKey(name, kmsKeyId) {
      await changing(session, place('UpdateSecret', name), () => client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: kmsKeyId })));
    },
    async tagSecret(name, tags) {
      await changing(session, place('TagResource', name), () => client.send(new TagResourceCommand({ SecretId: name, Tags: tagEntries(tags) })));
    },
    async restoreSecret(name) {
      await changing(session, place('RestoreSecret', name), () => client.send(new RestoreSecretCommand({ SecretId: name })));
    },
    async deleteSecret(name) {
      await changing(session, place('DeleteSecret', name), () => client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })));
    },
  };
}

function metadata(found: DescribeSecretResponse | SecretListEntry, versions: Readonly<Record<string, readonly string[]>> | undefined, where: CallPlace): SecretMetadata {
  return {
    name: present(found.Name, 'Name', where),
    arn: present(found.ARN, 'ARN', where),
    versions: versions ?? {},
    tags: tagsOf(found.Tags),
    lastChanged: found.LastChangedDate ?? present(found.CreatedDate, 'CreatedDate', where),
    ...(found.Description === undefined ? {} : { description: found.Description }),
    ...(found.KmsKeyId === undefined ? {} : { kmsKeyId: found.KmsKeyId }),
    ...(found.DeletedDate === undefined ? {} : { deleted: found.DeletedDate }),
  };
}

function hasTags(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}
