/**
 * How the mark `bedrock-access/regions` names a store: `ap-northeast-1` for Parameter Store, `ap-northeast-1/SecretsManager`
 * for the other one. So only where something may lie is it looked for, and only with the permissions of that service.
 */
import { stores } from './index.ts';
import type { StorePlace } from './store.ts';

export function placeMark({ service, region }: StorePlace): string {
  return service === 'ParameterStore' ? region : `${region}/${service}`;
}

export function placeOfMark(mark: string): StorePlace {
  const [region = '', named] = mark.split('/');
  return { service: stores.find(({ service }) => service === named)?.service ?? 'ParameterStore', region };
}
