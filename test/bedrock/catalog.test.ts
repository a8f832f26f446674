import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogFile, loadCatalog, parseCatalog } from '../../src/bedrock/catalog.ts';
import { lifecycleAt, lifecycleIn } from '../../src/bedrock/lifecycle.ts';
import { listModels } from '../../src/bedrock/models-table.ts';
import { nearestRegion, partitionOf, regionIds } from '../../src/bedrock/regions.ts';
import type { Certainty } from '../../src/bedrock/types.ts';
import { AccessError } from '../../src/errors/error.ts';

const catalog = loadCatalog();
const now = new Date('2026-11-24T00:00:00Z');

describe('the catalog', () => {
  test('has a date and a certainty on every entry', () => {
    const entries: [string, Certainty][] = [
      ...[...catalog.models.values()].flatMap((model): [string, Certainty][] => [
        [model.modelId, model.certainty],
        [`${model.modelId} on demand`, model.onDemandCertainty],
        [`${model.modelId} lifecycle`, model.lifecycle.certainty],
        ...(model.lifecycle.regional ?? []).map((place): [string, Certainty] => [`${model.modelId} ${place.regions.join()}`, place.certainty]),
      ]),
      ...[...catalog.profiles.values()].map((profile): [string, Certainty] => [profile.profileId, profile.certainty]),
      ...[...catalog.prices.values()].map((price): [string, Certainty] => [price.id, price.certainty]),
    ];
    assert.ok(entries.length > 250);
    for (const [id, certainty] of entries) {
      assert.match(certainty.asOf, /^\d{4}-\d{2}-\d{2}$/, id);
      assert.equal(typeof certainty.verified, 'boolean', id);
      assert.ok(certainty.source.length > 3, id);
    }
  });

  test('names only models, profiles and regions that exist', () => {
    for (const model of catalog.models.values()) {
      for (const id of model.profiles) assert.equal(catalog.profiles.get(id)?.modelId, model.modelId, id);
      for (const region of model.onDemandRegions) assert.ok(partitionOf(region), region);
    }
    for (const profile of catalog.profiles.values()) {
      assert.ok(catalog.models.get(profile.modelId)?.profiles.includes(profile.profileId), profile.profileId);
      assert.ok(profile.routing.size > 0, profile.profileId);
      for (const [source, destinations] of profile.routing) {
        for (const region of [source, ...destinations]) assert.equal(partitionOf(region), profile.prefix === 'us-gov' ? 'aws-us-gov' : 'aws', `${profile.profileId} ${region}`);
        assert.equal(destinations.length === 0, profile.scope === 'global', profile.profileId);
      }
    }
    for (const id of catalog.prices.keys()) assert.ok(catalog.models.has(id) || catalog.profiles.has(id), id);
  });

  test('has no alias twice, and none that is an id', () => {
    const aliases = [...catalog.models.values()].flatMap((model) => model.aliases);
    assert.equal(new Set(aliases).size, aliases.length);
    for (const alias of aliases) assert.ok(!catalog.models.has(alias) && !catalog.profiles.has(alias));
  });

  test('has its lifecycle dates in their order', () => {
    for (const { modelId, lifecycle } of catalog.models.values()) {
      for (const one of [lifecycle, ...(lifecycle.regional ?? [])]) {
        const dates = [one.legacyDate, one.extendedAccessDate, one.endOfLifeDate].filter((date) => date !== undefined);
        assert.deepEqual(dates, [...dates].sort(), modelId);
      }
    }
  });

  test('is read from a file as it was written', () => {
    const file: unknown = JSON.parse(JSON.stringify(catalogFile(catalog)));
    assert.deepEqual(parseCatalog(file), catalog);
  });

  test('that does not fit its format is refused with the place', () => {
    assert.throws(
      () => parseCatalog({ date: '2026-11-24', models: [{ modelId: 5 }], profiles: [], prices: [] }),
      (error) => error instanceof AccessError && error.id === 'catalog-invalid' && error.message.includes('models.0'),
    );
  });
});

describe('the lifecycle of a model', () => {
  test('is worked out from its dates', () => {
    const opus = catalog.models.get('anthropic.claude-opus-4-1-20250805-v1:0')?.lifecycle;
    assert.ok(opus !== undefined);
    assert.equal(lifecycleAt(opus, new Date('2026-07-07T23:59:59Z')), 'ACTIVE');
    assert.equal(lifecycleAt(opus, new Date('2026-07-08T00:00:00Z')), 'LEGACY');
    assert.equal(lifecycleAt(opus, new Date('2027-01-08T00:00:00Z')), 'ENDED');
  });

  test('may differ by region', () => {
    const sonnet = catalog.models.get('anthropic.claude-3-5-sonnet-20240620-v1:0')?.lifecycle;
    assert.ok(sonnet !== undefined);
    assert.equal(lifecycleIn(sonnet, 'us-east-1').endOfLifeDate, '2026-03-01');
    assert.equal(lifecycleIn(sonnet, 'eu-central-2').endOfLifeDate, '2026-06-01');
    assert.equal(lifecycleIn(sonnet, 'ap-northeast-1').endOfLifeDate, '2026-07-30');
    assert.equal(lifecycleIn(sonnet, 'us-gov-west-1').endOfLifeDate, '2026-07-30');
  });
});

describe('the list of models', () => {
  test('has a row for each way to call each model', () => {
    const rows = listModels(catalog, { now });
    assert.equal(rows.filter((row) => row.kind !== 'on-demand').length, catalog.profiles.size);
    assert.ok(rows.some((row) => row.kind === 'on-demand' && row.id === 'amazon.nova-lite-v1:0'));
  });

  test('of a region holds what can be called from there, with the destinations', () => {
    const rows = listModels(catalog, { region: 'ap-northeast-1', now });
    const sonnet = rows.find((row) => row.id === 'jp.anthropic.claude-sonnet-4-6');
    assert.deepEqual(sonnet?.destinationRegions, ['ap-northeast-1', 'ap-northeast-3']);
    assert.ok(!rows.some((row) => row.id.startsWith('us.')));
  });

  test('of a lifecycle holds that only', () => {
    const ended = listModels(catalog, { lifecycle: 'ENDED', now });
    assert.ok(ended.some((row) => row.modelId === 'anthropic.claude-3-7-sonnet-20250219-v1:0' && row.endOfLifeDate === '2026-04-28'));
    assert.ok(ended.every((row) => row.lifecycle === 'ENDED'));
    assert.ok(!listModels(catalog, { lifecycle: 'ENDED', now: new Date('2025-03-08T00:00:00Z') }).some((row) => row.modelId.includes('3-7-sonnet')));
  });

  test('has the price of the profile, not of the bare model', () => {
    const rows = listModels(catalog, { region: 'us-west-2', now });
    assert.equal(rows.find((row) => row.id === 'us.anthropic.claude-opus-5-5')?.price?.input, 4.4);
    assert.equal(rows.find((row) => row.id === 'global.anthropic.claude-opus-5-5')?.price?.input, 4);
  });
});

describe('regions', () => {
  test('have the partition of their ARNs', () => {
    assert.equal(partitionOf('us-west-2'), 'aws');
    assert.equal(partitionOf('us-gov-east-1'), 'aws-us-gov');
    assert.equal(partitionOf('cn-north-1'), 'aws-cn');
    assert.equal(partitionOf('asia-northeast-1'), undefined);
    assert.equal(new Set(regionIds()).size, regionIds().length);
  });

  test('that do not exist have a nearest one', () => {
    assert.equal(nearestRegion('asia-northeast-1'), 'ap-northeast-1');
    assert.equal(nearestRegion('us-west2'), 'us-west-2');
    assert.equal(nearestRegion('europe-west-1'), 'eu-west-1');
    assert.equal(nearestRegion('somewhere-else-entirely'), undefined);
  });
});
