import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogFile, loadCatalog, parseCatalog } from '../../src/bedrock/catalog.ts';
import { lifecycleIn } from '../../src/bedrock/lifecycle.ts';
import { nameOf } from '../../src/bedrock/refresh/model-name.ts';
import { refreshCatalog, type OfferedModel, type RegionOffer } from '../../src/bedrock/refresh/index.ts';
import { resolveModel } from '../../src/bedrock/resolve.ts';
import type { Catalog } from '../../src/bedrock/types.ts';

const now = new Date('2026-12-01T08:00:00Z');
const sonnet = 'anthropic.claude-sonnet-4-6';
const offered = (modelId: string, more: Partial<OfferedModel> = {}): OfferedModel => ({ modelId, name: '', inferenceTypes: ['INFERENCE_PROFILE'], lifecycle: {}, ...more });
const arn = (region: string, model = sonnet): string => `arn:aws:bedrock:${region}::foundation-model/${model}`;
const offer = (region: string, models: readonly OfferedModel[], profiles: Readonly<Record<string, readonly string[]>> = {}): RegionOffer => ({
  region,
  models,
  profiles: Object.entries(profiles).map(([id, modelArns]) => ({ id, type: 'SYSTEM_DEFINED', modelArns })),
});
const reread = (catalog: Catalog): Catalog => parseCatalog(JSON.parse(JSON.stringify(catalogFile(catalog))));

test('a region that answers is believed; one that was not asked stays as it was', () => {
  const before = loadCatalog();
  const after = reread(refreshCatalog(before, [offer('us-west-2', [offered(sonnet)], { [`us.${sonnet}`]: [arn('us-west-2'), arn('us-east-9')] })], now));
  const routing = after.profiles.get(`us.${sonnet}`)?.routing;
  assert.deepEqual(routing?.get('us-west-2'), ['us-east-9', 'us-west-2']);
  assert.deepEqual(routing?.get('us-east-1'), before.profiles.get(`us.${sonnet}`)?.routing.get('us-east-1'));
  assert.equal(after.date, '2026-12-01');
  assert.deepEqual(after.prices, before.prices);
  // What us-west-2 did not name is not to be had there any more, and still elsewhere.
  assert.equal(after.profiles.get('us.anthropic.claude-haiku-4-5-20251001-v1:0')?.routing.has('us-west-2'), false);
  assert.equal(after.profiles.get('us.anthropic.claude-haiku-4-5-20251001-v1:0')?.routing.has('us-east-1'), true);
});

test('a model that no catalog knew can be declared by its profile, and by a short name', () => {
  const id = 'anthropic.claude-sonnet-6-1-20261130-v1:0';
  const after = reread(refreshCatalog(loadCatalog(), [offer('us-west-2', [offered(id, { name: 'Claude Sonnet 6.1' })], { [`us.${id}`]: [arn('us-west-2', id), arn('us-east-1', id)], [`global.${id}`]: [arn('', id), arn('us-west-2', id)] })], now));
  assert.deepEqual({ ...after.models.get(id), certainty: 0, onDemandCertainty: 0, lifecycle: 0 }, { modelId: id, name: 'Claude Sonnet 6.1', provider: 'anthropic', family: 'claude-sonnet', version: '6.1', aliases: ['claude-sonnet-6.1'], profiles: [`global.${id}`, `us.${id}`], onDemandRegions: [], certainty: 0, onDemandCertainty: 0, lifecycle: 0 });
  assert.deepEqual([...(after.profiles.get(`global.${id}`)?.routing ?? [])], [['us-west-2', []]]);
  const resolved = resolveModel(`us.${id}`, { catalog: after, region: 'us-west-2', account: '123456789012', now });
  assert.ok(resolved.ok);
  assert.deepEqual(resolved.model.destinationRegions, ['us-east-1', 'us-west-2']);
});

test('what the id says of a model is what the catalog says of those that it knows', () => {
  const different = [...loadCatalog().models.values()].filter((model) => {
    const { provider, family, version } = nameOf(model.modelId);
    return provider !== model.provider || family !== model.family || version !== model.version;
  });
  // Its second edition has the version of the first in its id.
  assert.deepEqual(different.map(({ modelId }) => modelId), ['anthropic.claude-3-5-sonnet-20241022-v2:0']);
});

test('dates that most regions tell are the model\'s, and a region that differs has its own', () => {
  const dated = (end: string): OfferedModel => offered(sonnet, { lifecycle: { legacy: new Date('2026-12-15T00:00:00Z'), endOfLife: new Date(end) } });
  const after = reread(refreshCatalog(loadCatalog(), [offer('us-west-2', [dated('2027-03-01T00:00:00Z')]), offer('us-east-1', [dated('2027-03-01T00:00:00Z')]), offer('eu-west-1', [dated('2027-06-01T12:00:00Z')])], now));
  const { lifecycle } = after.models.get(sonnet)!;
  assert.equal(lifecycle.endOfLifeDate, '2027-03-01');
  assert.equal(lifecycle.legacyDate, '2026-12-15');
  assert.equal(lifecycleIn(lifecycle, 'eu-west-1').endOfLifeDate, '2027-06-01T12:00:00.000Z');
  assert.equal(lifecycleIn(lifecycle, 'eu-central-1').endOfLifeDate, '2027-03-01');
});

test('a region that tells no dates takes none away', () => {
  const before = loadCatalog();
  const id = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
  assert.deepEqual(refreshCatalog(before, [offer('us-west-2', [offered(id)])], now).models.get(id)?.lifecycle, before.models.get(id)?.lifecycle);
});

test('throughput to be bought is no model to call', () => {
  const after = refreshCatalog(loadCatalog(), [offer('us-west-2', [offered('anthropic.claude-3-haiku-20240307-v1:0:48k', { inferenceTypes: ['PROVISIONED'] })])], now);
  assert.equal(after.models.has('anthropic.claude-3-haiku-20240307-v1:0:48k'), false);
});
