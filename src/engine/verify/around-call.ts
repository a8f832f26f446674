import type { ModelAnswer } from '../../aws/types.ts';
import { lifecycleAt } from '../../bedrock/lifecycle.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import { invokeIdOf, successorsOf, waysTo } from '../../bedrock/ways.ts';
import type { CallFacts, CallFailure, Judged } from '../../checks/live/facts.ts';
import type { Inquiry } from './inquiry.ts';

export interface MadeCall {
  readonly model: ResolvedModel;
  readonly streamed: boolean;
  /** Where it was sent. */
  readonly region: string;
  readonly accessKeyId: string;
  readonly judged: readonly Judged[];
  /** As IAM knows it. */
  readonly key: { readonly active: boolean } | undefined;
  /** In seconds. */
  readonly waited: number;
}

/** What came of a call, with what explains it, wherever it was made from. */
export function aroundCall(answer: ModelAnswer | CallFailure, { model, key, ...made }: MadeCall, { access, context }: Inquiry): CallFacts {
  const { catalog, clock } = context;
  const catalogModel = catalog.models.get(model.modelId);
  const now = clock.now();
  return {
    access,
    model,
    ...made,
    now,
    answer,
    onDemandHere: catalogModel?.onDemandRegions.includes(made.region) === true,
    alternatives:
      catalogModel === undefined
        ? []
        : lifecycleAt(model.lifecycle, now) === 'ENDED'
          ? successorsOf(catalog, catalogModel, made.region, now)
          : waysTo(catalog, catalogModel, made.region).map((way) => invokeIdOf(catalogModel, way)),
    ...(key === undefined ? {} : { key: { active: key.active } }),
  };
}
