import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AccessError } from '../../src/errors/error.ts';
import { acquireLease } from '../../src/kubernetes/lease.ts';
import type { HeldLease } from '../../src/kubernetes/lease.ts';
import { failure, json, wire } from './wire.ts';
import type { Reply, Wire } from './wire.ts';

interface StoredLease {
  metadata: { name: string; namespace: string; uid?: string; resourceVersion?: string };
  spec: { holderIdentity: string; leaseTransitions: number; acquireTime: string };
}

/** One Lease with the API server's rules for versions. */
function leaseServer(): { reply: Reply; stored: () => StoredLease | undefined; dropNextAnswer: () => void } {
  let stored: StoredLease | undefined;
  let version = 0;
  let dropping = false;
  const reply: Reply = (response, received) => {
    const sent: StoredLease & { preconditions?: { resourceVersion?: string } } = received.body === '' ? undefined : JSON.parse(received.body);
    const answer = (): Reply => {
      if (received.method === 'GET') return stored === undefined ? failure(404, 'NotFound', { name: 'l' }) : json({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...stored });
      if (received.method === 'POST' && stored !== undefined) return failure(409, 'AlreadyExists', { name: 'l' });
      if (received.method !== 'POST' && stored === undefined) return failure(404, 'NotFound', { name: 'l' });
      const expected = received.method === 'DELETE' ? sent.preconditions?.resourceVersion : sent.metadata.resourceVersion;
      if (received.method !== 'POST' && expected !== stored?.metadata.resourceVersion) return failure(409, 'Conflict', { name: 'l' });
      stored = received.method === 'DELETE' ? undefined : { ...sent, metadata: { ...sent.metadata, uid: 'u', resourceVersion: String((version += 1)) } };
      return json({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...(stored ?? { metadata: {} }) });
    };
    const chosen = answer();
    if (dropping && received.method === 'PUT') {
      dropping = false;
      response.destroy();
    } else chosen(response, received);
  };
  return { reply, stored: () => stored, dropNextAnswer: () => (dropping = true) };
}

async function withLeases(use: (server: Wire, acquire: (holder: string) => Promise<HeldLease>, world: ReturnType<typeof leaseServer>) => Promise<void>): Promise<void> {
  const world = leaseServer();
  const server = await wire(world.reply);
  try {
    const kubernetes = await server.open();
    const clock = { now: () => server.clock.now(), sleep: () => Promise.resolve() };
    await use(server, (holder) => acquireLease(kubernetes, { namespace: 'n', name: 'l', holder, seconds: 30, clock }), world);
  } finally {
    await server.stop();
  }
}

function later(server: Wire, seconds: number): void {
  server.clock.set(new Date(server.clock.now().getTime() + seconds * 1000));
}

function hasId(id: string): (error: unknown) => boolean {
  return (error) => error instanceof AccessError && error.id === id;
}

describe('a Lease', () => {
  it('is taken by one run, refused to another with the holder named, and free after release', async () => {
    await withLeases(async (server, acquire, world) => {
      const held = await acquire('kei apply');
      assert.equal(held.expiresAt.getTime(), server.clock.now().getTime() + 30_000);
      await assert.rejects(acquire('ci apply'), (error) => hasId('lease-held')(error) && error instanceof AccessError && error.message.includes('kei apply'));
      await held.release();
      assert.equal(world.stored(), undefined);
      await acquire('ci apply');
    });
  });

  it('is taken over once it has expired, and the first run learns that it lost it', async () => {
    await withLeases(async (server, acquire, world) => {
      const first = await acquire('one');
      later(server, 31);
      const second = await acquire('two');
      assert.equal(world.stored()?.spec.leaseTransitions, 1);
      await assert.rejects(first.renew(), hasId('lease-lost'));
      await first.release();
      assert.equal(world.stored()?.spec.holderIdentity, 'two');
      await second.release();
    });
  });

  it('is kept by renewing, with the time of its taking unchanged', async () => {
    await withLeases(async (server, acquire, world) => {
      const held = await acquire('one');
      const taken = world.stored()?.spec.acquireTime;
      later(server, 20);
      await held.renew();
      later(server, 20);
      await assert.rejects(acquire('two'), hasId('lease-held'));
      assert.equal(world.stored()?.spec.acquireTime, taken);
    });
  });

  it('is renewed even when the answer to a renewal was lost', async () => {
    await withLeases(async (_server, acquire, world) => {
      const held = await acquire('one');
      world.dropNextAnswer();
      await held.renew();
      await held.renew();
      assert.equal(world.stored()?.spec.holderIdentity, 'one');
    });
  });

  it('goes to one of two runs that ask at the same time', async () => {
    await withLeases(async (_server, acquire) => {
      const asked = await Promise.allSettled(['one', 'two', 'three'].map((holder) => acquire(holder)));
      assert.equal(asked.filter((result) => result.status === 'fulfilled').length, 1);
    });
  });
});
