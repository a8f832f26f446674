/** Export of an access whose pods EKS gives a role: role, trust policy and association in Terraform, variables in the manifests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseAccess } from '../../../src/access/parse.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { rules } from '../../../src/checks/rules/index.ts';
import { runRules } from '../../../src/checks/run.ts';
import { applyAccess, destroyAccess } from '../../../src/engine/index.ts';
import type { VerifyCheck } from '../../../src/engine/types.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import { readRepositories } from '../../../src/repositories/read-repositories.ts';
import { runCli, today, type CliResult } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld } from '../../scenarios/engine-world.ts';
import { checkout, type Checkout } from './checkout.ts';
import { assertGolden } from './golden.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories, type Files } from './repositories.ts';

const eks = { cluster: 'lolice', region: 'us-east-2' };
const places = ['--terraform', 'infra/terraform/aws/openhands', '--manifests', 'cluster/argoproj/openhands'];
const cluster = ['--cluster-id', '0b6c1f0e-1b57-4c8b-9d3f-2f1f3f6f2a11'];
const module = 'infra/terraform/aws/openhands/iam.tf';

const declaration = declarationFor('openhands', (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    podIdentity: { cluster: ${eks.cluster}, region: ${eks.region}, serviceAccount: openhands }\n`).replace('client: openhands', 'client: aws-sdk'));

/** The workload runs as a ServiceAccount of its own and has no key of others. */
const files: Files = {
  ...Object.fromEntries(
    Object.entries(tfactionRepositories).map(([path, text]) => [
      path,
      text
        .replace(/^( +)spec:(\r?\n)( +)(containers|initContainers):/m, (_all, outer: string, ending: string, inner: string, field: string) => `${outer}spec:${ending}${inner}serviceAccountName: openhands${ending}${inner}${field}:`)
        .replace(/^ +- name: AWS_ACCESS_KEY_ID\n +valueFrom:\n +secretKeyRef:\n(?: {14}.*\n)+/m, ''),
    ]),
  ),
  'cluster/argoproj/openhands/service-account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: openhands\n  namespace: openhands\n',
  'cluster/argoproj/openhands/kustomization.yaml': `${tfactionRepositories['cluster/argoproj/openhands/kustomization.yaml'] ?? ''}\n  - service-account.yaml\n`,
  'access.yaml': declaration,
};

async function inCheckout(work: (copy: Checkout, run: (...argv: readonly string[]) => Promise<CliResult>) => Promise<void>): Promise<void> {
  const copy = checkout(files);
  try {
    await work(copy, (...argv) => runCli(['export', '-f', 'access.yaml', ...argv], { directory: copy.directory }));
  } finally {
    copy.remove();
  }
}

suite('export of an access whose pods EKS gives a role', () => {
  test('as a user sees it: role, association in the region of the cluster, and no key', async () => {
    await inCheckout(async (_copy, run) => {
      const { code, stdout, stderr } = await run(...places, ...cluster, '--dry-run');
      assert.equal(code, 0, stderr);
      assertGolden('pod-identity.diff', stdout);
      assertGolden('pod-identity.txt', stderr);
    });
  });

  test('a second run changes nothing, check finds nothing new, and the removal takes the association along', async () => {
    await inCheckout(async (copy, run) => {
      const found = async (): Promise<readonly string[]> => {
        const read = await readRepositories({ terraform: join(copy.directory, 'infra'), manifests: join(copy.directory, 'cluster') });
        return [...read.findings, ...runRules(rules, read.facts, { catalog: loadCatalog(), now: today }, read.texts).findings].map(({ id, message }) => `${id} ${message}`);
      };
      const before = new Set(await found());
      assert.equal((await run(...places, ...cluster)).code, 0);
      assert.match(copy.files()[module] ?? '', /resource "aws_eks_pod_identity_association" "openhands_openhands" \{/);
      assert.match((await run(...places, ...cluster)).stderr, /Nothing to change/);
      assert.deepEqual((await found()).filter((line) => !before.has(line) && !line.startsWith('boundary-missing')), []);
      assert.equal((await run('--remove', ...places)).code, 0);
      assert.doesNotMatch(Object.values(copy.files()).join('\n'), /aws_eks_pod_identity_association|bedrock-openhands-role/);
    });
  });

  test('after Terraform and the manifests the pods are given their role, and the program finds nothing to change', async () => {
    const world = await startEngineWorld({ eks, externalSecrets: false, objects: [] });
    try {
      await inCheckout(async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...places, '--cluster-id', context.clusterId)).code, 0);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        const [parsed] = parseAccess(copy.files()['cluster/argoproj/openhands/access.yaml'] ?? '').accesses;
        assert.ok(parsed);
        const { access } = parsed;
        assert.deepEqual(access.spec.managedBy, { iam: 'terraform', cluster: 'manifests' });
        const served = Object.fromEntries(Object.entries(copy.files()).filter(([path]) => !path.includes('external-secret')));
        await playArgoCd({ ...served, 'cluster/argoproj/openhands/external-secret.yaml': '' }, world);
        await world.sandbox.clock.advance(60_000);
        const checks: VerifyCheck[] = [];
        for await (const check of verifyAccess(access, { ...(await world.run()), call: true })) checks.push(check);
        assert.deepEqual(checks.filter(({ outcome }) => outcome !== 'passed').map(({ id, detail, findings }) => [id, detail, findings.map(({ message }) => message)]), []);

        const before = world.sandbox.aws.snapshot();
        const said = await events(applyAccess(access, await world.run()));
        assert.deepEqual([failures(said), changes(said)], [[], []]);
        await events(destroyAccess(access.metadata, await world.run()));
        assert.deepEqual(world.sandbox.aws.snapshot(), before, 'what Terraform makes is left to it');
      });
    } finally {
      await world.stop();
    }
  });
});
