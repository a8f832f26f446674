/** Application inference profiles of an access's own: made, permitted, called through, replaced by another, removed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import type { InferenceProfileSummary } from '../../src/aws/types.ts';
import { applyAccess, destroyAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { textAt } from '../../src/resources/json.ts';
import { access, changes, declared, events, failures, forgetRevisions, inSandbox, namespace, seeded, summaryOf, type EngineWorld } from './engine-world.ts';
import { inMigration, migrate, times } from './migration-world.ts';
import { startLeastWorld } from './permissions-world.ts';
import { startTraffic } from './rotation-traffic.ts';
import { ended, inApplied, rotate } from './rotation-world.ts';

const sonnet = 'us.anthropic.claude-sonnet-4-6';
const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

describe('an application inference profile of the access', () => {
  test('is made, permitted by its ARN, named in the variables, and the workload calls through it', async () => {
    await inSandbox(async (world) => {
      const said = await applied(world, through(sonnet));
      assert.deepEqual(changes(said).filter((change) => /profile/.test(change)), [
        'create application-inference-profile bedrock-openhands-us-anthropic-claude-sonnet-4-6',
        'create managed-policy bedrock-openhands-policy-profiles-2f6306e5',
        'create policy-attachment bedrock-openhands-policy-profiles-2f6306e5 on bedrock-openhands-user',
      ]);
      const [profile] = await profiles(world);
      assert.equal(await variable(world, 'LLM_MODEL'), `bedrock/converse/${profile?.arn}`);
      assert.deepEqual(await failedChecks(world, through(sonnet)), []);
      assert.deepEqual(changes(await applied(world, through(sonnet))), []);
    });
  });

  test('is known only after apply in the plan, with everything that names it', async () => {
    await inSandbox(async (world) => {
      const planned = (await applied(world, through(sonnet))).find((event) => event.type === 'planned');
      assert.ok(planned?.type === 'planned');
      const unknown = planned.plan.steps.flatMap(({ kind, differences }) => differences.filter(({ to }) => to === '(known after apply)').map(({ field }) => `${kind}: ${field}`));
      assert.deepEqual(unknown.filter((field) => !/^(ssm-parameter|external-secret)/.test(field)), [
        'managed-policy: statement InvokeDeclared',
        'managed-policy: statement ThroughOwnUsAnthropicClaudeSonnet46',
        'managed-policy: statement DescribeDeclared',
        'environment-config-map: BEDROCK_MODEL_ID',
        'environment-config-map: LLM_MODEL',
        'workload-environment: restart for credential',
        'workload-environment: restart for environment',
      ]);
    });
  });

  test('over another model is another one: made first, both permitted until the workload has moved, then the old one goes', async () => {
    await inSandbox(async (world) => {
      await applied(world, through(sonnet));
      const [old] = await profiles(world);
      const start = world.audit.length;
      const said = await applied(world, through(haiku));
      const steps = changes(said);
      assert.deepEqual(steps.filter((step) => /profile/.test(step)), [
        'create application-inference-profile bedrock-openhands-us-anthropic-claude-haiku-4-5-20251001-v1-0',
        'create managed-policy bedrock-openhands-policy-profiles-edc7f47e',
        'create policy-attachment bedrock-openhands-policy-profiles-edc7f47e on bedrock-openhands-user',
        'delete policy-attachment bedrock-openhands-policy-profiles-2f6306e5 on bedrock-openhands-user',
        'delete managed-policy bedrock-openhands-policy-profiles-2f6306e5',
        'delete application-inference-profile bedrock-openhands-us-anthropic-claude-sonnet-4-6',
      ]);
      const order = ['bedrock:CreateInferenceProfile', 'iam:CreatePolicy', 'iam:AttachUserPolicy', 'update configmaps', 'patch deployments', 'iam:DetachUserPolicy', 'iam:DeletePolicy', 'bedrock:DeleteInferenceProfile'];
      const made = world.audit.slice(start).map(({ action }) => action).filter((action) => order.includes(action));
      assert.deepEqual([...new Set(made)], order);
      // The workload is rolled out before anything of the old one goes.
      const kinds = said.flatMap((event) => (event.type === 'step-done' ? [`${event.action} ${event.kind}`] : []));
      assert.ok(kinds.indexOf('update workload-environment') < kinds.indexOf('delete policy-attachment'));
      const left = await profiles(world);
      assert.equal(left.length, 1);
      assert.notEqual(left[0]?.arn, old?.arn);
      assert.equal(await variable(world, 'LLM_MODEL'), `bedrock/converse/${left[0]?.arn}`);
      assert.deepEqual(await failedChecks(world, through(haiku)), []);
      assert.deepEqual(changes(await applied(world, through(haiku))), []);
    });
  });

  test('serves every call of a workload that calls all the time while one takes the place of another', async () => {
    await inSandbox(async (world) => {
      await applied(world, through(sonnet));
      const traffic = startTraffic(world, seeded(3), 0);
      const from = world.audit.length;
      await traffic.pass(5000);
      const said: RunEvent[] = [];
      for await (const event of applyAccess(through(haiku), await world.run({ clock: traffic.clock }))) {
        said.push(event);
        await traffic.pass(1000);
      }
      assert.deepEqual(failures(said), []);
      await traffic.pass(10_000);
      const calls = world.sandbox.audit.slice(from).filter(({ action, run }) => action === 'bedrock:InvokeModel' && run === undefined);
      assert.equal(new Set(calls.map(({ resource }) => resource.replace(/.*:/, ''))).size, 2, 'calls through both');
      assert.deepEqual(calls.filter(({ status }) => status !== 200), []);
    });
  });

  test('stays as long as a pod that was told to end may still call through it', async () => {
    await inSandbox(async (world) => {
      await applied(world, through(sonnet));
      const target = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'openhands-ending' };
      await world.kubernetes.create({ ...target, metadata: { name: target.name, namespace, finalizers: ['example.com/ending'] }, spec: { containers: [{ name: 'openhands', image: 'example.invalid/openhands:1' }] } });
      await world.kubernetes.remove(target);
      const waits: string[] = [];
      for await (const event of applyAccess(through(haiku), await world.run())) {
        if (event.type !== 'waiting' || !event.for.includes('to end')) continue;
        waits.push(event.for);
        assert.equal((await profiles(world)).length, 2);
        await world.kubernetes.patch(target, { type: 'merge', body: { metadata: { finalizers: null } } });
      }
      assert.deepEqual(waits, ['1 old pod of openhands to end']);
      assert.equal((await profiles(world)).length, 1);
    });
  });

  test('goes with the access, and nothing is left', async () => {
    await inSandbox(async (world) => {
      const empty = await world.left();
      await applied(world, through(sonnet));
      const said = await events(destroyAccess(access, await world.run()));
      assert.deepEqual(failures(said), []);
      await world.advance(10_000);
      assert.deepEqual(await world.left(), empty);
    });
  });

  test('is found by the mark on the user where no revision tells of it', async () => {
    await inSandbox(async (world) => {
      const empty = await world.left();
      await applied(world, through(sonnet));
      await forgetRevisions(world);
      const said = await events(destroyAccess(access, await world.run()));
      assert.deepEqual(failures(said), []);
      await world.advance(10_000);
      assert.deepEqual(await world.left(), empty);
    });
  });

  test('goes when the model is called without it, and comes back with rollback', async () => {
    await inSandbox(async (world) => {
      await applied(world, through(sonnet));
      await applied(world, declared());
      assert.deepEqual(await profiles(world), []);
      assert.equal(await variable(world, 'LLM_MODEL'), `bedrock/${sonnet}`);
      const said = await events(rollbackAccess(access, await world.run()));
      assert.deepEqual(failures(said), []);
      assert.equal((await profiles(world)).length, 1);
      assert.deepEqual(await failedChecks(world, through(sonnet)), []);
    });
  });

  test('that somebody deleted is told by verify and made anew by apply, which restarts the workload', async () => {
    await inSandbox(async (world) => {
      await applied(world, through(sonnet));
      const [old] = await profiles(world);
      await (await world.run()).aws.bedrock('us-west-2').deleteInferenceProfile(old?.arn ?? '');
      assert.match((await failedChecks(world, through(sonnet)))[0] ?? '', /^application-profiles: .* missing there is no application inference profile/);
      const said = await applied(world, through(sonnet));
      assert.deepEqual(changes(said), [
        'create application-inference-profile bedrock-openhands-us-anthropic-claude-sonnet-4-6',
        'update managed-policy bedrock-openhands-policy-profiles-2f6306e5',
        'update environment-config-map bedrock-openhands-environment',
        'update workload-environment Deployment openhands',
      ]);
      assert.deepEqual(await failedChecks(world, through(sonnet)), []);
    });
  });

  test('of that name without our tags is somebody else’s: refused, and taken over with --adopt', async () => {
    await inSandbox(async (world) => {
      const { aws } = await world.run();
      await aws.bedrock('us-west-2').createInferenceProfile({
        name: 'bedrock-openhands-us-anthropic-claude-sonnet-4-6',
        description: 'by hand',
        copyFrom: `arn:aws:bedrock:us-west-2:123456789012:inference-profile/${sonnet}`,
        tags: {},
        clientRequestToken: 'by-hand',
      });
      await assert.rejects(events(applyAccess(through(sonnet), await world.run())), { id: 'name-taken', message: /application-inference-profile bedrock-openhands-us-anthropic-claude-sonnet-4-6 exists already/ });
      const said = await events(applyAccess(through(sonnet), await world.run({ adopt: true })));
      assert.deepEqual(failures(said), []);
      assert.equal(changes(said).find((change) => change.includes('inference-profile')), 'adopt application-inference-profile bedrock-openhands-us-anthropic-claude-sonnet-4-6');
      assert.equal((await profiles(world)).length, 1);
      assert.deepEqual(await failedChecks(world, through(sonnet)), []);
    });
  });

  test('of ours that came twice is reduced to one', async () => {
    await inSandbox(async (world) => {
      await applied(world, through(sonnet));
      const { aws } = await world.run();
      const [one] = await profiles(world);
      await aws.bedrock('us-west-2').createInferenceProfile({
        name: one?.name ?? '',
        description: 'twice',
        copyFrom: `arn:aws:bedrock:us-west-2:123456789012:inference-profile/${sonnet}`,
        tags: (await aws.bedrock('us-west-2').listTags(one?.arn ?? '')) ?? {},
        clientRequestToken: 'another',
      });
      await applied(world, through(sonnet));
      assert.deepEqual((await profiles(world)).map(({ arn }) => arn), [one?.arn]);
    });
  });

  test('needs no more of AWS than `permissions` prints, and no less', async () => {
    const bounded = { permissionsBoundary: 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary' };
    const world = await startLeastWorld(through(sonnet, bounded));
    try {
      const done = async (run: AsyncIterable<RunEvent>): Promise<void> => assert.deepEqual(failures(await events(run)), []);
      await done(applyAccess(through(sonnet, bounded), await world.least()));
      assert.deepEqual(await failedChecks({ ...world, run: () => world.least() }, through(sonnet, bounded)), []);
      await done(applyAccess(through(haiku, bounded), await world.least()));
      await done(rollbackAccess(access, await world.least()));
      await done(destroyAccess(access, await world.least()));
      const calls = world.audit.filter(({ action }) => action.startsWith('bedrock:') && !/Invoke/.test(action));
      assert.deepEqual(calls.filter(({ verdict }) => verdict === 'deny'), []);
      const printed = world.policy.Statement.flatMap(({ Action = [] }) => Action).filter((action) => action.startsWith('bedrock:'));
      // Tags travel in the call that makes a profile: AWS asks for the action that tags then.
      assert.deepEqual([...new Set(printed)].sort(), [...new Set([...calls.map(({ action }) => action), 'bedrock:TagResource'])].sort());
    } finally {
      await world.stop();
    }
    const without = await startLeastWorld(through(sonnet, bounded), 'bedrock:TagResource');
    try {
      assert.match(failures(await events(applyAccess(through(sonnet, bounded), await without.least()))).join('\n'), /bedrock:TagResource/);
    } finally {
      await without.stop();
    }
  });

  test('serves pods that call as a role, and goes with them', async () => {
    const issuer = 'https://oidc.example.com/cluster';
    const keyless = (id: string): Access => declared({ models: [{ id, role: 'default', applicationProfile: true }], workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials: { webIdentity: { issuer, serviceAccount: 'default' } } });
    await inSandbox(
      async (world) => {
        const empty = await world.left();
        await applied(world, keyless(sonnet));
        assert.deepEqual(await failedChecks(world, keyless(sonnet)), []);
        await applied(world, keyless(haiku));
        assert.deepEqual(await failedChecks(world, keyless(haiku)), []);
        assert.equal((await profiles(world)).length, 1);
        await forgetRevisions(world);
        assert.deepEqual(failures(await events(destroyAccess(access, await world.run()))), []);
        await world.advance(10_000);
        assert.deepEqual(await world.left(), empty);
      },
      { issuer },
    );
  });

  test('is what a new key is proven through before anyone gets it', async () => {
    await inApplied(async (world) => {
      const [profile] = await profiles(world);
      const start = world.audit.length;
      ended(await rotate(world, { silence: 30_000, grace: 30_000 }));
      const proven = world.sandbox.audit.slice(start).filter(({ action, run }) => action === 'bedrock:InvokeModel' && run !== undefined);
      assert.ok(proven.length > 0);
      assert.deepEqual([...new Set(proven.map(({ resource, status }) => `${resource} ${status}`))], [`${profile?.arn} 200`]);
      assert.deepEqual(await failedChecks(world, through(sonnet)), []);
    }, through(sonnet));
  });

  test('stays what it is when the access moves from a key to a role: the new credentials are proven through it', async () => {
    const models = [{ id: sonnet, role: 'default', applicationProfile: true }];
    await inMigration('accessKey', async (world) => {
      await applied(world, world.in('accessKey', { models }));
      const [profile] = await profiles(world);
      const start = world.audit.length;
      ended(await migrate(world, { ...times, to: world.in('webIdentity', { models }) }));
      assert.deepEqual((await profiles(world)).map(({ arn }) => arn), [profile?.arn]);
      assert.ok(world.sandbox.audit.slice(start).some(({ action, resource, status }) => action === 'bedrock:InvokeModel' && resource === profile?.arn && status === 200));
      assert.deepEqual(await failedChecks(world, world.in('webIdentity', { models })), []);
      assert.deepEqual(changes(await applied(world, world.in('webIdentity', { models }))), []);
    });
  });

  test('over a global profile, over a model on demand, and several beside plain models: all can be called', async () => {
    await inSandbox(async (world) => {
      const what = declared({
        region: 'us-east-1',
        models: [
          { id: 'global.anthropic.claude-sonnet-4-6', role: 'default', applicationProfile: true },
          { id: haiku, role: 'small', applicationProfile: true },
          { id: 'amazon.nova-lite-v1:0', role: 'nova', applicationProfile: true },
          { id: 'us.anthropic.claude-sonnet-4-6', role: 'plain' },
        ],
      });
      await applied(world, what);
      assert.equal((await (await world.run()).aws.bedrock('us-east-1').listInferenceProfiles('APPLICATION')).length, 3);
      assert.deepEqual(await failedChecks(world, what), []);
    });
  });
});

function through(id: string, more: Partial<AccessDocumentSpec> = {}): Access {
  return declared({ models: [{ id, role: 'default', applicationProfile: true }], ...more });
}

async function applied(world: EngineWorld, what: Access): Promise<readonly RunEvent[]> {
  const said = await events(applyAccess(what, await world.run()));
  assert.deepEqual(failures(said), []);
  assert.equal(summaryOf(said).outcome, 'done');
  return said;
}

async function profiles(world: EngineWorld): Promise<readonly InferenceProfileSummary[]> {
  return (await world.run()).aws.bedrock('us-west-2').listInferenceProfiles('APPLICATION');
}

async function variable({ kubernetes }: EngineWorld, name: string): Promise<string | undefined> {
  return textAt(await kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'bedrock-openhands-environment' }), 'data', name);
}

/** Checks that did not pass, but that of the store's readers: the sandbox's operator has no identity that could be followed. */
async function failedChecks(world: EngineWorld, what: Access): Promise<readonly string[]> {
  const failed: string[] = [];
  for await (const { id, outcome, detail, findings } of verifyAccess(what, { ...(await world.run()), call: true })) {
    if (outcome !== 'passed' && id !== 'store-readers') failed.push(`${id}: ${detail} ${findings.map(({ message }) => message).join('; ')}`);
  }
  return failed;
}
