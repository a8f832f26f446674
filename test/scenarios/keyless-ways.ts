/** Ways between the modes in which the pods call as a role: Pod Identity of EKS, renewed sessions, and those beside them. */
import assert from 'node:assert/strict';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { migrateAccess } from '../../src/credentials/index.ts';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { access, declared, events, failures, startEngineWorld, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { issuer, serviceAccount, times, workload } from './migration-world.ts';

const eks = { cluster: 'lolice', region: 'ap-northeast-1' };

const modes = {
  accessKey: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } } },
  webIdentity: { webIdentity: { issuer, serviceAccount: 'openhands' } },
  podIdentity: { podIdentity: { ...eks, serviceAccount: 'openhands' } },
  session: { session: { renewer: 'arn:aws:iam::123456789012:user/sandbox/administrator', delivery: 'credential-process' } },
} as const satisfies Readonly<Record<string, AccessDocumentSpec['credentials']>>;

export type Mode = keyof typeof modes;

function inMode(mode: Mode): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: modes[mode] });
}

/** One way after the other in one world; after each its mode works, and everything is as if there had been no other. */
export async function move([first, ...others]: readonly Mode[]): Promise<void> {
  // Sessions end by the wall clock, so the world's is set by it.
  const world = await startEngineWorld({ now: new Date(), issuer, eks, objects: [store(), serviceAccount(), workload()] });
  try {
    const said = await events(applyAccess(inMode(first ?? 'accessKey'), await world.run()));
    assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
    await world.sandbox.clock.advance(60_000);
    for (const to of others) {
      const moved = await events(migrateAccess(access, await world.run(), { ...times, to: inMode(to) }));
      assert.deepEqual(failures(moved), [], to);
      assert.equal(summaryOf(moved).outcome, 'done', JSON.stringify(summaryOf(moved)));
      await world.sandbox.clock.advance(30_000);
      await settled(to, world);
    }
  } finally {
    await world.stop();
  }
}

async function settled(mode: Mode, world: EngineWorld): Promise<void> {
  const { plan } = await planAccess(inMode(mode), await world.run());
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), [], mode);
  assert.deepEqual(plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), [], mode);
  assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), sorts[mode], mode);
  const checks: string[] = [];
  for await (const { id, outcome } of verifyAccess(inMode(mode), { ...(await world.run()), call: true })) if (outcome === 'failed') checks.push(id);
  assert.deepEqual(checks, [], mode);
}

const sorts: Readonly<Record<Mode, readonly string[]>> = {
  accessKey: ['parameters', 'policies', 'users'],
  webIdentity: ['oidcProviders', 'policies', 'roles'],
  podIdentity: ['podIdentityAssociations', 'policies', 'roles'],
  session: ['policies', 'roles'],
};
