import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WatchEvent } from '../../src/kubernetes/types.ts';
import { failure, json, on } from './wire.ts';
import type { Reply } from './wire.ts';

const pod = (name: string, resourceVersion: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n', resourceVersion } });
const list = (resourceVersion: string, ...names: readonly string[]): Reply => json({ metadata: { resourceVersion }, items: names.map((name) => pod(name, resourceVersion)) });

/** A watch that sends these lines and then ends, or stays silent. */
function stream(lines: readonly object[], end: 'ends' | 'stays' | 'breaks'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    // Cut in the middle of a line: events do not come in whole chunks.
    response.write(text.slice(0, 20));
    response.write(text.slice(20), () => {
      if (end === 'ends') response.end();
      if (end === 'breaks') response.destroy();
    });
  };
}

function told(event: WatchEvent): string {
  return event.type === 'RESYNCED' ? `RESYNCED ${event.objects.map((object) => object.metadata.name).join(' ')}` : `${event.type} ${event.object.metadata.name}`;
}

/** Runs a watch against replies for lists and for watches until `count` events have come. */
async function follow(lists: readonly Reply[], watches: readonly Reply[], count: number, silence?: number): Promise<{ events: string[]; versions: (string | null)[] }> {
  const [listTurn, watchTurn] = [{ at: 0 }, { at: 0 }];
  const versions: (string | null)[] = [];
  const reply: Reply = (response, received) => {
    const isWatch = received.query.get('watch') === 'true';
    if (isWatch) versions.push(received.query.get('resourceVersion'));
    const [replies, turn] = isWatch ? [watches, watchTurn] : [lists, listTurn];
    replies[Math.min(turn.at++, replies.length - 1)]!(response, received);
  };
  const events: string[] = [];
  await on(reply, async (server) => {
    const kubernetes = await server.open(silence === undefined ? {} : { silence });
    const stop = new AbortController();
    for await (const event of kubernetes.watch('v1', 'Pod', { namespace: 'n', signal: stop.signal })) {
      events.push(told(event));
      if (events.length === count) stop.abort();
    }
  });
  return { events, versions };
}

const added = (name: string, version: string): object => ({ type: 'ADDED', object: pod(name, version) });

describe('a watch', () => {
  it('begins with the whole state, follows it, and ends when aborted', async () => {
    const { events, versions } = await follow([list('10', 'a')], [stream([added('b', '11'), { type: 'DELETED', object: pod('a', '12') }], 'stays')], 3);
    assert.deepEqual(events, ['RESYNCED a', 'ADDED b', 'DELETED a']);
    assert.deepEqual(versions, ['10']);
  });

  it('goes on from the last bookmark after the server ended it, and after the connection broke', async () => {
    const bookmark = { type: 'BOOKMARK', object: { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: '20' } } };
    const { events, versions } = await follow([list('10')], [stream([bookmark], 'ends'), stream([added('b', '21')], 'breaks'), stream([added('c', '22')], 'stays')], 3);
    assert.deepEqual(events, ['RESYNCED ', 'ADDED b', 'ADDED c']);
    assert.deepEqual(versions, ['10', '20', '21']);
  });

  it('lists anew after 410, told as an event', async () => {
    const gone = { type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 } };
    const { events, versions } = await follow([list('10', 'a'), list('30', 'z')], [stream([gone], 'ends'), stream([added('c', '31')], 'stays')], 3);
    assert.deepEqual(events, ['RESYNCED a', 'RESYNCED z', 'ADDED c']);
    assert.deepEqual(versions, ['10', '30']);
  });

  it('lists anew after 410 as the answer, and outlives faults of the server', async () => {
    const { events } = await follow([list('10', 'a'), failure(500, 'InternalError'), list('30', 'z')], [failure(410, 'Expired'), failure(503, 'ServiceUnavailable'), stream([added('c', '31')], 'stays')], 3);
    assert.deepEqual(events, ['RESYNCED a', 'RESYNCED z', 'ADDED c']);
  });

  it('takes a silent connection for dead and opens another one', async () => {
    const { events, versions } = await follow([list('10')], [stream([added('a', '11')], 'stays'), stream([added('b', '12')], 'stays')], 3, 20);
    assert.deepEqual(events, ['RESYNCED ', 'ADDED a', 'ADDED b']);
    assert.deepEqual(versions, ['10', '11']);
  });
});
