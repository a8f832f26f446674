import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, policy, refused, startAws, userWith } from './aws-sandbox.ts';

const Name = 'bedrock-openhands-credentials';
const token = (letter: string): string => letter.repeat(32);
const arn = /^arn:aws:secretsmanager:us-west-2:123456789012:secret:bedrock-openhands-credentials-[A-Za-z0-9]{6}$/;

test('a secret is created once, read by name, ARN and partial ARN, and not in another region', async () => {
  await using aws = await startAws();
  const { secrets } = aws;
  const made = await secrets.createSecret({ Name, SecretString: '{"a":1}', ClientRequestToken: token('a'), Description: 'd', Tags: [{ Key: 'k', Value: 'v' }] });
  assert.match(made.ARN ?? '', arn);
  assert.equal(made.VersionId, token('a'));
  for (const SecretId of [Name, made.ARN, made.ARN?.slice(0, -7)]) assert.equal((await secrets.getSecretValue({ SecretId })).SecretString, '{"a":1}');
  const seen = await secrets.describeSecret({ SecretId: Name });
  assert.deepEqual([seen.Description, seen.KmsKeyId, seen.Tags, seen.VersionIdsToStages, seen.DeletedDate], ['d', undefined, [{ Key: 'k', Value: 'v' }], { [token('a')]: ['AWSCURRENT'] }, undefined]);
  assert.deepEqual(seen.LastChangedDate, new Date('2026-11-24T09:00:00Z'));
  await refused(aws.in('ap-northeast-1').secrets.getSecretValue({ SecretId: Name }), 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.", 400);
});

test('a create that is made again changes nothing; another one of that name is refused, and so are names that AWS does not take', async () => {
  await using aws = await startAws();
  const { secrets } = aws;
  const create = (SecretString: string, ClientRequestToken: string): Promise<unknown> => secrets.createSecret({ Name, SecretString, ClientRequestToken });
  await create('one', token('a'));
  await create('one', token('a'));
  await refused(create('two', token('a')), 'ResourceExistsException', `The operation failed because the secret ${Name} already exists.`, 400);
  await refused(create('one', token('b')), 'ResourceExistsException');
  await refused(secrets.createSecret({ Name: 'a b', SecretString: 'x' }), 'ValidationException', /^Invalid name\. /);
  await refused(secrets.createSecret({ Name: 'x'.repeat(513), SecretString: 'x' }), 'ValidationException', /less than or equal to 512/);
  await refused(secrets.createSecret({ Name: 'short', SecretString: 'x', ClientRequestToken: 'short' }), 'InvalidParameterException', 'ClientRequestToken must be 32-64 characters long.');
  await refused(secrets.createSecret({ Name: 'none', SecretString: '' }), 'InvalidParameterException');
});

test('versions move AWSCURRENT and AWSPREVIOUS; the same id with the same value is no other version, with another value it is refused', async () => {
  await using aws = await startAws();
  const { secrets } = aws;
  await secrets.createSecret({ Name, SecretString: 'one', ClientRequestToken: token('a') });
  const put = (SecretString: string, ClientRequestToken: string) => secrets.putSecretValue({ SecretId: Name, SecretString, ClientRequestToken });
  assert.deepEqual((await put('two', token('b'))).VersionStages, ['AWSCURRENT']);
  await put('two', token('b'));
  await refused(put('other', token('b')), 'ResourceExistsException');
  const stages = async () => (await secrets.describeSecret({ SecretId: Name })).VersionIdsToStages;
  assert.deepEqual(await stages(), { [token('a')]: ['AWSPREVIOUS'], [token('b')]: ['AWSCURRENT'] });
  await put('three', token('c'));
  assert.deepEqual(await stages(), { [token('b')]: ['AWSPREVIOUS'], [token('c')]: ['AWSCURRENT'] });
  // A put of an earlier version's id and value is ignored, and moves no label.
  await put('two', token('b'));
  assert.equal((await secrets.getSecretValue({ SecretId: Name })).SecretString, 'three');
  assert.equal((await secrets.getSecretValue({ SecretId: Name, VersionStage: 'AWSPREVIOUS' })).SecretString, 'two');
  assert.equal((await secrets.getSecretValue({ SecretId: Name, VersionId: token('a') })).SecretString, 'one');
  await refused(secrets.getSecretValue({ SecretId: Name, VersionId: token('z') }), 'ResourceNotFoundException', /can't find the specified secret value for VersionId/);
  const listed = async (IncludeDeprecated: boolean) => (await secrets.listSecretVersionIds({ SecretId: Name, IncludeDeprecated })).Versions?.map(({ VersionId }) => VersionId?.[0]);
  assert.deepEqual([await listed(false), await listed(true)], [['b', 'c'], ['a', 'b', 'c']]);
  await refused(secrets.updateSecret({ SecretId: Name, SecretString: 'three', ClientRequestToken: token('c') }), 'ResourceExistsException');
});

test('beyond a hundred versions those without a label go, when they are older than a day', async () => {
  await using aws = await startAws();
  const { secrets, sandbox } = aws;
  await secrets.createSecret({ Name, SecretString: '0' });
  for (let count = 1; count <= 110; count += 1) await secrets.putSecretValue({ SecretId: Name, SecretString: String(count) });
  const count = async (): Promise<number | undefined> => (await secrets.listSecretVersionIds({ SecretId: Name, IncludeDeprecated: true, MaxResults: 100 })).Versions?.length;
  assert.equal((await secrets.listSecretVersionIds({ SecretId: Name, IncludeDeprecated: true })).NextToken === undefined, false);
  await sandbox.clock.advance(25 * 3_600_000);
  await secrets.putSecretValue({ SecretId: Name, SecretString: 'last' });
  assert.equal(await count(), 100);
});

test('what is scheduled for deletion keeps its name, cannot be read or changed, and is restored; at the end of its window it is gone', async () => {
  await using aws = await startAws();
  const { secrets, sandbox } = aws;
  await secrets.createSecret({ Name, SecretString: 'one' });
  assert.deepEqual((await secrets.deleteSecret({ SecretId: Name, RecoveryWindowInDays: 7 })).DeletionDate, new Date('2026-12-01T09:00:00Z'));
  const marked = "You can't perform this operation on the secret because it was marked for deletion.";
  await refused(secrets.getSecretValue({ SecretId: Name }), 'InvalidRequestException', marked, 400);
  await refused(secrets.putSecretValue({ SecretId: Name, SecretString: 'x' }), 'InvalidRequestException', marked);
  await refused(secrets.tagResource({ SecretId: Name, Tags: [{ Key: 'a', Value: 'b' }] }), 'InvalidRequestException', marked);
  await refused(secrets.createSecret({ Name, SecretString: 'x' }), 'InvalidRequestException', "You can't create this secret because a secret with this name is already scheduled for deletion.");
  assert.ok((await secrets.describeSecret({ SecretId: Name })).DeletedDate instanceof Date);
  assert.deepEqual((await secrets.listSecrets({})).SecretList, []);
  assert.equal((await secrets.listSecrets({ IncludePlannedDeletion: true })).SecretList?.length, 1);
  await secrets.restoreSecret({ SecretId: Name });
  assert.equal((await secrets.getSecretValue({ SecretId: Name })).SecretString, 'one');
  await secrets.deleteSecret({ SecretId: Name });
  await sandbox.clock.advance(30 * 86_400_000);
  await refused(secrets.describeSecret({ SecretId: Name }), 'ResourceNotFoundException');
  await secrets.createSecret({ Name, SecretString: 'again' });
});

test('without a recovery window a secret is gone at once, one that is scheduled already too, and one that is not there is no failure', async () => {
  await using aws = await startAws();
  const { secrets } = aws;
  await secrets.createSecret({ Name, SecretString: 'one' });
  await secrets.deleteSecret({ SecretId: Name });
  for (let turn = 0; turn < 2; turn += 1) await secrets.deleteSecret({ SecretId: Name, ForceDeleteWithoutRecovery: true });
  await secrets.createSecret({ Name, SecretString: 'two' });
  await refused(secrets.deleteSecret({ SecretId: Name, ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 }), 'InvalidParameterException');
  await refused(secrets.deleteSecret({ SecretId: 'none' }), 'ResourceNotFoundException');
});

test('secrets are listed by the beginnings of keys and values of their tags, page by page', async () => {
  await using aws = await startAws();
  const { secrets } = aws;
  for (const name of ['one', 'two', 'three']) await secrets.createSecret({ Name: name, SecretString: 'x', Tags: [{ Key: 'bedrock-access/name', Value: `app-${name}` }] });
  await secrets.createSecret({ Name: 'bare', SecretString: 'x' });
  const names = async (Filters: NonNullable<Parameters<typeof secrets.listSecrets>[0]['Filters']>): Promise<readonly (string | undefined)[] | undefined> => (await secrets.listSecrets({ Filters })).SecretList?.map((secret) => secret.Name);
  assert.deepEqual(await names([{ Key: 'tag-key', Values: ['bedrock-access'] }]), ['one', 'three', 'two']);
  assert.deepEqual(await names([{ Key: 'tag-value', Values: ['app-t'] }]), ['three', 'two']);
  const first = await secrets.listSecrets({ MaxResults: 3 });
  const second = await secrets.listSecrets({ MaxResults: 3, NextToken: first.NextToken });
  assert.deepEqual([first.SecretList?.length, second.SecretList?.map((secret) => secret.Name), second.NextToken], [3, ['two'], undefined]);
  assert.deepEqual(first.SecretList?.[1]?.Tags, [{ Key: 'bedrock-access/name', Value: 'app-one' }]);
});

test('a list lags where the world is eventually consistent, and DescribeSecret does not', async () => {
  await using aws = await startAws({ consistency: { propagation: 300_000 } });
  const { secrets, sandbox } = aws;
  await sandbox.clock.advance(300_000);
  await secrets.createSecret({ Name, SecretString: 'one' });
  assert.equal((await secrets.describeSecret({ SecretId: Name })).Name, Name);
  assert.deepEqual((await secrets.listSecrets({})).SecretList, []);
  await sandbox.clock.advance(300_000);
  assert.equal((await secrets.listSecrets({})).SecretList?.length, 1);
});

test('a caller is judged on the ARN with its six characters, by the tags of the secret, and on a tag that it gives', async () => {
  await using aws = await startAws();
  const secretOf = (name: string): string => `arn:aws:secretsmanager:us-west-2:123456789012:secret:${name}`;
  await aws.secrets.createSecret({ Name, SecretString: 'one', Tags: [{ Key: 'of', Value: 'ours' }] });
  await aws.secrets.createSecret({ Name: `${Name}-x`, SecretString: 'another' });
  const reader = aws.as(await userWith(aws, 'reader', policy(allow('secretsmanager:GetSecretValue', secretOf(`${Name}-??????`))))).secrets;
  assert.equal((await reader.getSecretValue({ SecretId: Name })).SecretString, 'one');
  await refused(reader.getSecretValue({ SecretId: `${Name}-x` }), 'AccessDeniedException', /is not authorized to perform: secretsmanager:GetSecretValue/, 400);
  await refused(reader.describeSecret({ SecretId: Name }), 'AccessDeniedException');
  const bare = aws.as(await userWith(aws, 'bare', policy(allow('secretsmanager:*', secretOf(Name))))).secrets;
  await refused(bare.getSecretValue({ SecretId: Name }), 'AccessDeniedException');
  const tagger = aws.as(await userWith(aws, 'tagger', policy(allow('secretsmanager:CreateSecret'), { ...allow('secretsmanager:DeleteSecret'), Condition: { StringEquals: { 'aws:ResourceTag/of': 'ours' } } }))).secrets;
  await tagger.createSecret({ Name: 'plain', SecretString: 'x' });
  await refused(tagger.createSecret({ Name: 'tagged', SecretString: 'x', Tags: [{ Key: 'a', Value: 'b' }] }), 'AccessDeniedException', /secretsmanager:TagResource/);
  await refused(tagger.deleteSecret({ SecretId: 'plain', ForceDeleteWithoutRecovery: true }), 'AccessDeniedException');
  await tagger.deleteSecret({ SecretId: Name, ForceDeleteWithoutRecovery: true });
});

test("a key of the customer's own is used through Secrets Manager, under the secret's own encryption context", async () => {
  await using aws = await startAws();
  const KmsKeyId = 'arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555';
  const made = await aws.secrets.createSecret({ Name, SecretString: 'one', KmsKeyId });
  assert.equal((await aws.secrets.describeSecret({ SecretId: Name })).KmsKeyId, KmsKeyId);
  const use = (context: object) => ({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KmsKeyId, Condition: context });
  const read = allow('secretsmanager:GetSecretValue');
  const reader = async (name: string, ...statements: readonly object[]): Promise<unknown> => aws.as(await userWith(aws, name, policy(read, ...statements))).secrets.getSecretValue({ SecretId: Name });
  await refused(reader('none'), 'AccessDeniedException', /kms:Decrypt/);
  await refused(reader('elsewhere', use({ StringEquals: { 'kms:ViaService': 'ssm.us-west-2.amazonaws.com' } })), 'AccessDeniedException');
  await refused(reader('another', use({ StringLike: { 'kms:EncryptionContext:SecretARN': 'arn:aws:secretsmanager:us-west-2:123456789012:secret:other-??????' } })), 'AccessDeniedException');
  await reader('right', use({ StringEquals: { 'kms:ViaService': 'secretsmanager.us-west-2.amazonaws.com', 'kms:EncryptionContext:SecretARN': made.ARN } }));
  const writer = aws.as(await userWith(aws, 'writer', policy(allow('secretsmanager:*'), allow('kms:Decrypt')))).secrets;
  await refused(writer.putSecretValue({ SecretId: Name, SecretString: 'two' }), 'AccessDeniedException', /kms:GenerateDataKey/);
  // Back to AWS's own key, which everybody may use.
  await aws.secrets.updateSecret({ SecretId: Name, KmsKeyId: '' });
  assert.equal((await aws.secrets.describeSecret({ SecretId: Name })).KmsKeyId, undefined);
  await reader('all');
});

test('no value is in the audit log, in the snapshot, or in an error', async () => {
  await using aws = await startAws();
  const canary = 'c4n4ry-c4n4ry-c4n4ry-c4n4ry';
  await aws.secrets.createSecret({ Name, SecretString: canary, ClientRequestToken: token('a') });
  const failure = await aws.secrets.createSecret({ Name, SecretString: `${canary}2`, ClientRequestToken: token('a') }).catch((error: Error) => error.message);
  for (const text of [JSON.stringify(aws.sandbox.audit), JSON.stringify(aws.sandbox.aws.snapshot()), JSON.stringify(failure)]) assert.ok(!text.includes('c4n4ry'));
});
