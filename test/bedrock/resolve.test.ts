import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asApplicationProfile, resolveModel, type ResolveContext } from '../../src/bedrock/resolve.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import type { Finding } from '../../src/finding.ts';
import type { ResolvedModel } from '../../src/bedrock/types.ts';

const catalog = loadCatalog();
const account = '123456789012';
const today = new Date('2026-11-24T00:00:00Z');
const seedDay = new Date('2025-03-08T00:00:00Z');

function context(region: string, now = today): ResolveContext {
  return { catalog, region, account, now };
}

function resolved(reference: string, region: string, now = today): { model: ResolvedModel; findings: readonly Finding[] } {
  const resolution = resolveModel(reference, context(region, now));
  assert.ok(resolution.ok, `${reference} in ${region}: ${resolution.findings.map((finding) => finding.message).join('; ')}`);
  return resolution;
}

function refused(reference: string, region: string, now = today): Finding {
  const resolution = resolveModel(reference, context(region, now));
  assert.ok(!resolution.ok, `${reference} in ${region} was not refused`);
  const [finding] = resolution.findings;
  assert.ok(finding !== undefined);
  assert.equal(finding.severity, 'error');
  return finding;
}

describe('a model reference', () => {
  test('that is a profile id gives the profile with its destinations, sorted', () => {
    const { model, findings } = resolved('us.anthropic.claude-sonnet-4-6', 'us-west-2');
    assert.deepEqual(
      { kind: model.kind, modelId: model.modelId, invokeId: model.invokeId, partition: model.partition, destinations: model.destinationRegions },
      { kind: 'geographic-profile', modelId: 'anthropic.claude-sonnet-4-6', invokeId: 'us.anthropic.claude-sonnet-4-6', partition: 'aws', destinations: ['us-east-1', 'us-east-2', 'us-west-2'] },
    );
    assert.deepEqual(findings, []);
  });

  test('that is a bare id where only profiles work is refused with the profiles for that region', () => {
    const finding = refused('anthropic.claude-sonnet-4-6', 'ap-northeast-1');
    assert.equal(finding.id, 'profile-required');
    assert.match(finding.remedy, /`jp\.anthropic\.claude-sonnet-4-6` .*`global\.anthropic\.claude-sonnet-4-6`/);
  });

  test('that is a bare id with on-demand throughput in the region is called by that id', () => {
    const { model } = resolved('anthropic.claude-sonnet-4-6', 'eu-west-2');
    assert.deepEqual({ kind: model.kind, invokeId: model.invokeId, destinations: model.destinationRegions }, { kind: 'on-demand', invokeId: 'anthropic.claude-sonnet-4-6', destinations: ['eu-west-2'] });
  });

  test('that is an alias gives the geographic profile that fits the region, and says which', () => {
    for (const [region, id] of [
      ['us-west-2', 'us.anthropic.claude-sonnet-4-6'],
      ['eu-central-1', 'eu.anthropic.claude-sonnet-4-6'],
      ['ap-northeast-1', 'jp.anthropic.claude-sonnet-4-6'],
      ['ap-southeast-2', 'au.anthropic.claude-sonnet-4-6'],
      ['sa-east-1', 'global.anthropic.claude-sonnet-4-6'],
    ] as const) {
      const { model, findings } = resolved('claude-sonnet-4.6', region);
      assert.equal(model.invokeId, id);
      assert.ok(findings.some((finding) => finding.id === 'alias-resolved' && finding.message.includes(id)));
    }
  });

  test('that is an alias of a model on demand there, and in no geographic profile, is called by its bare id', () => {
    assert.equal(resolved('nova-lite', 'us-gov-west-1').model.invokeId, 'amazon.nova-lite-v1:0');
    assert.equal(resolved('nova-lite', 'us-gov-west-1').model.partition, 'aws-us-gov');
  });

  test('with a prefix that does not fit the region is refused with what fits', () => {
    const finding = refused('us.anthropic.claude-sonnet-4-6', 'ap-northeast-1');
    assert.equal(finding.id, 'profile-region-mismatch');
    assert.match(finding.remedy, /`jp\.anthropic\.claude-sonnet-4-6`/);
  });

  test('in a region that does not exist is refused with the region that was meant', () => {
    const finding = refused('claude-sonnet-4.6', 'asia-northeast-1');
    assert.equal(finding.id, 'unknown-region');
    assert.match(finding.remedy, /ap-northeast-1/);
  });

  test('that is misspelt is refused with the nearest ids', () => {
    const finding = refused('us.anthropic.claude-sonet-4-6', 'us-west-2');
    assert.equal(finding.id, 'unknown-model');
    assert.match(finding.remedy, /`us\.anthropic\.claude-sonnet-4-6`/);
  });

  test('with a prefix for which the model has no profile is refused with the profiles that it has', () => {
    const finding = refused('jp.anthropic.claude-opus-5', 'us-west-2');
    assert.equal(finding.id, 'unknown-model');
    assert.match(finding.remedy, /`us\.anthropic\.claude-opus-5`/);
  });

  test('whose model has ended is refused with the date and successors, judged at the time given', () => {
    const id = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0';
    assert.equal(resolved(id, 'us-west-2', seedDay).model.invokeId, id);
    const finding = refused(id, 'us-west-2');
    assert.equal(finding.id, 'model-ended');
    assert.match(finding.message, /2026-04-28/);
    assert.match(finding.remedy, /us\.anthropic\.claude-sonnet-5-5/);
  });

  test('works until the last moment before its end and no longer', () => {
    const id = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0';
    resolved(id, 'us-west-2', new Date('2026-04-27T23:59:59.999Z'));
    assert.equal(refused(id, 'us-west-2', new Date('2026-04-28T00:00:00Z')).id, 'model-ended');
  });

  test('of the seed, a bare id in us-west-2, is refused on the day of the seed with the profile to use', () => {
    const finding = refused('anthropic.claude-3-7-sonnet-20250219-v1:0', 'us-west-2', seedDay);
    assert.equal(finding.id, 'profile-required');
    assert.match(finding.remedy, /`us\.anthropic\.claude-3-7-sonnet-20250219-v1:0`/);
  });

  test('names as successors only models that were there at that time', () => {
    const finding = refused('us.anthropic.claude-3-5-sonnet-20241022-v2:0', 'us-west-2', new Date('2026-04-10T00:00:00Z'));
    assert.match(finding.remedy, /claude-sonnet-4-6/);
    assert.doesNotMatch(finding.remedy, /claude-sonnet-5-5/);
  });

  test('whose model is legacy comes with a warning, and with one more within 90 days of its end', () => {
    const legacy = resolved('us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us-west-2').findings;
    assert.deepEqual(legacy.map((finding) => [finding.id, finding.severity]), [['model-legacy', 'warning']]);
    const ending = resolved('us.anthropic.claude-opus-4-1-20250805-v1:0', 'us-west-2').findings;
    assert.deepEqual(ending.map((finding) => finding.id), ['model-legacy', 'model-ending-soon']);
    assert.match(ending[1]?.message ?? '', /45 days, on 2027-01-08/);
  });

  test('has the end of life of its region where regions differ', () => {
    const id = 'us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0';
    resolved(id, 'us-gov-east-1', new Date('2026-06-01T00:00:00Z'));
    assert.match(refused(id, 'us-gov-east-1', new Date('2026-07-30T00:00:00Z')).message, /2026-07-30/);
  });

  test('with routing that no AWS page confirms comes with a warning', () => {
    assert.deepEqual(resolved('us.anthropic.claude-opus-5-5', 'us-west-2').findings.map((finding) => finding.id), ['routing-unverified']);
  });
});

describe('an ARN as model reference', () => {
  test('of a profile or a model is the same as the plain id', () => {
    const profile = resolved(`arn:aws:bedrock:us-west-2:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`, 'us-west-2').model;
    assert.equal(profile.invokeId, 'us.anthropic.claude-sonnet-4-6');
    const model = resolved('arn:aws:bedrock:eu-west-2::foundation-model/anthropic.claude-sonnet-4-6', 'eu-west-2').model;
    assert.equal(model.kind, 'on-demand');
  });

  test('of another region, account or partition is refused with the right one', () => {
    for (const arn of [
      `arn:aws:bedrock:us-east-1:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`,
      'arn:aws:bedrock:us-west-2:999999999999:inference-profile/us.anthropic.claude-sonnet-4-6',
      'arn:aws:bedrock:us-west-2::inference-profile/us.anthropic.claude-sonnet-4-6',
      `arn:aws-us-gov:bedrock:us-west-2:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`,
    ]) {
      const finding = refused(arn, 'us-west-2');
      assert.equal(finding.id, 'model-arn-mismatch', arn);
      assert.ok(finding.remedy.includes(`arn:aws:bedrock:us-west-2:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`));
    }
  });

  test('that puts a profile into a foundation-model ARN is refused with the right form', () => {
    const finding = refused('arn:aws:bedrock:us-west-2::foundation-model/us.anthropic.claude-sonnet-4-6', 'us-west-2');
    assert.equal(finding.id, 'model-arn-invalid');
    assert.ok(finding.remedy.includes(`arn:aws:bedrock:us-west-2:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`));
  });

  test('of something else, or cut off, is refused', () => {
    for (const arn of [`arn:aws:s3:::bucket`, `arn:aws:bedrock:us-west-2:${account}:guardrail/x`, 'arn:aws:bedrock', `arn:aws:bedrock:us-west-2:${account}:thing`]) {
      assert.equal(refused(arn, 'us-west-2').id, 'model-arn-invalid', arn);
    }
  });

  test('of an application profile needs what it was copied from, and then has its destinations', () => {
    const arn = `arn:aws:bedrock:us-west-2:${account}:application-inference-profile/abc123`;
    assert.equal(refused(arn, 'us-west-2').id, 'application-profile-unknown');
    const resolution = resolveModel(arn, { ...context('us-west-2'), applicationProfiles: new Map([[arn, 'us.anthropic.claude-sonnet-4-6']]) });
    assert.ok(resolution.ok);
    assert.deepEqual(
      { kind: resolution.model.kind, id: resolution.model.applicationProfileId, profile: resolution.model.profileId, invokeId: resolution.model.invokeId, destinations: resolution.model.destinationRegions.length },
      { kind: 'application-profile', id: 'abc123', profile: 'us.anthropic.claude-sonnet-4-6', invokeId: arn, destinations: 3 },
    );
  });
});

test('an application profile over a global profile still routes worldwide', () => {
  const { model } = resolved('global.anthropic.claude-sonnet-4-6', 'us-west-2');
  assert.deepEqual(model.destinationRegions, []);
  assert.equal(asApplicationProfile(model, 'abc', account).routesGlobally, true);
});

test('every profile of the catalog resolves from every source region, and every alias from every region that has the model', () => {
  for (const profile of catalog.profiles.values()) {
    for (const region of profile.routing.keys()) {
      const launch = new Date('2025-06-01T00:00:00Z');
      const { model } = resolved(profile.profileId, region, launch);
      assert.equal(model.profileId, profile.profileId);
      const alias = catalog.models.get(profile.modelId)?.aliases[0];
      assert.ok(alias !== undefined);
      assert.equal(resolved(alias, region, launch).model.modelId, profile.modelId);
    }
  }
});
