import type { Finding } from '../../finding.ts';
import { storeOf } from '../../resources/stores/index.ts';
import type { ParameterFacts } from './facts.ts';

/** The pair in the parameters must belong to a key that the user has: else the next sync delivers a dead key. */
export function parameterKeyForeign({ pair, keyIds, parameters, service }: ParameterFacts): readonly Finding[] {
  if (pair === undefined || keyIds.includes(pair.accessKeyId)) return [];
  const names = parameters.map(({ name }) => name).join(' and ');
  return [
    {
      id: 'parameter-key-foreign',
      severity: 'error',
      message: `${names} holds the key ${pair.accessKeyId}, which the IAM user does not have`,
      cause: `The key was deleted in IAM, or the ${storeOf({ service }).noun} was written by hand.`,
      remedy: 'Run `bedrock-access plan`: it shows the key as missing; `bedrock-access apply` makes a new one and writes it.',
      place: { resource: `${storeOf({ service }).kind} ${parameters[0]?.name ?? ''}` },
    },
  ];
}
