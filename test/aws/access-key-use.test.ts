import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { openAws } from '../../src/aws/open.ts';
import type { Aws } from '../../src/aws/types.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';
import { seededRandom } from '../../src/sandbox/world.ts';
import { startStaleReplicas } from '../scenarios/stale-replicas.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
const propagation = 12_000;

let sandbox: Sandbox;
let aws: Aws;

function opened(environment: Readonly<Record<string, string>>): Aws {
  return openAws({ region: 'us-west-2', environment: { ...sandbox.environment, ...environment }, clock: sandbox.productClock, random: seededRandom(seed) });
}

before(async () => {
  sandbox = await startSandbox({ kubernetes: false, ticking: false, now: new Date('2026-11-24T09:00:00Z') });
  aws = opened({});
  await aws.iam.createUser({ name: 'u', path: '/', tags: {} });
});
after(() => sandbox.stop());

/** AWS as its last replica shows it, which learns of everything late. */
async function behind(tell: (late: Aws) => Promise<void>): Promise<void> {
  const replicas = await startStaleReplicas(sandbox.aws.endpoint, { propagation, clock: sandbox.clock, random: () => 0.99 });
  try {
    await tell(opened({ AWS_ENDPOINT_URL: replicas.endpoint }));
  } finally {
    await replicas.stop();
  }
}

it(`waits for a replica that still lists a key which is no more, of which IAM denies the last use (SEED=${seed})`, () =>
  behind(async (late) => {
    const { accessKeyId } = await late.iam.createAccessKey('u');
    await sandbox.clock.advance(2 * propagation);
    assert.equal((await late.iam.listAccessKeys('u'))?.length, 1);
    await late.iam.deleteAccessKey('u', accessKeyId);
    assert.equal((await late.iam.listAccessKeys('u'))?.length, 1, 'the replica is not behind');
    const asked = sandbox.clock.now().getTime();
    assert.equal(await late.iam.accessKeyUse('u', accessKeyId), undefined);
    assert.ok(sandbox.clock.now().getTime() - asked >= propagation);
    // By now every replica knows: no pause.
    assert.equal(await late.iam.accessKeyUse('u', accessKeyId), undefined);
  }));

it(`takes the denial for a missing permission where the key stays listed, after half a minute, and at once where nothing may be listed (SEED=${seed})`, async () => {
  const { accessKeyId } = await aws.iam.createAccessKey('u');
  assert.deepEqual(await aws.iam.accessKeyUse('u', accessKeyId), { user: 'u' });
  for (const [name, action, seconds] of [['lists', 'iam:ListAccessKeys', 30], ['nothing', 'iam:GetUser', 0]] as const) {
    const identity = await sandbox.aws.createIdentity(name, { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
    const without = opened({ AWS_ACCESS_KEY_ID: identity.accessKeyId, AWS_SECRET_ACCESS_KEY: identity.secretAccessKey });
    const asked = sandbox.clock.now().getTime();
    await assert.rejects(without.iam.accessKeyUse('u', accessKeyId), { kind: 'denied', action: seconds === 0 ? 'iam:ListAccessKeys' : 'iam:GetAccessKeyLastUsed' });
    const waited = (sandbox.clock.now().getTime() - asked) / 1000;
    assert.ok(waited >= seconds && waited <= seconds + 9, `${waited} s`);
  }
});
