/** Random worlds full of things of like names, tags and marks, most of them not ours. */
import { account, emptyWorld, owner, ownerLabels, ownerTags, parameter, user, workload, type World } from './observed.ts';

const names = ['bedrock-openhands-user', 'bedrock-openhands-user-2', 'openhands'];
const policyNames = ['bedrock-openhands-policy', 'bedrock-openhands-policy-2', 'other'];
const parameterNames = ['bedrock-secret-access-key', 'bedrock-access-key-id', 'bedrock-openhands-credentials', 'bedrock-openhands-old'];
const secretNames = ['bedrock-openhands-credentials', 'bedrock-openhands-old', 'bedrock-access-key-id'];
const keyIds = ['AKIAAAAAAAAAAAAAAAA1', 'AKIAAAAAAAAAAAAAAAA2', 'AKIAAAAAAAAAAAAAAAA3'];

export function randomWorld(random: () => number): World {
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const maybe = (share: number): boolean => random() < share;
  /** Ours, nearly ours in one of several ways, or nobody's. */
  const tags = (): Record<string, string> =>
    one([
      ownerTags,
      ownerTags,
      {},
      { team: 'platform' },
      { ...ownerTags, 'bedrock-access/cluster': 'another' },
      { ...ownerTags, 'bedrock-access/name': 'other' },
      { ...ownerTags, 'bedrock-access/namespace': 'other' },
      { 'bedrock-access/name': 'openhands', 'bedrock-access/namespace': 'openhands' },
      { 'Bedrock-Access/cluster': owner.cluster },
    ]);
  const labels = (): Record<string, string> => one([ownerLabels, {}, { ...ownerLabels, 'bedrock-access.dev/name': 'other' }, { 'bedrock-access.dev/name': 'openhands' }]);
  const times = ['2026-11-24T07:00:00Z', '2026-11-24T08:00:00Z', '2026-11-24T08:30:00Z'].map((at) => new Date(at));
  const world = emptyWorld();
  for (const name of names.filter(() => maybe(0.7))) {
    const marks = {
      ...(maybe(0.7) ? { 'bedrock-access/keys': `2026-11-24T08:00:00.000Z${maybe(0.3) ? ` ${one(keyIds)}` : ''}` } : {}),
      ...(maybe(0.2) ? { 'bedrock-access/removing': one(keyIds) } : {}),
      ...(maybe(0.5) ? { 'bedrock-access/regions': one(['ap-northeast-1', 'us-east-1', 'ap-northeast-1/SecretsManager', 'us-east-1 us-east-1/SecretsManager']) } : {}),
    };
    world.users.push(user(name, { ...tags(), ...marks }));
    world.keys[name] = keyIds.filter(() => maybe(0.4)).slice(0, 2).map((id) => ({ id, active: maybe(0.9), createdAt: one(times) }));
    world.attached[name] = policyNames.filter(() => maybe(0.5)).map((policy) => `arn:aws:iam::${account}:policy/service/${policy}`);
  }
  for (const name of policyNames.filter(() => maybe(0.7))) {
    world.policies.push({ arn: `arn:aws:iam::${account}:policy/service/${name}`, document: { Version: '2012-10-17', Statement: [] }, tags: tags() });
  }
  for (const name of parameterNames.filter(() => maybe(0.6))) {
    const description = one([`bedrock-access openhands/openhands, access key ${one(keyIds)}`, `bedrock-access other/other, access key ${one(keyIds)}`, 'by hand']);
    world.parameters.push({ ...parameter(name, tags(), { description, lastModified: one(times) }), region: one(['ap-northeast-1', 'ap-northeast-1', 'us-east-1']) });
  }
  for (const name of secretNames.filter(() => maybe(0.5))) {
    const region = one(['ap-northeast-1', 'ap-northeast-1', 'us-east-1']);
    const version = one([...keyIds.map((id) => `${id}-${'0'.repeat(32)}`), '11111111-2222-4333-8444-555555555555']);
    world.secrets.push({
      name,
      region,
      arn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-a1b2c3`,
      versions: { [version]: ['AWSCURRENT'], ...(maybe(0.3) ? { [`${one(keyIds)}-${'1'.repeat(32)}`]: ['AWSPREVIOUS'] } : {}) },
      tags: tags(),
      lastChanged: one(times),
      ...(maybe(0.1) ? { deleted: one(times) } : {}),
    });
  }
  world.usedKeys = keyIds.filter(() => maybe(0.3));
  for (const [apiVersion, kind, name] of [
    ['v1', 'ConfigMap', 'bedrock-openhands-environment'],
    ['v1', 'ConfigMap', 'bedrock-openhands-environment-2'],
    ['v1', 'Secret', 'bedrock-credentials'],
    ['v1', 'Secret', 'bedrock-credentials-old'],
    ['external-secrets.io/v1', 'ExternalSecret', 'bedrock-credentials'],
    ['external-secrets.io/v1', 'ExternalSecret', 'bedrock-credentials-old'],
  ] as const) {
    if (!maybe(0.6)) continue;
    const annotations = maybe(0.3) ? { 'bedrock-access.dev/access-key-id': one(keyIds) } : {};
    world.objects.push({ apiVersion, kind, metadata: { name, namespace: 'openhands', labels: labels(), annotations } });
  }
  if (maybe(0.5)) world.objects[2] = workload({ metadata: { annotations: { 'bedrock-access.dev/access': one(['openhands', 'other']) } } });
  return world;
}
