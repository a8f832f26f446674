import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declaration } from './declaration.ts';
import { onStage } from './stage.ts';

const access = declaration((text) => text.replace('region: ap-northeast-1 }', 'region: ap-northeast-1, create: true }'));

test('after a cluster was rebuilt, adopt --from-cluster takes over what the old one had, and nothing else does', () =>
  onStage({}, async (stage) => {
    assert.equal((await stage.run(['apply', '-f', '-'], { stdin: access })).code, 0);
    const { uid } = (await stage.kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }))!.metadata;
    await stage.kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bedrock-access', namespace: 'kube-system' }, data: { 'cluster-id': 'rebuilt' } });
    const refused = await stage.run(['plan', '-f', '-'], { stdin: access });
    assert.equal(refused.code, 1);
    assert.match(refused.stdout + refused.stderr, new RegExp(`--from-cluster ${uid}`));
    const other = await stage.run(['apply', '-f', '-', '--from-cluster', 'elsewhere'], { stdin: access });
    assert.match(other.stderr, /owned-by-other-cluster/);
    const adopted = await stage.run(['adopt', '-f', '-', '--from-cluster', String(uid)], { stdin: access });
    assert.equal(adopted.code, 0, adopted.stderr);
    assert.match(adopted.stdout, /= iam-user/);
    assert.match((await stage.run(['plan', '-f', '-'], { stdin: access })).stdout, /No changes/);
  }));

test('apply --only carries out these kinds alone, and the plan says what was not asked for is unchanged', () =>
  onStage({}, async (stage) => {
    const made = await stage.run(['apply', '-f', '-', '--only', 'user,key,parameter'], { stdin: access });
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /4 to create/);
    assert.doesNotMatch(made.stdout, /external-secret/);
    const unknown = await stage.run(['plan', '-f', '-', '--only', 'keys'], { stdin: access });
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^error\[usage\]: --only keys: there is no such kind of resource/);
  }));

test('files with one name for two accesses are refused together, and a file that is no UTF-8 is named with its place', () =>
  onStage({}, async (stage) => {
    writeFileSync(join(stage.directory, 'a.yaml'), access);
    writeFileSync(join(stage.directory, 'b.yaml'), access.replace('name: openhands, namespace: openhands', 'name: other, namespace: openhands'));
    const both = await stage.run(['plan', '-f', 'a.yaml', '-f', 'b.yaml']);
    assert.equal(both.code, 1);
    assert.match(both.stderr, /name-taken-twice/);
    writeFileSync(join(stage.directory, 'c.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]));
    assert.match((await stage.run(['plan', '-f', 'c.yaml'])).stderr, /declaration-not-utf8/);
  }));
