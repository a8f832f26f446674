/** Every operation of Secrets Manager that the product uses, with good and bad input. Cases run in order, in one account. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Clients } from './clients.ts';
import { outcome, type Outcome } from './outcome.ts';
import type { Case } from './requests.ts';

const Name = 'bedrock-openhands-credentials';
const SecretId = Name;
const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
const Tags = [{ Key: 'bedrock-access/name', Value: 'openhands' }];

/** The six characters that AWS adds differ everywhere. */
async function arnOf(sent: Promise<{ readonly ARN?: string | undefined }>, ...fields: readonly string[]): Promise<Outcome> {
  let arn: string | undefined;
  const answer = await outcome(sent.then((each) => ((arn = each.ARN), each)), ...fields);
  return arn === undefined ? answer : { ...answer, fields: { ...answer.fields, arn: arn.replace(/-\w{6}$/, '-<six>') } };
}

async function stages({ secrets }: Clients): Promise<Outcome> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  return { answer: '200', fields: Object.fromEntries(Object.entries(VersionIdsToStages).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** What the emulators do otherwise, each with what the Secrets Manager API Reference says. */
const absent = 'AWS answers ResourceNotFoundException with status 400 (Secrets Manager API Reference, Errors of each action)';
const token = 'the ClientRequestToken of a CreateSecret becomes the id of the first version, and the same call again is ignored (Secrets Manager API Reference, CreateSecret)';
const scheduled = 'InvalidRequestException: "a secret with this name is already scheduled for deletion" (Secrets Manager user guide, Delete an AWS Secrets Manager secret; API Reference, CreateSecret, Errors)';
const free = 'names have letters, digits and /_+=.@- only (Secrets Manager API Reference, CreateSecret)';

export const secretsManagerCases: readonly Case[] = [
  { name: 'CreateSecret with a version id, description and tags', play: ({ secrets }) => arnOf(secrets.send(new CreateSecretCommand({ Name, SecretString: 'one', ClientRequestToken: first, Description: 'd', Tags })), 'Name', 'VersionId'), known: { ministack: token } },
  { name: 'the same CreateSecret again changes nothing', play: ({ secrets }) => arnOf(secrets.send(new CreateSecretCommand({ Name, SecretString: 'one', ClientRequestToken: first, Description: 'd', Tags })), 'Name', 'VersionId'), known: { ministack: token } },
  { name: 'CreateSecret of a name that is there', play: ({ secrets }) => outcome(secrets.send(new CreateSecretCommand({ Name, SecretString: 'other' }))) },
  { name: 'CreateSecret with a name that is none', play: ({ secrets }) => outcome(secrets.send(new CreateSecretCommand({ Name: 'a b', SecretString: 'x' }))), known: { ministack: free, moto: free } },
  { name: 'CreateSecret with a version id that is too short', play: ({ secrets }) => outcome(secrets.send(new CreateSecretCommand({ Name: 'short', SecretString: 'x', ClientRequestToken: 'short' }))), known: { ministack: token } },
  { name: 'DescribeSecret', play: ({ secrets }) => arnOf(secrets.send(new DescribeSecretCommand({ SecretId })), 'Name', 'Description', 'KmsKeyId', 'Tags', 'VersionIdsToStages', 'DeletedDate', 'LastChangedDate', 'CreatedDate'), known: { ministack: token } },
  { name: 'DescribeSecret that is not there', play: ({ secrets }) => outcome(secrets.send(new DescribeSecretCommand({ SecretId: 'none' }))), known: { moto: absent } },
  { name: 'GetSecretValue', play: ({ secrets }) => outcome(secrets.send(new GetSecretValueCommand({ SecretId })), 'SecretString', 'VersionId', 'VersionStages'), known: { ministack: token } },
  { name: 'GetSecretValue that is not there', play: ({ secrets }) => outcome(secrets.send(new GetSecretValueCommand({ SecretId: 'none' }))), known: { moto: absent } },
  { name: 'PutSecretValue as another version', play: ({ secrets }) => outcome(secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'two', ClientRequestToken: second })), 'VersionId', 'VersionStages') },
  { name: 'the labels have moved', play: stages, known: { ministack: token } },
  { name: 'the same PutSecretValue again changes nothing', play: async (aws) => { const answer = await outcome(aws.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'two', ClientRequestToken: second }))); return { ...(await stages(aws)), answer: answer.answer }; }, known: { ministack: 'the same put again is ignored, and leaves AWSPREVIOUS where it is (Secrets Manager API Reference, PutSecretValue)' } },
  { name: 'PutSecretValue of another value for the same version', play: ({ secrets }) => outcome(secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'three', ClientRequestToken: second }))), known: { ministack: 'a version cannot be modified (Secrets Manager API Reference, PutSecretValue)' } },
  { name: 'PutSecretValue that is not there', play: ({ secrets }) => outcome(secrets.send(new PutSecretValueCommand({ SecretId: 'none', SecretString: 'x' }))), known: { moto: absent } },
  { name: 'GetSecretValue of an earlier version by its id', play: ({ secrets }) => outcome(secrets.send(new GetSecretValueCommand({ SecretId, VersionId: first })), 'SecretString', 'VersionStages'), known: { ministack: token } },
  { name: 'GetSecretValue of a version that is not there', play: ({ secrets }) => outcome(secrets.send(new GetSecretValueCommand({ SecretId, VersionId: 'z'.repeat(32) }))), known: { moto: absent } },
  { name: 'ListSecretVersionIds with those that have no label', play: async ({ secrets }) => { await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'three', ClientRequestToken: 'c'.repeat(32) })); const { Versions = [] } = await secrets.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true })); return { answer: '200', fields: { ids: Versions.map(({ VersionId }) => VersionId?.[0] ?? '').sort(), dated: Versions.every(({ CreatedDate }) => CreatedDate instanceof Date) } }; }, known: { ministack: token } },
  { name: 'UpdateSecret with another key', play: async ({ secrets }) => { const answer = await outcome(secrets.send(new UpdateSecretCommand({ SecretId, KmsKeyId: 'alias/bedrock' }))); const { KmsKeyId } = await secrets.send(new DescribeSecretCommand({ SecretId })); return { ...answer, fields: { KmsKeyId } }; } },
  { name: 'TagResource', play: async ({ secrets }) => { const answer = await outcome(secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'more', Value: 'x' }] }))); const seen = await secrets.send(new DescribeSecretCommand({ SecretId })); return { ...answer, fields: { tags: (seen.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`).sort() } }; } },
  { name: 'TagResource that is not there', play: ({ secrets }) => outcome(secrets.send(new TagResourceCommand({ SecretId: 'none', Tags }))), known: { moto: absent } },
  { name: 'ListSecrets by keys and values of tags', play: async ({ secrets }) => { const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true, MaxResults: 100, Filters: [{ Key: 'tag-key', Values: ['bedrock-access/name'] }, { Key: 'tag-value', Values: ['openhands'] }] })); return { answer: '200', fields: { names: SecretList.map((secret) => secret.Name), tagged: SecretList.every((secret) => (secret.Tags ?? []).length === 2), staged: SecretList.every(({ SecretVersionsToStages = {} }) => Object.values(SecretVersionsToStages).flat().includes('AWSCURRENT')) } }; } },
  { name: 'ListSecrets by a tag that nothing has', play: async ({ secrets }) => { const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ Filters: [{ Key: 'tag-value', Values: ['nobody'] }] })); return { answer: '200', fields: { found: SecretList.length } }; } },
  { name: 'DeleteSecret with a recovery window', play: ({ secrets }) => outcome(secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 })), 'Name', 'DeletionDate') },
  { name: 'DescribeSecret of one that is scheduled for deletion', play: ({ secrets }) => outcome(secrets.send(new DescribeSecretCommand({ SecretId })), 'Name', 'DeletedDate') },
  { name: 'GetSecretValue of one that is scheduled for deletion', play: ({ secrets }) => outcome(secrets.send(new GetSecretValueCommand({ SecretId }))) },
  { name: 'PutSecretValue into one that is scheduled for deletion', play: ({ secrets }) => outcome(secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' }))), known: { moto: 'what is scheduled for deletion takes no other change: InvalidRequestException (Secrets Manager API Reference, PutSecretValue)' } },
  { name: 'CreateSecret of a name that is scheduled for deletion', play: ({ secrets }) => outcome(secrets.send(new CreateSecretCommand({ Name, SecretString: 'x' }))), known: { ministack: scheduled, moto: scheduled } },
  { name: 'ListSecrets leaves it out, unless asked', play: async ({ secrets }) => { const names = async (IncludePlannedDeletion: boolean) => ((await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion }))).SecretList ?? []).some((secret) => secret.Name === Name); return { answer: '200', fields: { plain: await names(false), planned: await names(true) } }; } },
  { name: 'RestoreSecret', play: async ({ secrets }) => { const answer = await outcome(secrets.send(new RestoreSecretCommand({ SecretId })), 'Name'); const seen = await secrets.send(new DescribeSecretCommand({ SecretId })); return { ...answer, fields: { ...answer.fields, deleted: seen.DeletedDate ?? 'no' } }; } },
  { name: 'DeleteSecret without a recovery window, of one that is scheduled already', play: async ({ secrets }) => { await secrets.send(new DeleteSecretCommand({ SecretId })); return outcome(secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })), 'Name'); } },
  { name: 'it is gone, and its name is free', play: async ({ secrets }) => { const gone = await outcome(secrets.send(new DescribeSecretCommand({ SecretId }))); const made = await outcome(secrets.send(new CreateSecretCommand({ Name, SecretString: 'again' }))); await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })); return { answer: gone.answer, fields: { made: made.answer } }; }, known: { moto: absent } },
  { name: 'DeleteSecret without a recovery window, of one that is not there', play: ({ secrets }) => outcome(secrets.send(new DeleteSecretCommand({ SecretId: 'none', ForceDeleteWithoutRecovery: true }))), known: { ministack: '"If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException" (Secrets Manager API Reference, DeleteSecret)' } },
  { name: 'DeleteSecret that is not there', play: ({ secrets }) => outcome(secrets.send(new DeleteSecretCommand({ SecretId: 'none' }))), known: { moto: absent } },
  { name: 'DeleteSecret with a window and without one at once', play: async ({ secrets }) => { await secrets.send(new CreateSecretCommand({ Name: 'both', SecretString: 'x' })); const answer = await outcome(secrets.send(new DeleteSecretCommand({ SecretId: 'both', RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }))); await secrets.send(new DeleteSecretCommand({ SecretId: 'both', ForceDeleteWithoutRecovery: true })).catch(() => undefined); return answer; } },
];
