/** A checkout into which an access is exported, and what its tests ask of it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseAccess } from '../../../src/access/parse.ts';
import type { Access } from '../../../src/access/types.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { rules } from '../../../src/checks/rules/index.ts';
import { runRules } from '../../../src/checks/run.ts';
import { applyAccess, destroyAccess } from '../../../src/engine/index.ts';
import { readRepositories } from '../../../src/repositories/read-repositories.ts';
import { runCli, today, type CliResult } from '../../cli/run-cli.ts';
import { changes, events, failures, type EngineWorld } from '../../scenarios/engine-world.ts';
import { verified } from '../../scenarios/outcomes.ts';
import { checkout, type Checkout } from './checkout.ts';
import { assertGolden } from './golden.ts';
import { playArgoCd } from './play-argo-cd.ts';
import type { Files } from './repositories.ts';

/** `bedrock-access export -f access.yaml`, in the copy. */
export type Export = (...argv: readonly string[]) => Promise<CliResult>;

/** Where the access goes in each of the two pairs of repositories, and what `check` reads of them. */
export const tfaction = { places: ['--terraform', 'infra/terraform/aws/openhands', '--manifests', 'cluster/argoproj/openhands'], manifests: 'cluster' } as const;
export const plain = { places: ['--terraform', 'infra', '--manifests', 'manifests'], manifests: 'manifests' } as const;
export const cluster = ['--cluster-id', '0b6c1f0e-1b57-4c8b-9d3f-2f1f3f6f2a11'] as const;

/** The copy goes afterwards. */
export async function inCheckout(files: Files, work: (copy: Checkout, run: Export) => Promise<void>): Promise<void> {
  const copy = checkout(files);
  try {
    await work(copy, (...argv) => runCli(['export', '-f', 'access.yaml', ...argv], { directory: copy.directory }));
  } finally {
    copy.remove();
  }
}

/** What `check` finds in the repositories, a line each. */
export async function foundIn({ directory }: Checkout, manifests: 'cluster' | 'manifests', { terraform = 'infra', now = today }: { readonly terraform?: string; readonly now?: Date } = {}): Promise<readonly string[]> {
  const read = await readRepositories({ terraform: join(directory, terraform), manifests: join(directory, manifests) });
  return [...read.findings, ...runRules(rules, read.facts, { catalog: loadCatalog(), now }, read.texts).findings].map(({ id, message }) => `${id} ${message}`);
}

/** The declaration that the export put beside the manifests. */
export function declaredIn(copy: Checkout): Access {
  const [parsed] = parseAccess(copy.files()['cluster/argoproj/openhands/access.yaml'] ?? '').accesses;
  assert.ok(parsed);
  return parsed.access;
}

interface Exported {
  readonly places: readonly string[];
  readonly manifests: 'cluster' | 'manifests';
  /** More words of the command. */
  readonly styles?: readonly string[];
  /** A finding that is right: the access is written without a boundary, say. */
  readonly right?: string;
}

/** The diff and what is said with it are those of `test/golden/export`, and nothing is written. */
export async function shownAs(golden: string, files: Files, places: readonly string[]): Promise<void> {
  await inCheckout(files, async (copy, run) => {
    const { code, stdout, stderr } = await run(...places, ...cluster, '--dry-run');
    assert.equal(code, 0, stderr);
    assertGolden(`${golden}.diff`, stdout);
    assertGolden(`${golden}.txt`, stderr);
    assert.deepEqual(copy.files(), files, 'nothing is written');
  });
}

/** A second run changes nothing, and check finds nothing new. */
export async function exportedTwice(copy: Checkout, run: Export, { places, manifests, styles = [], right }: Exported, what?: string): Promise<void> {
  const before = new Set(await foundIn(copy, manifests));
  const first = await run(...places, ...cluster, ...styles);
  assert.equal(first.code, 0, `${what ?? ''} ${first.stderr}`);
  assert.match((await run(...places, ...cluster, ...styles)).stderr, /Nothing to change/, what);
  const found = await foundIn(copy, manifests);
  assert.deepEqual(found.filter((line) => !before.has(line) && (right === undefined || !line.startsWith(right))), [], what);
}

/** The removal, and one more, leave the files as they were. @returns what the first says */
export async function takenAway(copy: Checkout, run: Export, places: readonly string[], files: Files): Promise<string> {
  const first = await run('--remove', ...places);
  assert.equal(first.code, 0, first.stderr);
  assert.equal((await run('--remove', ...places)).code, 0, 'once more');
  const left = copy.files();
  assert.deepEqual(Object.keys(left).sort(), Object.keys(files).sort());
  // A variable that held something else before is not known any more.
  for (const [path, text] of Object.entries(files)) assert.equal(left[path], text.replace(/ +- name: AWS_REGION\n +value: .*\n/, ''), path);
  return first.stderr;
}

/** Checks that did not pass, but that of the store's readers: the sandbox's operator has no identity that could be followed. */
export async function failedChecks(access: Access, world: EngineWorld): Promise<readonly string[]> {
  const failed = (await verified(access, await world.run())).filter(({ id, outcome }) => outcome !== 'passed' && id !== 'store-readers');
  return failed.map(({ id, detail, findings }) => `${id}: ${detail} ${findings.map(({ message }) => message).join('; ')}`);
}

/** Argo CD applies the manifests but for the ExternalSecret of others. */
export async function playKeyless(copy: Checkout, world: EngineWorld): Promise<void> {
  const served = Object.fromEntries(Object.entries(copy.files()).filter(([path]) => !path.includes('external-secret')));
  await playArgoCd({ ...served, 'cluster/argoproj/openhands/external-secret.yaml': '' }, world);
}

/** After Argo CD too the pods call the model, the program finds nothing to change, and a destroy leaves what Terraform makes. */
export async function callsAndStays(copy: Checkout, access: Access, world: EngineWorld): Promise<void> {
  await playKeyless(copy, world);
  await world.sandbox.clock.advance(60_000);
  const checks = await verified(access, await world.run());
  assert.deepEqual(checks.filter(({ outcome }) => outcome !== 'passed').map(({ id, detail, findings }) => [id, detail, findings.map(({ message }) => message)]), []);
  assert.ok(checks.some(({ id }) => id === 'call'));

  const before = world.sandbox.aws.snapshot();
  const said = await events(applyAccess(access, await world.run()));
  assert.deepEqual([failures(said), changes(said)], [[], []]);
  await events(destroyAccess(access.metadata, await world.run()));
  assert.deepEqual(world.sandbox.aws.snapshot(), before, 'what Terraform makes is left to it');
}
