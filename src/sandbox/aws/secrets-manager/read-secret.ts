import type { Call, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { pageOf } from '../ssm/paging.ts';
import { describe, findSecret, lookUp, onSecret, secretKeyChecks, secretsOf, stagesOf, usableSecret, type SecretVersion, type StoredSecret } from './secrets.ts';

const describeSecret: Operation = {
  action: 'secretsmanager:DescribeSecret',
  checks: (call) => [onSecret(call, 'secretsmanager:DescribeSecret')],
  run(call) {
    const secret = findSecret(call);
    return { ...describe(secret), VersionIdsToStages: stagesOf(secret) };
  },
};

const getSecretValue: Operation = {
  action: 'secretsmanager:GetSecretValue',
  checks(call) {
    const check = onSecret(call, 'secretsmanager:GetSecretValue');
    const secret = lookUp(call, call.input.optionalText('SecretId') ?? '');
    const version = secret === undefined ? undefined : versionAsked(secret, call.input);
    return [check, ...secretKeyChecks(call, ['kms:Decrypt'], version?.keyId, check.resource, version?.id ?? '')];
  },
  run(call) {
    const secret = usableSecret(call);
    const version = versionAsked(secret, call.input);
    if (version === undefined) {
      const asked = call.input.optionalText('VersionId');
      throw new AwsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified secret value for ${asked === undefined ? `staging label: ${stageAsked(call.input)}` : `VersionId: ${asked}`}`);
    }
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, SecretString: version.value, VersionStages: [...version.stages].sort(), CreatedDate: version.createdAt };
  },
};

const listSecretVersionIds: Operation = {
  action: 'secretsmanager:ListSecretVersionIds',
  checks: (call) => [onSecret(call, 'secretsmanager:ListSecretVersionIds')],
  run(call) {
    const secret = findSecret(call);
    const all = [...secret.versions.values()].filter(({ stages }) => stages.size > 0 || call.input.flag('IncludeDeprecated'));
    const { items, NextToken } = pageOf(all, ({ id }) => id, call.input, 100);
    return {
      ARN: secret.arn,
      Name: secret.name,
      Versions: items.map(({ id, stages, createdAt, keyId }) => ({ VersionId: id, VersionStages: [...stages].sort(), CreatedDate: createdAt, KmsKeyIds: [keyId ?? 'DefaultEncryptionKey'] })),
      NextToken,
    };
  },
};

const listSecrets: Operation = {
  action: 'secretsmanager:ListSecrets',
  // It takes no resource (Service Authorization Reference).
  checks: () => [{ action: 'secretsmanager:ListSecrets', resource: '*' }],
  run(call) {
    const filters = call.input.structures('Filters', { max: 10 }).map(readFilter);
    const all = [...secretsOf(call).values()].flatMap((secret) => {
      const entry = listedEntry(call, secret);
      return entry === undefined || (entry['DeletedDate'] !== undefined && !call.input.flag('IncludePlannedDeletion')) ? [] : [{ secret, entry }];
    });
    const matching = all.filter(({ entry }) => filters.every((matches) => matches(entry)));
    const { items, NextToken } = pageOf(matching, ({ secret }) => secret.name, call.input, 100);
    return { SecretList: items.map(({ entry }) => entry), NextToken };
  },
};

/** As the list knows it by now; undefined while it does not know it yet. */
function listedEntry(call: Call, { listed }: StoredSecret): Readonly<Record<string, unknown>> | undefined {
  const now = call.world.clock.now();
  return listed.findLast(({ from }) => from <= now)?.entry;
}

/** Filter (API reference): keys and values of tags are compared apart from each other, by their beginnings; `!` before a value means not. */
function readFilter(filter: Fields): (entry: Readonly<Record<string, unknown>>) => boolean {
  const key = filter.text('Key', { oneOf: ['description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'] });
  const values = filter.texts('Values', { min: 1, max: 10, each: { min: 1, max: 512 } });
  return (entry) => values.some((value) => (value.startsWith('!') ? !textsOf(entry, key).some((text) => text.startsWith(value.slice(1))) : textsOf(entry, key).some((text) => text.startsWith(value))));
}

function textsOf(entry: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const tags = Array.isArray(entry['Tags']) ? entry['Tags'] : [];
  const ofTags = (field: 'Key' | 'Value'): readonly string[] => tags.map((tag: unknown) => (typeof tag === 'object' && tag !== null ? String(Reflect.get(tag, field)) : ''));
  if (key === 'tag-key') return ofTags('Key');
  if (key === 'tag-value') return ofTags('Value');
  const own = (field: string): readonly string[] => (typeof entry[field] === 'string' ? [entry[field]] : []);
  if (key === 'name') return own('Name');
  if (key === 'description') return own('Description');
  return key === 'all' ? [...own('Name'), ...own('Description'), ...ofTags('Key'), ...ofTags('Value')] : [];
}

function versionAsked(secret: StoredSecret, input: Fields): SecretVersion | undefined {
  const id = input.optionalText('VersionId', { min: 32, max: 64 });
  const stage = stageAsked(input);
  const version = id === undefined ? [...secret.versions.values()].find(({ stages }) => stages.has(stage)) : secret.versions.get(id);
  return id !== undefined && input.has('VersionStage') && version?.stages.has(stage) === false ? undefined : version;
}

function stageAsked(input: Fields): string {
  return input.optionalText('VersionStage', { min: 1, max: 256 }) ?? 'AWSCURRENT';
}

export const readOperations: Operations = { DescribeSecret: describeSecret, GetSecretValue: getSecretValue, ListSecretVersionIds: listSecretVersionIds, ListSecrets: listSecrets };
