/**
 * Makes `src/bedrock/catalog.json` from gathered source data:
 *
 *   node scripts/make-catalog.ts PATH/TO/bedrock-catalog.json
 *
 * The source data holds models, inference profiles with routing per source region, prices and lifecycle dates, each
 * with the key of its source. What it does not hold (on-demand regions, regional end of life, short names) is added
 * here, each with its own source. Run it again when the source data is newer, and read the difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const lifecycle = z.object({
  status: z.enum(['ACTIVE', 'LEGACY', 'EOL']),
  legacyDate: z.string().nullish(),
  extendedAccessDate: z.string().nullish(),
  eolDate: z.string().nullish(),
  source: z.string(),
  note: z.string().optional(),
});
const gathered = z.object({
  generated: z.string(),
  sources: z.record(z.string(), z.string()),
  models: z.record(
    z.string(),
    z.object({
      modelId: z.string(),
      name: z.string().optional(),
      launch: z.string().optional(),
      ctx: z.number().optional(),
      maxOut: z.number().optional(),
      eolNoSoonerThan: z.string().optional(),
      source: z.string().optional(),
      profiles: z.array(z.string()),
      lifecycle,
    }),
  ),
  profiles: z.record(
    z.string(),
    z.object({
      routing: z.union([
        z.object({ sourceRegions: z.array(z.string()), destination: z.literal('ANY_COMMERCIAL_REGION') }).loose(),
        z.record(z.string(), z.array(z.string())),
      ]),
      source: z.string(),
      verified: z.boolean(),
      note: z.string().optional(),
    }),
  ),
  prices: z.object({
    source: z.string(),
    entries: z.record(z.string(), z.object({ usdPerMTok: z.object({ input: z.number(), output: z.number() }).catchall(z.unknown()) }).loose()),
  }),
});

/** The day that each source speaks of; where only a month is known, its first day. */
const sourceDates: Readonly<Record<string, string>> = {
  LITELLM: '2026-11-24',
  LEGACY_PAGE: '2026-10-08',
  LEGACY_OLD: '2026-05-01',
  CARD: '2026-09-01',
  CARD_CW: '2026-09-01',
  PROFILES_OLD: '2025-12-01',
  ISSUES: '2026-04-28',
};

/**
 * AWS user guide "Supported foundation models in Amazon Bedrock", column "Single-region model support", of December 2025
 * (crowecawcaw/aws-docs-history, docs/bedrock/latest/userguide/models-supported.md). A model with an empty list is in
 * that table with an empty cell: only profiles work.
 */
const onDemandTable: Readonly<Record<string, readonly string[]>> = {
  'amazon.nova-lite-v1:0': ['ap-northeast-1', 'ap-southeast-2', 'ap-southeast-3', 'eu-north-1', 'eu-west-2', 'me-central-1', 'us-east-1', 'us-gov-west-1'],
  'amazon.nova-micro-v1:0': ['ap-southeast-2', 'eu-west-2', 'us-east-1', 'us-gov-west-1'],
  'amazon.nova-premier-v1:0': [],
  'amazon.nova-pro-v1:0': ['ap-southeast-2', 'ap-southeast-3', 'eu-west-2', 'me-central-1', 'us-east-1', 'us-gov-west-1'],
  'anthropic.claude-3-haiku-20240307-v1:0': [
    'ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ca-central-1', 'eu-central-1', 'eu-central-2',
    'eu-west-1', 'eu-west-2', 'eu-west-3', 'sa-east-1', 'us-east-1', 'us-west-2', 'us-gov-west-1',
  ],
  'anthropic.claude-3-5-haiku-20241022-v1:0': ['us-west-2'],
  'anthropic.claude-3-7-sonnet-20250219-v1:0': ['eu-west-2', 'us-gov-west-1'],
  'anthropic.claude-haiku-4-5-20251001-v1:0': [],
  'anthropic.claude-opus-4-1-20250805-v1:0': [],
  'anthropic.claude-opus-4-20250514-v1:0': [],
  'anthropic.claude-sonnet-4-5-20250929-v1:0': [],
  'anthropic.claude-sonnet-4-20250514-v1:0': [],
};
const onDemandTableSource = { asOf: '2025-12-01', verified: true, source: 'AWS user guide, Supported foundation models in Amazon Bedrock, December 2025' };

/** Model cards, column "In-Region" (c2hans/aws-docs). */
const onDemandCards: Readonly<Record<string, { regions: readonly string[]; source: string; asOf: string }>> = {
  'anthropic.claude-sonnet-4-6': { regions: ['eu-west-2'], asOf: '2026-09-01', source: 'AWS model card of Claude Sonnet 4.6, availability on bedrock-runtime, column In-Region' },
  'amazon.nova-2-lite-v1:0': { regions: [], asOf: '2026-09-01', source: 'AWS user guide, Regional availability by models, Nova 2 Lite, column In-Region' },
};

/** Regions whose dates differ; from the `note` of the gathered data, where it gives whole dates. */
const regional: Readonly<Record<string, readonly { regions: string[]; legacyDate: string; extendedAccessDate?: string; endOfLifeDate: string; asOf: string; verified: boolean; source: string }[]>> = {
  'anthropic.claude-3-5-sonnet-20240620-v1:0': [
    { regions: ['eu-central-2'], legacyDate: '2025-08-25', extendedAccessDate: '2025-12-01', endOfLifeDate: '2026-06-01', asOf: '2026-05-01', verified: true, source: 'LEGACY_OLD' },
    { regions: ['us-east-', 'us-west-', 'eu-'], legacyDate: '2025-08-25', extendedAccessDate: '2025-12-01', endOfLifeDate: '2026-03-01', asOf: '2026-03-01', verified: false, source: 'posit-dev/positron#9339' },
  ],
  'anthropic.claude-3-5-sonnet-20241022-v2:0': [
    { regions: ['us-east-', 'us-west-', 'eu-'], legacyDate: '2025-08-25', extendedAccessDate: '2025-12-01', endOfLifeDate: '2026-03-01', asOf: '2026-03-01', verified: false, source: 'posit-dev/positron#9339' },
  ],
  'anthropic.claude-3-7-sonnet-20250219-v1:0': [
    { regions: ['us-gov-'], legacyDate: '2026-01-30', extendedAccessDate: '2026-04-30', endOfLifeDate: '2026-07-30', asOf: '2026-05-01', verified: true, source: 'LEGACY_OLD' },
  ],
};

/** Where two AWS pages disagree, the newer one, marked as not certain: a wrong guess shows as an intermittent AccessDenied. */
const disputed: Readonly<Record<string, { routing: Record<string, string[]>; asOf: string; source: string; note: string }>> = {
  'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0': {
    routing: { 'us-gov-east-1': ['us-gov-east-1', 'us-gov-west-1'], 'us-gov-west-1': ['us-gov-east-1', 'us-gov-west-1'] },
    asOf: '2026-09-01',
    source: 'AWS model card of Claude Sonnet 4.5',
    note: 'the profile table of December 2025 lists us-gov-west-1 as the only destination; the model card lists both regions',
  },
};

const path = process.argv[2];
if (path === undefined) {
  console.error('usage: node scripts/make-catalog.ts PATH/TO/bedrock-catalog.json');
  process.exit(1);
}
const from = gathered.parse(JSON.parse(readFileSync(path, 'utf8')));
const sourceName = (key: string): string => from.sources[key.split(' ')[0]!.replace(/^\(?/, '')] ?? key;
const sourceDate = (key: string): string => sourceDates[key.split(' ')[0]!] ?? (/LEGACY_PAGE/.test(key) ? '2026-10-08' : from.generated);

const models = Object.values(from.models).map((model) => {
  const { modelId } = model;
  const named = nameOf(modelId);
  const card = onDemandCards[modelId];
  const table = onDemandTable[modelId];
  const dates = regional[modelId];
  const source = model.source ?? from.profiles[model.profiles[0] ?? '']?.source ?? modelId;
  return {
    modelId,
    name: model.name ?? named.name,
    provider: modelId.split('.')[0],
    family: named.family,
    version: named.version,
    aliases: named.aliases,
    profiles: model.profiles,
    onDemand:
      card !== undefined
        ? { regions: card.regions, asOf: card.asOf, verified: true, source: card.source }
        : table !== undefined
          ? { regions: [...table].sort(), ...onDemandTableSource }
          : { regions: [], asOf: from.generated, verified: false, source: 'no AWS page at hand lists on-demand regions of this model; profiles work' },
    lifecycle: {
      launchDate: model.launch,
      legacyDate: model.lifecycle.legacyDate ?? undefined,
      extendedAccessDate: model.lifecycle.extendedAccessDate ?? undefined,
      endOfLifeDate: model.lifecycle.eolDate ?? undefined,
      endOfLifeNoSoonerThan: model.eolNoSoonerThan,
      regional: dates?.map(({ source, ...entry }) => ({ ...entry, source: sourceName(source) })),
      asOf: sourceDate(model.lifecycle.source),
      // An active model is certain only as far as the list of legacy models does not name it.
      verified: true,
      source: model.lifecycle.source === 'absent from LEGACY_PAGE' ? `not named by ${from.sources['LEGACY_PAGE']}` : sourceName(model.lifecycle.source),
      note: model.lifecycle.note,
    },
    contextTokens: model.ctx,
    maxOutputTokens: model.maxOut,
    // A model without a page of its own is as certain as its first profile.
    asOf: sourceDate(source),
    verified: source.startsWith('CARD') || source === 'PROFILES_OLD',
    source: sourceName(source),
  };
});

const profiles = Object.entries(from.profiles).map(([profileId, profile]) => {
  const prefix = profileId.split('.')[0]!;
  const dispute = disputed[profileId];
  const routing = dispute?.routing ?? ('destination' in profile.routing ? Object.fromEntries(profile.routing.sourceRegions.map((region) => [region, []])) : profile.routing);
  return {
    profileId,
    modelId: profileId.slice(prefix.length + 1),
    scope: prefix === 'global' ? 'global' : 'geographic',
    prefix,
    routing: Object.fromEntries(Object.entries(routing).sort(([a], [b]) => (a < b ? -1 : 1)).map(([region, destinations]) => [region, [...(Array.isArray(destinations) ? destinations : [])].sort()])),
    asOf: dispute?.asOf ?? sourceDate(profile.source),
    verified: dispute === undefined && profile.verified,
    source: dispute?.source ?? sourceName(profile.source),
    note: dispute?.note ?? profile.note,
  };
});

const known = new Set([...models.map((model) => model.modelId), ...profiles.map((profile) => profile.profileId)]);
const prices = Object.entries(from.prices.entries)
  .filter(([id]) => known.has(id))
  .map(([id, { usdPerMTok }]) => ({
    id,
    ...Object.fromEntries(['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead', 'batchInput', 'batchOutput'].flatMap((key) => (typeof usdPerMTok[key] === 'number' ? [[key, usdPerMTok[key]]] : []))),
    asOf: sourceDate(from.prices.source),
    // A community list, not AWS's price list.
    verified: false,
    source: sourceName(from.prices.source),
  }));

const text = JSON.stringify({ date: from.generated, models, profiles, prices }, null, 1)
  // One entry, one place: short lists on one line keep differences readable.
  .replace(/\[\s+((?:"[^"]*",?\s*)+)\]/g, (_, list: string) => `[${list.trim().replace(/\s*\n\s*/g, ' ')}]`);
writeFileSync(new URL('../src/bedrock/catalog.json', import.meta.url), `${text}\n`);
console.log(`${models.length} models, ${profiles.length} profiles, ${prices.length} prices, dated ${from.generated}`);

/** Family, version, name and short names of a model id: `anthropic.claude-sonnet-4-6`, `anthropic.claude-3-7-sonnet-20250219-v1:0`, `amazon.nova-2-lite-v1:0`. */
function nameOf(modelId: string): { family: string; version: string; name: string; aliases: string[] } {
  const claude = /^anthropic\.claude-(?:(\d+)(?:-(\d))?-)?(opus|sonnet|haiku)(?:-(\d+)(?:-(\d{1,2}))?)?(?:-(\d{8}))?(?:-v(\d+)(?::\d+)?)?$/.exec(modelId);
  if (claude !== null) {
    const [, oldMajor, oldMinor, line, newMajor, newMinor, , revision] = claude;
    const version = [oldMajor ?? newMajor, oldMinor ?? newMinor].filter((part) => part !== undefined).join('.');
    const suffix = revision === '2' ? '-v2' : '';
    const title = `${line![0]!.toUpperCase()}${line!.slice(1)}`;
    return oldMajor === undefined
      ? { family: `claude-${line}`, version, name: `Claude ${title} ${version}`, aliases: [`claude-${line}-${version}`] }
      : {
          family: `claude-${line}`,
          version: suffix === '' ? version : `${version}.2`,
          name: `Claude ${version} ${title}${suffix === '' ? '' : ' v2'}`,
          aliases: [`claude-${version}-${line}${suffix}`, `claude-${line}-${version}${suffix}`],
        };
  }
  const nova = /^amazon\.nova-(?:(\d+)-)?([a-z]+)-v\d+:\d+$/.exec(modelId);
  if (nova !== null) {
    const [, major, line] = nova;
    const title = `${line![0]!.toUpperCase()}${line!.slice(1)}`;
    return { family: `nova-${line}`, version: major ?? '1', name: `Nova ${major === undefined ? '' : `${major} `}${title}`, aliases: [major === undefined ? `nova-${line}` : `nova-${major}-${line}`] };
  }
  throw new Error(`no family known for ${modelId}`);
}
