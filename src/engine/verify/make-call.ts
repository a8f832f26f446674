import { AwsCallError, toAccessError } from '../../aws/error.ts';
import type { ModelAnswer } from '../../aws/types.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import type { CallFacts, CallFailure, Judged, PolicyFacts } from '../../checks/live/facts.ts';
import { judge, refused } from '../../checks/live/judge.ts';
import { keySortOf } from '../../resources/key-sort.ts';
import { denialOf, type DenyingPolicy } from '../../policy/denial.ts';
import { aroundCall } from './around-call.ts';
import type { HeldCredentials } from './held-credentials.ts';
import type { Inquiry } from './inquiry.ts';

export interface CallPlan {
  readonly model: ResolvedModel;
  readonly streamed: boolean;
  readonly held: HeldCredentials;
  readonly policies: PolicyFacts | undefined;
}

const prompt = 'Answer with the one word: ready';
const maxTokens = 16;

/** IAM spreads a change within seconds to a minute or two, without a published bound (IAM user guide, "Changes that I make are not always immediately visible"). */
const patience = 60_000;

/** Makes one real call with the credentials that the pod holds, and gathers what explains its failure. */
export async function makeCall({ model, streamed, held, policies }: CallPlan, inquiry: Inquiry): Promise<CallFacts> {
  const { access, context, readings } = inquiry;
  const region = held.region ?? access.spec.region;
  const action = streamed ? 'bedrock:InvokeModelWithResponseStream' : 'bedrock:InvokeModel';
  const judged = policies === undefined ? [] : judge(policies, model, [action]);
  // A session of a role has no key to look at.
  const keys = (await keySortOf(access)?.read(access.spec.names.user, readings).catch(() => [])) ?? [];
  const key = keys.find(({ id }) => id === held.credentials.accessKeyId);
  const { credentials } = held;
  const runtime = ('token' in credentials ? context.aws.withToken(credentials.token) : context.aws.as(credentials)).runtime(region);
  const call = (): Promise<ModelAnswer> => (streamed ? runtime.converseStream(model.invokeId, prompt, maxTokens) : runtime.converse(model.invokeId, prompt, maxTokens));
  // A grant bound to a network cannot be judged from here, so a denial is believed at once.
  const bound = access.spec.endpoint?.sourceVpce !== undefined || access.spec.endpoint?.sourceIp !== undefined;
  const begun = context.clock.now().getTime();
  const answer = await untilSpread(call, (failure) => !(bound && failure.kind === 'denied') && !('token' in credentials && key?.active !== true) && shouldPass(failure, judged, key?.active === true), inquiry);
  const waited = Math.round((context.clock.now().getTime() - begun) / 1000);
  return aroundCall(answer, { model, streamed, region, accessKeyId: held.credentials.accessKeyId, judged, key, waited }, inquiry);
}

/** Repeats a refused call for a bounded time while IAM's own policies and keys say that it should pass. */
async function untilSpread(call: () => Promise<ModelAnswer>, shouldPass: (failure: AwsCallError) => boolean, { context }: Inquiry): Promise<ModelAnswer | CallFailure> {
  const until = context.clock.now().getTime() + patience;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      const pause = Math.min(10_000, 1000 * 2 ** attempt);
      if (!shouldPass(error) || context.clock.now().getTime() + pause > until) return failureOf(error);
      await context.clock.sleep(pause, context.signal);
    }
  }
}

function shouldPass(failure: AwsCallError, judged: readonly Judged[], keyIsActive: boolean): boolean {
  if (failure.kind === 'invalid-credentials') return keyIsActive;
  const by = denialOf(failure.message)?.by;
  return failure.kind === 'denied' && judged.length > 0 && refused(judged).length === 0 && (by === undefined || !beyondIam.has(by));
}

/** What no change of the account's IAM brings about is not waited for. */
const beyondIam: ReadonlySet<DenyingPolicy> = new Set(['service-control', 'resource-control', 'vpc-endpoint', 'session']);

/** A failed call as the rules judge it. */
export function failureOf(error: AwsCallError): CallFailure {
  const { id, details } = toAccessError(error);
  const deniedBy = error.kind === 'denied' ? denialOf(error.message) : undefined;
  return { kind: error.kind, code: error.code, said: error.message, id, cause: details.cause, remedy: details.remedy, ...(error.status === undefined ? {} : { status: error.status }), ...(deniedBy === undefined ? {} : { deniedBy }) };
}
