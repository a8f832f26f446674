/** Export of an access whose pods call for a certificate: role and profile in Terraform; Certificate, sidecar and variables in the manifests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Access } from '../../../src/access/types.ts';
import { applyAccess, destroyAccess } from '../../../src/engine/index.ts';
import { kindsNamed } from '../../../src/engine/only.ts';
import { recordsAt, textAt } from '../../../src/resources/json.ts';
import { changes, events, failures, startEngineWorld, type EngineWorld } from '../../scenarios/engine-world.ts';
import { callsAndStays, declaredIn, exportedTwice, inCheckout, plain, playKeyless, shownAs, takenAway, tfaction } from './exported.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, plainRepositories, tfactionRepositories, withoutKeys, type Files } from './repositories.ts';

const anchor = 'arn:aws:rolesanywhere:us-east-2:123456789012:trust-anchor/0f1d1e7a-5c1b-4a55-9d0e-0a4f7f0b6c11';
/** Where the plain repositories' own provider works. */
const nearAnchor = anchor.replace('us-east-2', 'eu-central-1');
const declaration = (name: 'openhands' | 'worker', trustAnchor = anchor): string =>
  declarationFor(name, (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    rolesAnywhere: { trustAnchor: "${trustAnchor}", issuer: { name: platform } }\n`).replace('client: openhands', 'client: aws-sdk'));

const module = 'infra/terraform/aws/openhands/iam.tf';
const profile = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'openhands', name: 'bedrock-openhands-profile' };

const cases = [
  { golden: 'roles-anywhere', ...tfaction, files: withoutKeys(tfactionRepositories), name: 'openhands', trustAnchor: anchor },
  { golden: 'roles-anywhere-plain', ...plain, files: withoutKeys(plainRepositories), name: 'worker', trustAnchor: nearAnchor },
] as const;

for (const { golden, places, manifests, files: repositories, name, trustAnchor } of cases) {
  const files: Files = { ...repositories, 'access.yaml': declaration(name, trustAnchor) };

  suite(`export of an access whose pods call for a certificate (${golden})`, () => {
    test('as a user sees it: role and profile in the region of the trust anchor, Certificate and sidecar, and who carries the ARN', async () => {
      await shownAs(golden, files, places);
    });

    test('a second run changes nothing, check finds nothing new, and the removal leaves the files as they were', async () => {
      await inCheckout(files, async (copy, run) => {
        await exportedTwice(copy, run, { places, manifests, right: 'boundary-missing' });
        assert.match(await takenAway(copy, run, places, files), /Remove the ConfigMap with the profile's ARN.*bedrock-access destroy --name/s);
      });
    });
  });
}

/** Exported, Terraform applied where it was written, and the declaration as git has it. */
async function inRepositories(play: (exported: { readonly access: Access; readonly only: readonly string[]; readonly sync: () => Promise<void>; readonly stays: () => Promise<void> }, world: EngineWorld) => Promise<void>, { terraform = true }: { readonly terraform?: boolean } = {}): Promise<void> {
  const world = await startEngineWorld({ judged: false, certManager: true, externalSecrets: false, objects: [] });
  try {
    await inCheckout({ ...cases[0].files, 'access.yaml': declaration('openhands', world.sandbox.trustAnchor) }, async (copy, run) => {
      const context = await world.run();
      const { code, stderr } = await run(...(terraform ? tfaction.places : tfaction.places.slice(2)), '--cluster-id', context.clusterId);
      assert.equal(code, 0, stderr);
      const access = declaredIn(copy);
      assert.deepEqual(access.spec.managedBy, { iam: terraform ? 'terraform' : 'program', cluster: 'manifests' });
      if (terraform) await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
      const only = kindsNamed(/bedrock-access apply -f \S+ --only (\S+)/.exec(stderr)?.[1] ?? '');
      await play({ access, only, sync: () => playKeyless(copy, world), stays: () => callsAndStays(copy, access, world) }, world);
    });
  } finally {
    await world.stop();
  }
}

suite('export of an access whose pods call for a certificate', () => {
  test('after Terraform, the printed run and the manifests the pods call the model, and the program finds nothing to change', async () => {
    await inRepositories(async ({ access, only, stays }, world) => {
      const said = await events(applyAccess(access, { ...(await world.run()), only }));
      assert.deepEqual([failures(said), changes(said)], [[], ['create roles-anywhere-config-map bedrock-openhands-profile']]);
      assert.match(textAt(await world.kubernetes.get(profile), 'data', 'arn') ?? '', /^arn:aws:rolesanywhere:us-west-2:123456789012:profile\/[0-9a-f-]{36}$/);
      await stays();
      assert.equal(await world.kubernetes.get(profile), undefined, 'what the program made goes with the access');
    });
  });

  test('manifests that are merged before the ARN is there fail closed: no container of the workload starts', async () => {
    await inRepositories(async ({ access, only, sync }, world) => {
      await sync();
      await world.sandbox.clock.advance(60_000);
      const states = async (): Promise<readonly unknown[]> => {
        const pods = await world.kubernetes.list('v1', 'Pod', { namespace: 'openhands' });
        return pods.flatMap((pod) => [...recordsAt(pod, 'status', 'initContainerStatuses'), ...recordsAt(pod, 'status', 'containerStatuses')].map((status) => textAt(status, 'state', 'waiting', 'reason') ?? 'started'));
      };
      assert.deepEqual(await states(), ['CreateContainerConfigError', 'PodInitializing', 'PodInitializing']);
      assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only }))), []);
      await world.sandbox.clock.advance(60_000);
      assert.deepEqual(await states(), ['started', 'started', 'started']);
    });
  });

  test('a profile that Terraform made anew is carried by the next run, and one that is not there yet is asked for', async () => {
    await inRepositories(async ({ access, only }, world) => {
      const { aws } = await world.run();
      assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only }))), []);
      const [first] = await aws.rolesAnywhere('us-west-2').listProfiles();
      assert.ok(first !== undefined);
      const tags = { 'bedrock-access/cluster': (await world.run()).clusterId, 'bedrock-access/namespace': 'openhands', 'bedrock-access/name': 'openhands', 'bedrock-access/managed-by': 'terraform' };
      await aws.rolesAnywhere('us-west-2').deleteProfile(first.id);
      const asked = await events(applyAccess(access, { ...(await world.run()), only })).catch((error: unknown) => String(error));
      assert.match(JSON.stringify(asked), /roles-anywhere-profile bedrock-openhands-openhands is not there, and the declaration leaves it to others/);
      const { arn } = await aws.rolesAnywhere('us-west-2').createProfile({ name: first.name, roleArns: first.roleArns, durationSeconds: first.durationSeconds, tags });
      assert.deepEqual(changes(await events(applyAccess(access, { ...(await world.run()), only }))), ['update roles-anywhere-config-map bedrock-openhands-profile']);
      assert.equal(textAt(await world.kubernetes.get(profile), 'data', 'arn'), arn);
    });
  });

  test('when git has let go of the pods and the Certificate, a destroy takes the ConfigMap and the Secret that cert-manager left, and what Terraform makes stays', async () => {
    await inRepositories(async ({ access, only, sync }, world) => {
      assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only }))), []);
      await sync();
      await world.sandbox.clock.advance(60_000);
      const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: 'bedrock-openhands-certificate' };
      assert.ok((await world.kubernetes.get(secret)) !== undefined);
      await world.kubernetes.remove({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' });
      await world.kubernetes.remove({ ...secret, apiVersion: 'cert-manager.io/v1', kind: 'Certificate' });
      const before = world.sandbox.aws.snapshot();
      await events(destroyAccess(access.metadata, await world.run()));
      assert.deepEqual([await world.kubernetes.get(secret), await world.kubernetes.get(profile)], [undefined, undefined]);
      assert.deepEqual(world.sandbox.aws.snapshot(), before);
    });
  });

  test('without Terraform the printed run makes role, policy and profile too, and all of it goes with the access', async () => {
    await inRepositories(
      async ({ access, only, sync }, world) => {
        const said = await events(applyAccess(access, { ...(await world.run()), only }));
        assert.deepEqual(failures(said), []);
        assert.ok(changes(said).some((line) => line.startsWith('create roles-anywhere-profile')));
        await sync();
        await world.sandbox.clock.advance(60_000);
        assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
        await events(destroyAccess(access.metadata, await world.run()));
        assert.deepEqual(await world.inAws(), {});
      },
      { terraform: false },
    );
  });

  test('what the cluster has of sidecar and first session is what git says, to the letter', async () => {
    await inRepositories(async ({ sync }, world) => {
      await sync();
      const there = await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' });
      const [sidecar, first] = recordsAt(there, 'spec', 'template', 'spec', 'initContainers');
      assert.deepEqual([sidecar?.['restartPolicy'], first?.['restartPolicy']], ['Always', undefined]);
      for (const [container, command] of [[sidecar, ['serve']], [first, ['update', '--once']]] as const) {
        assert.ok(JSON.stringify(container?.['args']).startsWith(JSON.stringify(command).slice(0, -1)));
        assert.match(JSON.stringify(container?.['args']), /"--profile-arn","\$\(ROLES_ANYWHERE_PROFILE_ARN\)"/);
        assert.equal(container?.['lifecycle'], undefined);
      }
    });
  });

  test('an access whose cluster is not known is tagged by hand, its profile too, and Terraform leaves the tag', async () => {
    await inCheckout({ ...cases[0].files, 'access.yaml': declaration('openhands') }, async (copy, run) => {
      const { code, stderr } = await run(...tfaction.places);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /aws rolesanywhere tag-resource --region us-east-2 --resource-arn/);
      assert.match(copy.files()[module] ?? '', /resource "aws_rolesanywhere_profile" "\w+" \{[^}]*\}[^}]*ignore_changes = \[\n? *tags\["bedrock-access\/cluster"\]/s);
    });
  });
});
