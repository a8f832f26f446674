import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { Secret } from '../secret.ts';
import { orUndefined, present, tagEntries, tagsOf } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { everyPage } from './paging.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import { storing } from './storing.ts';
import type { ParameterMetadata, SsmCalls } from './types.ts';

/** Systems Manager's Parameter Store in one region, through the SDK. Values are SecureStrings. */
export function ssmCalls(session: Session, region: string): SsmCalls {
  const client = new SSMClient(clientSettings(session, 'SSM', region));
  const place = (operation: string, resource: string): CallPlace => ({ action: `ssm:${operation}`, region, resource });

  function describe(resource: string, filters: ParameterStringFilter[]): Promise<readonly ParameterMetadata[]> {
    const where = place('DescribeParameters', resource);
    return everyPage(session, where, async (NextToken) => {
      const answer = await client.send(new DescribeParametersCommand({ ParameterFilters: filters, MaxResults: 50, ...(NextToken === undefined ? {} : { NextToken }) }));
      const items = (answer.Parameters ?? []).map((found) => ({
        name: present(found.Name, 'Name', where),
        type: present(found.Type, 'Type', where),
        version: found.Version ?? 1,
        lastModified: present(found.LastModifiedDate, 'LastModifiedDate', where),
        ...(found.ARN === undefined ? {} : { arn: found.ARN }),
        ...(found.Description === undefined ? {} : { description: found.Description }),
        ...(found.KeyId === undefined ? {} : { kmsKeyId: found.KeyId }),
      }));
      return { items, next: answer.NextToken };
    });
  }

  return {
    async describeParameters(names) {
      if (names.length === 0) return [];
      return describe(names.join(', '), [{ Key: 'Name', Option: 'Equals', Values: [...names] }]);
    },
    describeParametersByTags(tags) {
      return describe(
        '*',
        Object.entries(tags).map(([key, value]) => ({ Key: `tag:${key}`, Values: [value] })),
      );
    },
    listTags(name) {
      return orUndefined(
        reading(session, place('ListTagsForResource', name), async () =>
          tagsOf((await client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }))).TagList),
        ),
      );
    },
    getParameter(name) {
      const where = place('GetParameter', name);
      return orUndefined(
        reading(session, where, async () => {
          const found = present((await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter, 'Parameter', where);
          return {
            value: new Secret(present(found.Value, 'Value', where)),
            version: found.Version ?? 1,
            lastModified: present(found.LastModifiedDate, 'LastModifiedDate', where),
          };
        }),
      );
    },
    async parameterHistory(name) {
      const where = place('GetParameterHistory', name);
      const all = await orUndefined(
        everyPage(session, where, async (NextToken) => {
          // Without decryption the values come encrypted, and are left where they are.
          const answer = await client.send(new GetParameterHistoryCommand({ Name: name, WithDecryption: false, MaxResults: 50, ...(NextToken === undefined ? {} : { NextToken }) }));
          return { items: (answer.Parameters ?? []).map(({ Version, Description }) => ({ version: Version ?? 1, ...(Description === undefined ? {} : { description: Description }) })), next: answer.NextToken };
        }),
      );
      return all?.toSorted((a, b) => a.version - b.version);
    },
    putParameter({ name, value, description, overwrite, tags, kmsKeyId }) {
      const where = place('PutParameter', name);
      return changing(session, where, () =>
        storing(value, where, async (plain) => {
          const input = {
            Name: name,
            Value: plain,
            Description: description,
            Type: 'SecureString',
            Overwrite: overwrite,
            ...(tags === undefined ? {} : { Tags: tagEntries(tags) }),
            ...(kmsKeyId === undefined ? {} : { KeyId: kmsKeyId }),
          } as const;
          return present((await client.send(new PutParameterCommand(input))).Version, 'Version', where);
        }),
      );
    },
    async addTags(name, tags) {
      const input = { ResourceType: 'Parameter', ResourceId: name, Tags: tagEntries(tags) } as const;
      await changing(session, place('AddTagsToResource', name), () => client.send(new AddTagsToResourceCommand(input)));
    },
    async deleteParameter(name) {
      await changing(session, place('DeleteParameter', name), () => client.send(new DeleteParameterCommand({ Name: name })));
    },
  };
}
