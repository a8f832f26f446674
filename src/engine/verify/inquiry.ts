import type { Access } from '../../access/types.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { takeReadings } from '../../resources/readings.ts';
import type { Readings } from '../../resources/readings.ts';
import type { Implied } from '../../resources/kind.ts';
import type { Finding } from '../../finding.ts';
import { footprint } from '../footprint.ts';
import type { RunContext } from '../types.ts';
import { keyedHash } from './keyed-hash.ts';
import type { KeyedHash } from './keyed-hash.ts';

/** What all gatherings of one run look at, and with what. Readings are shared, so that nothing is asked for twice. */
export interface Inquiry {
  readonly access: Access;
  readonly context: RunContext;
  readonly readings: Readings;
  readonly hash: KeyedHash;
  readonly implied: Implied;
  /** Of the declaration itself: an ended model, routing that is not certain. */
  readonly declared: readonly Finding[];
}

export function openInquiry(access: Access, context: RunContext): Inquiry {
  const { catalog, clusterId, clock } = context;
  const { models, policy, owner, findings } = footprint(access, { catalog, clusterId, now: clock.now() });
  return {
    access,
    context,
    readings: takeReadings(context.aws, context.kubernetes),
    hash: keyedHash(),
    implied: { access, owner, partition: partitionOf(access.spec.region) ?? 'aws', models, policy, catalog },
    declared: findings,
  };
}
