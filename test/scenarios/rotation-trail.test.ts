/** Somebody whom no pod shows still calls with the old key: CloudTrail tells the call while IAM's last use is hours behind. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAws } from '../../src/aws/open.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { textAt } from '../../src/resources/json.ts';
import { namespace, type EngineWorld } from './engine-world.ts';
import { ended, findings, inApplied, keys, plain, rotate } from './rotation-world.ts';

const minute = 60_000;
const hoursBehind = { consistency: { propagation: 0, lastUsedLag: 4 * 60 * minute }, trailLag: 5 * minute } as const;

/** Calls with the pair that the Secret holds now, every minute until `after` minutes have passed. Answers the times of the calls. */
async function outsider({ sandbox, kubernetes, every }: EngineWorld, after: number): Promise<readonly Date[]> {
  const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' });
  const value = (key: string): string => Buffer.from(textAt(secret, 'data', key) ?? '', 'base64').toString('utf8');
  const client = new BedrockRuntimeClient({ region: 'us-west-2', endpoint: sandbox.aws.endpoint, credentials: { accessKeyId: value('AWS_ACCESS_KEY_ID'), secretAccessKey: value('AWS_SECRET_ACCESS_KEY') }, maxAttempts: 1 });
  const until = sandbox.clock.now().getTime() + after * minute;
  const calls: Date[] = [];
  every(minute, async () => {
    if (sandbox.clock.now().getTime() > until) return client.destroy();
    await client.send(new ConverseCommand({ modelId: 'us.anthropic.claude-sonnet-4-6', messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }));
    calls.push(sandbox.clock.now());
  });
  return calls;
}

const waits = (said: readonly RunEvent[]): readonly string[] => said.flatMap((event) => (event.type === 'waiting' ? [event.for] : []));

test('a caller whom no pod shows keeps the old key active until it is silent, and is named', () =>
  inApplied(
    async (world) => {
      const [old = ''] = Object.keys(await keys(world));
      const calls = await outsider(world, 9);
      const said = await rotate(world, { silence: 6 * minute, grace: minute });
      ended(said);
      assert.deepEqual(Object.keys(await keys(world)).includes(old), false);
      const off = world.sandbox.audit.find(({ action }) => action === 'iam:UpdateAccessKey');
      const last = calls.at(-1)?.getTime() ?? 0;
      assert.ok(Date.parse(off?.at ?? '') >= last + 6 * minute, `${off?.at ?? ''} is not six minutes after ${new Date(last).toISOString()}`);
      assert.ok(calls.length >= 8);
      assert.match(waits(said).join('\n'), /by CloudTrail: Converse of bedrock from 127\.0\.0\.1/);
      assert.ok(!findings(said).includes('trail-not-read'));
      assert.ok(world.sandbox.audit.filter(({ action }) => action === 'cloudtrail:LookupEvents').length < 12, 'asked where it decides, and not all the time');
    },
    plain(),
    hoursBehind,
  ));

test('where CloudTrail may not be read, that is said once and the rotation goes on by what IAM tells', () =>
  inApplied(
    async (world) => {
      const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity('without-trail', {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action: 'cloudtrail:LookupEvents', Resource: '*' },
        ],
      });
      const { clock, random } = await world.run();
      const environment = { ...world.sandbox.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      const aws = openAws({ region: 'us-west-2', environment, clock, random });
      const said = await rotate(world, { silence: minute, grace: minute }, { aws });
      ended(said);
      assert.deepEqual(findings(said).filter((id) => id === 'trail-not-read'), ['trail-not-read']);
      assert.equal(Object.keys(await keys(world)).length, 1);
    },
    plain(),
    hoursBehind,
  ));
