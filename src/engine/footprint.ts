import type { Access } from '../access/types.ts';
import type { Catalog } from '../bedrock/types.ts';
import type { Footprint } from './types.ts';

export interface FootprintCircumstances {
  readonly catalog: Catalog;
  readonly clusterId: string;
  readonly now: Date;
  readonly strict?: boolean;
}

/** Every resource that an access implies; pure. What is wrong with it is in `findings`. */
export function footprint(_access: Access, _circumstances: FootprintCircumstances): Footprint {
  throw new Error('not built yet');
}
