import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogFile, loadCatalog, parseCatalog } from '../../src/bedrock/catalog.ts';
import { partitionOf } from '../../src/bedrock/regions.ts';
import { resolveModel } from '../../src/bedrock/resolve.ts';
import type { Catalog } from '../../src/bedrock/types.ts';
import { renderPlan } from '../../src/cli/output/plan.ts';
import { paintFor } from '../../src/cli/output/paint.ts';
import { applyAccess, planAccess, readPlanFile, writePlanFile } from '../../src/engine/index.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { runCli } from '../cli/run-cli.ts';
import { declared, events, startEngineWorld, summaryOf } from './engine-world.ts';

const today = new Date('2026-11-24T09:00:00Z');
const sonnet = 'us.anthropic.claude-sonnet-4-6';

/** The catalog of somebody who has not refreshed it: one model unknown, another with one destination too few. */
function stale(): Catalog {
  const catalog = loadCatalog();
  const profile = catalog.profiles.get(sonnet)!;
  const routing = new Map([...profile.routing].map(([source, destinations]) => [source, destinations.filter((region) => region !== 'us-east-2')]));
  const unknown = 'anthropic.claude-haiku-4-5-20251001-v1:0';
  return {
    ...catalog,
    date: '2026-06-01',
    models: new Map([...catalog.models].filter(([id]) => id !== unknown)),
    profiles: new Map([...catalog.profiles].filter(([, { modelId }]) => modelId !== unknown).map(([id, each]) => [id, id === sonnet ? { ...profile, routing } : each])),
  };
}

test('catalog kept true: a stale catalog refreshed in every region resolves everything as Bedrock answers', async () => {
  const sandbox = await startSandbox({ kubernetes: false, ticking: false, now: today });
  const directory = await mkdtemp(join(tmpdir(), 'bedrock-access-catalog-'));
  try {
    await writeFile(join(directory, 'stale.json'), JSON.stringify(catalogFile(stale())));
    // This identity's organisation keeps it out of one region.
    const keys = await sandbox.aws.createIdentity('reader', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['bedrock:ListFoundationModels', 'bedrock:ListInferenceProfiles', 'bedrock:GetInferenceProfile'], Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } },
      ],
    });
    const environment = { ...sandbox.environment, AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey };
    const { code, stdout, stderr } = await runCli(['models', '--refresh', '--out', 'fresh.json', '--catalog', 'stale.json'], { environment, directory, clock: sandbox.productClock });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^skipped eu-west-1: not allowed by the policies of this identity$/m);
    assert.match(stderr, /^Asked 35 regions: \d+ models? and \d+ inference profiles? differ from the catalog of 2026-06-01\.$/m);

    const fresh = parseCatalog(JSON.parse(await readFile(join(directory, 'fresh.json'), 'utf8')));
    assert.equal(fresh.date, '2026-11-24');
    const truth = loadCatalog();
    let compared = 0;
    for (const [id, profile] of truth.profiles) {
      for (const region of profile.routing.keys()) {
        if (partitionOf(region) !== 'aws' || region === 'eu-west-1') continue;
        const [theirs, ours] = [truth, fresh].map((catalog) => resolveModel(id, { catalog, region, account: sandbox.account, now: today }));
        if (theirs?.ok !== true) continue;
        assert.ok(ours?.ok, `${id} in ${region}`);
        assert.deepEqual(ours.model.destinationRegions, theirs.model.destinationRegions, `${id} in ${region}`);
        assert.equal(ours.model.certainty.verified, id.startsWith('us.') || ours.model.certainty.verified);
        compared += 1;
      }
    }
    assert.ok(compared > 100, String(compared));
    assert.deepEqual(fresh.profiles.get(sonnet)?.certainty, { asOf: '2026-11-24', verified: true, source: 'Amazon Bedrock, GetInferenceProfile' });

    const listed = await runCli(['models', '--catalog', 'fresh.json', '--region', 'us-west-2'], { directory });
    assert.match(listed.stderr, /catalog of 2026-11-24/);
  } finally {
    await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

test('catalog kept true: where no region answers, the failure is said and no file is written', async () => {
  const sandbox = await startSandbox({ kubernetes: false, ticking: false, now: today });
  try {
    const keys = await sandbox.aws.createIdentity('nobody', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
    const { code, stdout, stderr } = await runCli(['models', '--refresh'], { environment: { ...sandbox.environment, AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey }, clock: sandbox.productClock });
    assert.equal(code, 4);
    assert.equal(stdout, '');
    assert.match(stderr, /error\[aws-permission-missing\].*bedrock:/);
  } finally {
    await sandbox.stop();
  }
});

test('catalog kept true: a plan names its catalog, and labels what comes of another catalog alone', async () => {
  const world = await startEngineWorld();
  try {
    assert.equal(summaryOf(await events(applyAccess(declared(), await world.run({ catalog: stale() })))).outcome, 'done');
    const { plan } = await planAccess(declared(), await world.run());
    assert.equal(plan.catalogDate, '2026-11-24');
    const changed = plan.steps.filter(({ action }) => action !== 'none');
    assert.deepEqual(changed.map(({ kind, reason }) => [kind, reason]), [['managed-policy', 'by the catalog alone: applied with that of 2026-06-01, this one is of 2026-11-24']]);
    assert.deepEqual(readPlanFile(writePlanFile(plan, declared(), '0.1.0')).plan.steps, plan.steps);
    assert.match(renderPlan(plan, paintFor(false)), /catalog of 2026-11-24[^]*~ managed-policy bedrock-openhands-policy {2}\(by the catalog alone/);

    // Drift beside it is not the catalog's doing.
    const admin = await world.run();
    await admin.aws.iam.detachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
    const both = (await planAccess(declared(), await world.run())).plan.steps.filter(({ action }) => action !== 'none');
    assert.deepEqual(both.map(({ kind, reason }) => [kind, reason !== undefined]), [['managed-policy', true], ['policy-attachment', false]]);
    // A statement that somebody added is not either; the routing in the same policy still is.
    await admin.aws.iam.createPolicyVersion('arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy', { Version: '2012-10-17', Statement: [{ Sid: 'Added', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
    const [policy] = (await planAccess(declared(), await world.run())).plan.steps.filter(({ kind }) => kind === 'managed-policy');
    assert.equal(policy?.reason, undefined);
    assert.ok(policy?.differences.some(({ cause }) => cause === undefined));

    // Another declaration is another matter: nothing is put down to the catalog.
    const other = (await planAccess(declared({ names: { policy: 'bedrock-openhands-other' } }), await world.run())).plan;
    assert.ok(other.steps.every(({ reason = '' }) => !reason.includes('catalog')));
  } finally {
    await world.stop();
  }
});
