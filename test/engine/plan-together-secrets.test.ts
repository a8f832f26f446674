import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, kindsNamed, planAccess, planTogether } from '../../src/engine/index.ts';
import type { Plan } from '../../src/engine/types.ts';
import { declared, deployment, events, failures, inSandbox, store, summaryOf } from '../scenarios/engine-world.ts';
import { region, secretsStore } from '../scenarios/secrets-manager-world.ts';

/** Every other one in Secrets Manager. */
function access(index: number): Access {
  const name = `app-${index}`;
  const [service, storeName] = index % 2 === 0 ? (['SecretsManager', 'secretsmanager'] as const) : (['ParameterStore', 'parameterstore'] as const);
  return declared(
    {
      workloads: [{ kind: 'Deployment', name, client: 'aws-sdk' }],
      names: { user: `bedrock-${name}-user`, policy: `bedrock-${name}-policy`, secret: `bedrock-${name}` },
      credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: storeName, service, region } } },
    },
    name,
  );
}

test('accesses of both stores planned together have the plans that each has by itself; one list tells the secrets that are there', () =>
  inSandbox(
    async (world) => {
      const accesses = Array.from({ length: 8 }, (_, index) => access(index));
      world.used.inPlay(accesses);
      for (const one of accesses.slice(0, 5)) {
        const said = await events(applyAccess(one, await world.run({ only: kindsNamed('user,policy,key,parameter') })));
        assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
      }
      const { aws } = await world.run();
      await aws.secretsManager(region).deleteSecret('bedrock-app-2-credentials');
      await aws.secretsManager(region).tagSecret('bedrock-app-4-credentials', { 'bedrock-access/name': 'other' });
      const alone: Plan[] = [];
      for (const one of accesses) alone.push((await planAccess(one, await world.run())).plan);
      const context = await world.run();
      const planOf = planTogether(accesses, context);
      assert.deepEqual(await Promise.all(accesses.map(planOf)), alone);
      const count = (action: string): number => context.aws.calls.filter((call) => call.action === action).length;
      assert.equal(count('secretsmanager:ListSecrets'), 1);
      // Of those that the list does not know: deleted by hand, and not made yet.
      assert.equal(count('secretsmanager:DescribeSecret'), 2);
    },
    { objects: [store(), secretsStore(), ...Array.from({ length: 8 }, (_, index) => deployment(`app-${index}`))] },
  ));
