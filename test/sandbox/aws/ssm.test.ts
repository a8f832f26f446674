import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, policy, refused, startAws, userWith } from './aws-sandbox.ts';

test('a SecureString is put, read with decryption only, and versioned', async () => {
  await using aws = await startAws();
  const { ssm } = aws.in('ap-northeast-1');
  assert.deepEqual((await ssm.putParameter({ Name: 'bedrock-access-key-id', Type: 'SecureString', Value: 'one', Description: 'd', Tags: [{ Key: 'a', Value: 'b' }] })).Version, 1);
  assert.equal((await ssm.putParameter({ Name: 'bedrock-access-key-id', Value: 'two', Overwrite: true })).Version, 2);
  const { Parameter: read } = await ssm.getParameter({ Name: 'bedrock-access-key-id', WithDecryption: true });
  assert.deepEqual([read?.Value, read?.Version, read?.ARN], ['two', 2, 'arn:aws:ssm:ap-northeast-1:123456789012:parameter/bedrock-access-key-id']);
  assert.deepEqual(read?.LastModifiedDate, new Date('2026-11-24T09:00:00Z'));
  const { Parameter: sealed } = await ssm.getParameter({ Name: 'bedrock-access-key-id' });
  assert.match(sealed?.Value ?? '', /^AQICAH/);
  assert.equal((await ssm.getParameter({ Name: 'bedrock-access-key-id:1', WithDecryption: true })).Parameter?.Value, 'one');
  assert.equal((await ssm.getParameter({ Name: read?.ARN, WithDecryption: true })).Parameter?.Value, 'two');
  await refused(ssm.getParameter({ Name: 'bedrock-access-key-id:9' }), 'ParameterVersionNotFound', /could not find version 9/);
  await refused(aws.ssm.getParameter({ Name: 'bedrock-access-key-id' }), 'ParameterNotFound', undefined, 400);
  const { Parameters: history } = await ssm.getParameterHistory({ Name: 'bedrock-access-key-id', WithDecryption: true });
  assert.deepEqual(history?.map((version) => [version.Version, version.Value, version.Description]), [[1, 'one', 'd'], [2, 'two', undefined]]);
});

test('names that AWS reserves are refused at the put, and only there', async () => {
  await using aws = await startAws();
  const put = (Name: string): Promise<unknown> => aws.ssm.putParameter({ Name, Type: 'String', Value: 'v' });
  await refused(put('ssm-bedrock-key'), 'ValidationException', 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).', 400);
  await refused(put('AWSkey'), 'ValidationException');
  await refused(put('/ssm/a'), 'ValidationException', /^Parameter name: can't be prefixed with "ssm" \(case-insensitive\)\. If formed as a path/);
  await refused(put('/aws/a'), 'AccessDeniedException', 'No access to reserved parameter name: /aws/a.');
  await refused(put('a b'), 'ValidationException');
  await refused(put('a/b'), 'ValidationException', /fully qualified/);
  await refused(put(`/${Array.from({ length: 16 }, () => 'x').join('/')}`), 'HierarchyLevelLimitExceededException');
  await put('/lolice/openhands/KEY');
  await put('aw');
});

test('puts are refused that AWS refuses', async () => {
  await using aws = await startAws();
  const { ssm } = aws;
  await refused(ssm.putParameter({ Name: 'p', Value: 'v' }), 'ValidationException', 'A parameter type is required when you create a parameter.');
  await refused(ssm.putParameter({ Name: 'p', Type: 'String', Value: 'v', Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] }), 'ValidationException', /^Invalid request: tags and overwrite can't be used together\./);
  await refused(ssm.putParameter({ Name: 'p', Type: 'SecureString', Value: 'x'.repeat(4097) }), 'ValidationException', /maximum parameter value of 4096 characters/);
  await refused(ssm.putParameter({ Name: 'p', Type: 'SecureString', Value: '' }), 'ValidationException', /greater than or equal to 1/);
  await ssm.putParameter({ Name: 'p', Type: 'String', Value: 'v' });
  await refused(ssm.putParameter({ Name: 'p', Type: 'String', Value: 'w' }), 'ParameterAlreadyExists', /set the overwrite option in the request to true/);
  await refused(ssm.putParameter({ Name: 'p', Type: 'SecureString', Value: 'w', Overwrite: true }), 'HierarchyTypeMismatchException');
  assert.equal((await ssm.putParameter({ Name: 'big', Type: 'String', Value: 'x'.repeat(4097), Tier: 'Advanced' })).Tier, 'Advanced');
});

test('a hundred versions are kept, and a labelled oldest one blocks the next', async () => {
  await using aws = await startAws();
  const { ssm } = aws;
  for (let version = 1; version <= 101; version += 1) await ssm.putParameter({ Name: 'p', Type: 'String', Value: String(version), Overwrite: true });
  await refused(ssm.getParameter({ Name: 'p:1' }), 'ParameterVersionNotFound');
  await ssm.labelParameterVersion({ Name: 'p', ParameterVersion: 2, Labels: ['keep'] });
  assert.equal((await ssm.getParameter({ Name: 'p:keep' })).Parameter?.Value, '2');
  await refused(ssm.putParameter({ Name: 'p', Value: 'next', Overwrite: true }), 'ParameterMaxVersionLimitExceeded', /Version 2, the oldest version, can't be deleted/);
  assert.deepEqual((await ssm.labelParameterVersion({ Name: 'p', Labels: ['keep', 'aws-no', '1st'] })).InvalidLabels, ['aws-no', '1st']);
  assert.equal((await ssm.putParameter({ Name: 'p', Value: 'next', Overwrite: true })).Version, 102);
});

test('parameters are described without values and tags, and found by name, type and tag', async () => {
  await using aws = await startAws();
  const { ssm } = aws;
  await ssm.putParameter({ Name: '/a/one', Type: 'SecureString', Value: 'hidden', Tags: [{ Key: 'bedrock-access/name', Value: 'x' }, { Key: 'bedrock-access/namespace', Value: 'n' }] });
  await ssm.putParameter({ Name: '/a/b/two', Type: 'String', Value: 'v', Tags: [{ Key: 'bedrock-access/name', Value: 'x' }] });
  await ssm.putParameter({ Name: 'three', Type: 'String', Value: 'v' });
  const found = async (...filters: readonly { Key: string; Option?: string; Values?: string[] }[]): Promise<unknown> =>
    (await ssm.describeParameters({ ParameterFilters: [...filters] })).Parameters?.map((parameter) => parameter.Name);
  assert.deepEqual(await found(), ['/a/b/two', '/a/one', 'three']);
  assert.deepEqual(await found({ Key: 'Name', Option: 'Equals', Values: ['three', '/a/one', 'absent'] }), ['/a/one', 'three']);
  assert.deepEqual(await found({ Key: 'Name', Option: 'BeginsWith', Values: ['a/'] }), ['/a/b/two', '/a/one']);
  assert.deepEqual(await found({ Key: 'tag:bedrock-access/name', Values: ['x'] }, { Key: 'tag:bedrock-access/namespace', Values: ['n'] }), ['/a/one']);
  assert.deepEqual(await found({ Key: 'Type', Values: ['String'] }, { Key: 'Path', Option: 'Recursive', Values: ['/a'] }), ['/a/b/two']);
  assert.deepEqual(await found({ Key: 'Path', Values: ['/a'] }), ['/a/one']);
  await refused(ssm.describeParameters({ ParameterFilters: [{ Key: 'Name', Option: 'Like', Values: ['x'] }] }), 'InvalidFilterOption');
  await refused(ssm.describeParameters({ ParameterFilters: [{ Key: 'Label', Values: ['x'] }] }), 'InvalidFilterKey');
  const first = await ssm.describeParameters({ MaxResults: 2 });
  const second = await ssm.describeParameters({ MaxResults: 2, NextToken: first.NextToken });
  assert.deepEqual([first.Parameters?.length, second.Parameters?.map((parameter) => parameter.Name), second.NextToken], [2, ['three'], undefined]);
  assert.ok(!JSON.stringify(first).includes('hidden'));
});

test('several parameters are read at once, by name or below a path', async () => {
  await using aws = await startAws();
  const { ssm } = aws;
  await ssm.putParameter({ Name: '/a/one', Type: 'String', Value: '1' });
  await ssm.putParameter({ Name: '/a/b/two', Type: 'String', Value: '2' });
  const several = await ssm.getParameters({ Names: ['/a/one', '/absent'] });
  assert.deepEqual([several.Parameters?.map((parameter) => parameter.Value), several.InvalidParameters], [['1'], ['/absent']]);
  assert.deepEqual((await ssm.getParametersByPath({ Path: '/a' })).Parameters?.map((parameter) => parameter.Name), ['/a/one']);
  assert.deepEqual((await ssm.getParametersByPath({ Path: '/', Recursive: true })).Parameters?.map((parameter) => parameter.Name), ['/a/b/two', '/a/one']);
  assert.deepEqual(await ssm.deleteParameters({ Names: ['/a/one', '/absent'] }).then(({ DeletedParameters, InvalidParameters }) => [DeletedParameters, InvalidParameters]), [['/a/one'], ['/absent']]);
  await ssm.deleteParameter({ Name: '/a/b/two' });
  await refused(ssm.deleteParameter({ Name: '/a/b/two' }), 'ParameterNotFound');
  assert.deepEqual(aws.sandbox.aws.snapshot(), {});
});

test('tags are added, removed and listed', async () => {
  await using aws = await startAws();
  const { ssm } = aws;
  const resource = { ResourceType: 'Parameter', ResourceId: 'p' } as const;
  await refused(ssm.listTagsForResource(resource), 'InvalidResourceId');
  await ssm.putParameter({ Name: 'p', Type: 'String', Value: 'v' });
  await ssm.addTagsToResource({ ...resource, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });
  await ssm.removeTagsFromResource({ ...resource, TagKeys: ['a'] });
  assert.deepEqual((await ssm.listTagsForResource(resource)).TagList, [{ Key: 'b', Value: '2' }]);
});

test('a key that is named by its alias is judged as the key, under its aliases and the context of the parameter', async () => {
  await using aws = await startAws();
  await aws.ssm.putParameter({ Name: 'mine', Type: 'SecureString', Value: 'v', KeyId: 'alias/own' });
  const read = allow('ssm:GetParameter', 'arn:aws:ssm:us-west-2:123456789012:parameter/mine');
  const decrypt = (resource: string, alias: string, parameter: string): string =>
    policy(read, { ...allow('kms:Decrypt', resource), Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias }, StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': `arn:aws:ssm:us-west-2:123456789012:parameter/${parameter}` } } });
  const keys = 'arn:aws:kms:us-west-2:123456789012:key/*';
  const user = await userWith(aws, 'reader', policy(read));
  const reader = aws.as(user).ssm;
  for (const document of [decrypt('arn:aws:kms:us-west-2:123456789012:alias/own', 'alias/own', 'mine'), decrypt(keys, 'alias/another', 'mine'), decrypt(keys, 'alias/own', 'other')]) {
    await aws.iam.putUserPolicy({ UserName: 'reader', PolicyName: 'inline', PolicyDocument: document });
    await refused(reader.getParameter({ Name: 'mine', WithDecryption: true }), 'AccessDeniedException', /kms:Decrypt on resource: arn:aws:kms:us-west-2:123456789012:key\//);
  }
  await aws.iam.putUserPolicy({ UserName: 'reader', PolicyName: 'inline', PolicyDocument: decrypt(keys, 'alias/own', 'mine') });
  assert.equal((await reader.getParameter({ Name: 'mine', WithDecryption: true })).Parameter?.Value, 'v');
});

test('a reader of one parameter reads no other, and a key of one’s own asks for its permission', async () => {
  await using aws = await startAws();
  const key = 'arn:aws:kms:us-west-2:123456789012:key/0c0ffee0-0000-4000-8000-000000000000';
  await aws.ssm.putParameter({ Name: 'mine', Type: 'SecureString', Value: 'v', KeyId: key });
  await aws.ssm.putParameter({ Name: 'other', Type: 'SecureString', Value: 'v' });
  const read = allow('ssm:GetParameter', 'arn:aws:ssm:us-west-2:123456789012:parameter/mine');
  const reader = aws.as(await userWith(aws, 'reader', policy(read))).ssm;
  await refused(
    reader.getParameter({ Name: 'other' }),
    'AccessDeniedException',
    'User: arn:aws:iam::123456789012:user/service/reader is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-west-2:123456789012:parameter/other because no identity-based policy allows the ssm:GetParameter action',
    400,
  );
  assert.match((await reader.getParameter({ Name: 'mine' })).Parameter?.Value ?? '', /^AQICAH/);
  await refused(reader.getParameter({ Name: 'mine', WithDecryption: true }), 'AccessDeniedException', /kms:Decrypt on resource: arn:aws:kms:us-west-2/);
  await aws.iam.putUserPolicy({ UserName: 'reader', PolicyName: 'inline', PolicyDocument: policy(read, allow('kms:Decrypt', key)) });
  assert.equal((await reader.getParameter({ Name: 'mine', WithDecryption: true })).Parameter?.Value, 'v');
});
