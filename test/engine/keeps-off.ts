import assert from 'node:assert/strict';
import { plan } from '../../src/engine/plan.ts';
import type { Observation, Step } from '../../src/engine/types.ts';
import { at, textAt } from '../../src/resources/json.ts';
import { declared, footprintOf, now, observed, ownerLabels, ownerTags, type World } from './observed.ts';
import { randomWorld } from './foreign.ts';
import { seededRandom } from '../../src/sandbox/world.ts';

/** Plans in so many random worlds, and judges each step by the world's own data. */
export async function keepsOff(worlds: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const footprints = [footprintOf(), footprintOf(declared({ credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'secretsmanager', service: 'SecretsManager', region: 'ap-northeast-1' } } } }))];
  const seen = { refused: 0, deletes: 0, updates: 0, creates: 0 };
  for (let turn = 0; turn < worlds; turn += 1) {
    const world = randomWorld(random);
    const footprint = footprints[turn % 2]!;
    const observation = await observed(world, footprint);
    const { steps, findings } = plan(footprint, observation, now);
    const refused = findings.some(({ severity }) => severity === 'error');
    if (refused) seen.refused += 1;
    for (const step of steps) {
      if (step.action === 'create') seen.creates += 1;
      if (step.action === 'update' || step.action === 'replace') seen.updates += 1;
      if (step.action === 'delete') seen.deletes += 1;
      assert.notEqual(step.action, 'adopt', 'nobody asked for that');
      const thing = observation.found.get(`${step.kind}/${step.key}`) ?? observation.strays.find(({ kind, key }) => kind === step.kind && key === step.key);
      if (step.action === 'update' || step.action === 'delete') assert.ok(isOurs(step, thing?.observed, { ...world, inSecrets: turn % 2 === 1 }), `world ${turn} of SEED=${seed}: ${step.id} (${step.reason ?? ''})`);
      // A name that is taken is never written over: the run is refused before its first write.
      if (step.action === 'create' && thing !== undefined && !isFree(step, observation, world)) assert.ok(refused, `world ${turn} of SEED=${seed}: ${step.id}`);
    }
  }
  for (const [what, count] of Object.entries(seen)) assert.ok(count > worlds / 20, `${what}: ${count} of ${worlds} worlds`);
}

/** Where the access has its pair, beside what there is. */
type Judged = World & { readonly inSecrets: boolean };

/** Judged from the world's own data, not by the code under test. */
function isOurs(step: Step, thing: unknown, world: Judged): boolean {
  const tagged = (tags: Readonly<Record<string, string>> | undefined): boolean => tags !== undefined && Object.entries(ownerTags).every(([key, value]) => tags[key] === value);
  const user = world.users.find(({ name }) => name === (textAt(thing, 'user', 'name') ?? textAt(thing, 'name')));
  switch (step.kind) {
    case 'iam-user':
      return tagged(user?.tags);
    case 'managed-policy':
      return tagged(world.policies.find(({ arn }) => arn === textAt(thing, 'policy', 'arn'))?.tags);
    case 'policy-attachment':
      return tagged(user?.tags) && tagged(world.policies.find(({ arn }) => arn === textAt(thing, 'policyArn'))?.tags);
    case 'access-key':
      return tagged(user?.tags) && isKeyOfOurs(textAt(thing, 'key', 'id') ?? '', user?.name ?? '', world, tagged);
    case 'ssm-parameter':
      return tagged(world.parameters.find(({ name, region }) => name === textAt(thing, 'parameter', 'name') && region === textAt(thing, 'region'))?.tags);
    case 'secretsmanager-secret':
      return tagged(world.secrets.find(({ name, region }) => name === textAt(thing, 'parameter', 'name') && region === textAt(thing, 'region'))?.tags);
    case 'workload-environment':
      return textAt(thing, 'object', 'metadata', 'name') === 'openhands' && [undefined, 'openhands'].includes(at(thing, 'object', 'metadata', 'annotations', 'bedrock-access.dev/access') as string | undefined);
    default: {
      const object = at(thing, 'externalSecret') ?? at(thing, 'secret') ?? at(thing, 'object') ?? thing;
      return Object.entries(ownerLabels).every(([key, value]) => at(object, 'metadata', 'labels', key) === value);
    }
  }
}

/** Named by a parameter of ours, by the mark of a begun removal, or lost by every one of the rule's conditions. */
function isKeyOfOurs(id: string, userName: string, world: Judged, tagged: (tags: Readonly<Record<string, string>>) => boolean): boolean {
  const tags = world.users.find(({ name }) => name === userName)?.tags ?? {};
  if ((tags['bedrock-access/removing'] ?? '').includes(id)) return true;
  const parameters = world.parameters.filter((parameter) => tagged(parameter.tags));
  if (parameters.some(({ description }) => description?.endsWith(id) === true)) return true;
  const current = ({ versions }: World['secrets'][number]): string => Object.keys(versions).find((version) => versions[version]?.includes('AWSCURRENT')) ?? '';
  if (world.secrets.some((secret) => tagged(secret.tags) && current(secret).startsWith(`${id}-`))) return true;
  const key = world.keys[userName]?.find((candidate) => candidate.id === id);
  const [mark = '', ...marked] = (tags['bedrock-access/keys'] ?? '').split(' ');
  return (
    key !== undefined &&
    key.createdAt >= new Date(mark) &&
    !marked.includes(id) &&
    !world.usedKeys.includes(id) &&
    !world.objects.some((object) => ['Secret', 'Pod'].includes(object.kind) && JSON.stringify(object).includes(id)) &&
    // What the access names counts, whosever it is.
    !(world.inSecrets ? world.secrets.some(({ name, region, versions }) => region === 'ap-northeast-1' && name === 'bedrock-openhands-credentials' && Object.keys(versions).some((version) => version.startsWith(id))) : world.parameters.some(({ name, region, description }) => region === 'ap-northeast-1' && name === 'bedrock-secret-access-key' && description?.endsWith(id) === true))
  );
}

function isFree(step: Step, observation: Observation, _world: World): boolean {
  // Of a workload only the fragment is made; a key has no name that could be taken.
  return step.kind === 'workload-environment' || step.kind === 'access-key' || (step.kind === 'external-secret' && at(observation.found.get(`${step.kind}/${step.key}`)?.observed, 'secret') === undefined);
}
