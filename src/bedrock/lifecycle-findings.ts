import type { Finding } from '../finding.ts';
import { daysUntilEnd, lifecycleAt, lifecycleIn } from './lifecycle.ts';
import type { Catalog, Model } from './types.ts';
import { successorsOf } from './ways.ts';

/** From here on an end of life is urgent: half of the notice that AWS gives at least (six months). */
const endingSoonDays = 90;

/** What a model's lifecycle means for a declaration at a time: an error once it has ended, warnings before. */
export function lifecycleFindings(reference: string, model: Model, context: { catalog: Catalog; region: string; now: Date }): readonly Finding[] {
  const lifecycle = lifecycleIn(model.lifecycle, context.region);
  const state = lifecycleAt(lifecycle, context.now);
  if (state === 'ACTIVE') return [];
  const name = model.name ?? model.modelId;
  const end = lifecycle.endOfLifeDate;
  const successors = successorsOf(context.catalog, model, context.region, context.now).slice(0, 3);
  const change = successors.length === 0 ? `\`bedrock-access models --region ${context.region} --lifecycle active\` lists what can be used instead.` : `Change it to ${successors.map((id) => `\`${id}\``).join(', ')}.`;
  if (state === 'ENDED') {
    return [
      {
        id: 'model-ended',
        severity: 'error',
        message: `${reference}: ${name} reached its end of life on ${end} in ${context.region}.`,
        cause: `Bedrock answers every call of it with "This model version has reached the end of its life" (catalog of ${context.catalog.date}, ${lifecycle.certainty.source}).`,
        remedy: change,
      },
    ];
  }
  const days = daysUntilEnd(lifecycle, context.now);
  return [
    {
      id: 'model-legacy',
      severity: 'warning',
      message: `${reference}: ${name} is legacy${lifecycle.legacyDate === undefined ? '' : ` since ${lifecycle.legacyDate}`}${end === undefined ? '' : ` and ends on ${end}`}.`,
      cause: 'A legacy model takes no new customers, drops accounts that have been idle, and gets no more quota.',
      remedy: change,
    },
    ...(days !== undefined && days <= endingSoonDays
      ? [{ id: 'model-ending-soon', severity: 'warning' as const, message: `${reference}: ${name} ends in ${days} day${days === 1 ? '' : 's'}, on ${end}.`, cause: 'From that day on every call fails.', remedy: change }]
      : []),
  ];
}
