import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkModels } from '../../src/access/check-models.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { changed, line, only, openhands } from './declarations.ts';

const catalog = loadCatalog();
const now = new Date('2026-11-24');
const id = 'us.anthropic.claude-sonnet-4-6';

test('the declared model is worked out for the declared region', () => {
  const { models, byRole, findings } = checkModels(only(openhands), { catalog, now });
  assert.deepEqual(findings.filter(({ severity }) => severity === 'error'), []);
  assert.deepEqual(models.map(({ invokeId, sourceRegion }) => [invokeId, sourceRegion]), [[id, 'us-west-2']]);
  assert.equal(byRole.get('default'), models[0]);
});

const refused: readonly [what: string, model: string, id: string, says: RegExp][] = [
  ['a bare id where only a profile works', 'anthropic.claude-sonnet-4-6', 'profile-required', /us\.anthropic\.claude-sonnet-4-6/],
  ['a prefix that does not fit the region', 'eu.anthropic.claude-sonnet-4-6', 'profile-region-mismatch', /us\.anthropic\.claude-sonnet-4-6/],
  ['a model that does not exist', 'us.anthropic.claude-sonet-4-6', 'unknown-model', /us\.anthropic\.claude-sonnet-4-6/],
];
for (const [what, model, finding, says] of refused) {
  test(`${what} is refused at its line, with what works`, () => {
    const { models, findings } = checkModels(only(changed(id, model)), { catalog, now });
    assert.equal(models.length, 0);
    assert.deepEqual(findings.map(line), [`${finding} 10:11 spec.models[0].id`]);
    assert.match(findings[0]!.remedy, says);
  });
}

test("the original request's model has ended, and its successors are named", () => {
  const { models, findings } = checkModels(only(changed(id, 'us.anthropic.claude-3-7-sonnet-20250219-v1:0')), { catalog, now });
  assert.equal(models.length, 0);
  assert.equal(findings[0]?.place?.line, 10);
  assert.match(findings[0].message, /2026-04-28/);
});

test('routing that the catalog does not know for certain is a warning, with strict an error', () => {
  const unverified = [...catalog.profiles.values()].find((profile) => {
    if (profile.certainty.verified || !profile.routing.has('us-west-2')) return false;
    return checkModels(only(changed(id, profile.profileId)), { catalog, now }).models.length === 1;
  });
  assert.ok(unverified !== undefined);
  const parsed = only(changed(id, unverified.profileId));
  const severity = (strict: boolean): string | undefined => checkModels(parsed, { catalog, now, strict }).findings.find((finding) => finding.id === 'routing-unverified')?.severity;
  assert.deepEqual([severity(false), severity(true)], ['warning', 'error']);
  assert.equal(checkModels(parsed, { catalog, now, strict: true }).models.length, 0);
});

test('two references to one model are noticed', () => {
  const { findings } = checkModels(only(changed('      role: default\n', '      role: default\n    - claude-sonnet-4.6\n')), { catalog, now });
  assert.ok(findings.map(line).includes('model-declared-twice 12:7 spec.models[1].id'), findings.map(line).join());
});

test('a profile of its own stands for what it copies until AWS has chosen its id, and copies no other application profile', () => {
  const { models, findings } = checkModels(only(changed('role: default', 'role: default\n      applicationProfile: true')), { catalog, now });
  assert.deepEqual(findings.filter(({ severity }) => severity === 'error'), []);
  assert.deepEqual(models.map(({ kind, invokeId }) => [kind, invokeId]), [['application-profile', `arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/known-after-apply(${id})`]]);
  const arn = 'arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abcdef012345';
  const copied = checkModels(only(changed(id, arn, changed('role: default', 'role: default\n      applicationProfile: true'))), { catalog, now, applicationProfiles: new Map([[arn, id]]) });
  assert.deepEqual(copied.findings.map(line), ['application-profile-of-profile 12:27 spec.models[0].applicationProfile']);
});
