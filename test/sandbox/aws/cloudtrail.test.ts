import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { STS } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../../../src/sandbox/start.ts';

test("CloudTrail tells a key's calls of one region, the latest first, page by page, when its lag is over", async () => {
  const sandbox = await startSandbox({ now: new Date('2026-11-24T09:00:00Z'), ticking: false, kubernetes: false, trailLag: 60_000 });
  const credentials = await sandbox.aws.createIdentity('auditor');
  const caller = await sandbox.aws.createIdentity('caller');
  const trail = new CloudTrailClient({ region: 'us-west-2', endpoint: sandbox.aws.endpoint, credentials });
  const elsewhere = new CloudTrailClient({ region: 'eu-west-1', endpoint: sandbox.aws.endpoint, credentials });
  const sts = new STS({ region: 'us-west-2', endpoint: sandbox.aws.endpoint, credentials: caller });
  try {
    for (let count = 0; count < 3; count += 1) {
      await sts.getCallerIdentity();
      await sandbox.clock.advance(10_000);
    }
    const ask = { LookupAttributes: [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: caller.accessKeyId }], MaxResults: 2 };
    assert.deepEqual((await trail.send(new LookupEventsCommand(ask))).Events, [], 'not there yet');
    await sandbox.clock.advance(60_000);
    const first = await trail.send(new LookupEventsCommand(ask));
    const second = await trail.send(new LookupEventsCommand({ ...ask, NextToken: first.NextToken }));
    const times = [...(first.Events ?? []), ...(second.Events ?? [])].map(({ EventTime }) => EventTime?.toISOString().slice(11, 19));
    assert.deepEqual(times, ['09:00:20', '09:00:10', '09:00:00']);
    assert.equal(second.NextToken, undefined);
    const [event] = first.Events ?? [];
    assert.deepEqual([event?.EventName, event?.EventSource, event?.AccessKeyId], ['GetCallerIdentity', 'sts.amazonaws.com', caller.accessKeyId]);
    assert.equal(JSON.parse(event?.CloudTrailEvent ?? '').sourceIPAddress, '127.0.0.1');
    const since = await trail.send(new LookupEventsCommand({ ...ask, StartTime: new Date('2026-11-24T09:00:15Z') }));
    assert.equal(since.Events?.length, 1);
    assert.deepEqual((await elsewhere.send(new LookupEventsCommand(ask))).Events, []);
    await assert.rejects(trail.send(new LookupEventsCommand({ ...ask, StartTime: new Date('2026-11-24T10:00:00Z'), EndTime: new Date('2026-11-24T09:00:00Z') })), { name: 'InvalidTimeRangeException' });
    await assert.rejects(trail.send(new LookupEventsCommand({ ...ask, NextToken: 'x' })), { name: 'InvalidNextTokenException' });
  } finally {
    trail.destroy();
    elsewhere.destroy();
    sts.destroy();
    await sandbox.stop();
  }
});
