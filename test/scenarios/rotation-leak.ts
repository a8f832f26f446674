/** An access key that has leaked, and the sessions that somebody made with it. */
import assert from 'node:assert/strict';
import { STS } from '@aws-sdk/client-sts';
import { openAws } from '../../src/aws/open.ts';
import type { AwsCredentials } from '../../src/aws/types.ts';
import { rotateAccess } from '../../src/credentials/index.ts';
import { AwsCallError } from '../../src/aws/error.ts';
import { Secret } from '../../src/secret.ts';
import { textAt } from '../../src/resources/json.ts';
import { killed, killsOf, type KillPoint } from './engine-kill.ts';
import { access, namespace, seeded, type EngineWorld } from './engine-world.ts';
import { ended, inApplied, keys, otherKey, rotate, user } from './rotation-world.ts';

export const denyArn = 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy-deny-sessions';

/** What the thief made of the key in the Secret: a session that outlives it. */
export async function stolenSession({ kubernetes, sandbox }: EngineWorld): Promise<AwsCredentials> {
  const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' });
  const value = (key: string): string => Buffer.from(textAt(secret, 'data', key) ?? '', 'base64').toString();
  const sts = new STS({
    region: 'us-west-2',
    endpoint: sandbox.environment['AWS_ENDPOINT_URL'] ?? '',
    maxAttempts: 1,
    credentials: { accessKeyId: value('AWS_ACCESS_KEY_ID'), secretAccessKey: value('AWS_SECRET_ACCESS_KEY') },
  });
  const { Credentials: made } = await sts.getSessionToken({ DurationSeconds: 129_600 });
  sts.destroy();
  return { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: new Secret(made?.SecretAccessKey ?? ''), sessionToken: new Secret(made?.SessionToken ?? '') };
}

/** `answered`, or in which way AWS refused. */
export async function callsBedrock(world: EngineWorld, credentials: AwsCredentials): Promise<string> {
  const { sandbox } = world;
  const { runtime } = openAws({ region: 'us-west-2', environment: sandbox.environment, credentials, clock: sandbox.productClock, random: seeded(3), userAgent: 'a-thief' });
  return runtime('us-west-2').converse('us.anthropic.claude-sonnet-4-6', 'hello', 16).then(
    () => 'answered',
    (error: unknown) => (error instanceof AwsCallError ? error.kind : String(error)),
  );
}

/** Tags and attachment of the policy that denies; undefined when it is nowhere. */
export async function denial(world: EngineWorld): Promise<{ readonly attached: boolean; readonly reason?: string; readonly expires?: string } | undefined> {
  const { aws } = await world.run();
  const policy = await aws.iam.getPolicy(denyArn);
  const attached = ((await aws.iam.listAttachedUserPolicies(user)) ?? []).includes(denyArn);
  if (policy === undefined) return attached ? { attached } : undefined;
  return { attached, reason: policy.tags['bedrock-access/reason'] ?? '', expires: policy.tags['bedrock-access/expires'] ?? '' };
}

export async function denyMark(world: EngineWorld): Promise<string | undefined> {
  const { aws } = await world.run();
  return (await aws.iam.getUser(user))?.tags['bedrock-access/deny'];
}

/** The changing IAM calls of `rotate --compromised`, and of the run that takes the denial away when its time is over. */
export async function leakKills(): Promise<readonly (KillPoint & { readonly ending: boolean })[]> {
  const points: (KillPoint & { readonly ending: boolean })[] = [];
  await inApplied(async (world) => {
    for (const ending of [false, true]) {
      if (ending) await world.sandbox.clock.advance(38 * 3_600_000);
      const from = world.sandbox.audit.length;
      await rotate(world, ending ? { begin: 'due' } : { compromised: true });
      points.push(...killsOf(world.sandbox.audit.slice(from), ({ action, run }) => run !== undefined && /^iam:(Tag|Untag|Create|Update|Delete|Attach|Detach)/.test(action)).map((point) => ({ ...point, ending })));
    }
  });
  return points;
}

export async function survivesLeak({ ending, ...point }: KillPoint & { readonly ending: boolean }): Promise<void> {
  await inApplied(async (world) => {
    const leaked = await otherKey(world);
    const session = await stolenSession(world);
    if (ending) {
      ended(await rotate(world, { compromised: true }));
      await world.sandbox.clock.advance(38 * 3_600_000);
    }
    await killed(world, point, rotateAccess(access, await world.run(), ending ? { begin: 'due' } : { begin: 'now', compromised: true }));
    // What a person asked for and left no trace is asked for again.
    const { aws } = await world.run();
    const known = ending || ((await aws.iam.getUser(user))?.tags['bedrock-access/rotation'] ?? '').includes('leaked=');
    ended(await rotate(world, known ? { begin: 'due' } : { compromised: true }));
    if (!ending) {
      assert.equal((await keys(world))[leaked], false);
      assert.equal((await denial(world))?.attached, true);
      assert.equal(await callsBedrock(world, session), 'denied');
      await world.sandbox.clock.advance(38 * 3_600_000);
      ended(await rotate(world, { begin: 'due' }));
    }
    assert.equal(leaked in (await keys(world)), false);
    assert.deepEqual([await denial(world), await denyMark(world)], [undefined, undefined]);
  });
}
