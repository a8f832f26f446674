import type { Access } from '../../access/types.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { takeReadings } from '../../resources/readings.ts';
import type { Readings } from '../../resources/readings.ts';
import { keySortOf } from '../../resources/key-sort.ts';
import type { Implied } from '../../resources/kind.ts';
import { storeOf } from '../../resources/stores/index.ts';
import type { ParameterPlace } from '../../resources/stores/store.ts';
import type { Finding } from '../../finding.ts';
import type { Secret } from '../../secret.ts';
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
  /** The value of a parameter, read once. */
  parameterValue(place: ParameterPlace): Promise<Secret | undefined>;
  readonly implied: Implied;
  /** Of the declaration itself: an ended model, routing that is not certain. */
  readonly declared: readonly Finding[];
}

export function openInquiry(access: Access, context: RunContext): Inquiry {
  const { catalog, clusterId, clock } = context;
  const { models, policy, owner, findings } = footprint(access, { catalog, clusterId, now: clock.now() });
  const values = new Map<string, Promise<Secret | undefined>>();
  return {
    access,
    context,
    readings: takeReadings(context.aws, context.kubernetes),
    hash: keyedHash(keySortOf(access)?.fields),
    parameterValue({ service, region, name }) {
      const place = `${service} ${region} ${name}`;
      const value = values.get(place) ?? storeOf({ service }).value(name, region, context.aws);
      values.set(place, value);
      return value;
    },
    implied: { access, owner, partition: partitionOf(access.spec.region) ?? 'aws', models, policy, catalog },
    declared: findings,
  };
}
