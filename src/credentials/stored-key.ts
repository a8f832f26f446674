import type { Access } from '../access/types.ts';
import { AwsCallError } from '../aws/error.ts';
import { secretValue } from '../engine/verify/gather-delivery.ts';
import { openInquiry } from '../engine/verify/inquiry.ts';
import { callableModels, lookForProfiles } from '../engine/verify/own-profiles.ts';
import type { RunContext } from '../engine/types.ts';
import { keySortOf } from '../resources/key-sort.ts';

/** Does AWS accept the key that the workload's Secret holds? Asked several times: another server may know less. */
export async function storedKeyWorks(access: Access, keyId: string, context: RunContext): Promise<boolean> {
  const sort = keySortOf(access);
  const object = await context.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: access.metadata.namespace, name: access.spec.names.secret });
  const secret = object === undefined || sort === undefined ? undefined : secretValue(object, sort.fields.secret);
  if (secret === undefined || sort === undefined) return false;
  const modelId = sort.identify === undefined ? await modelToAsk(access, context) : undefined;
  const ask = async (): Promise<unknown> => {
    if (sort.identify !== undefined) return sort.identify(keyId, secret, context.aws);
    // An API key tells who it is by nothing but a call of a model.
    return modelId === undefined ? undefined : sort.runtime(keyId, secret, access.spec.region, context.aws).converse(modelId, 'Answer with the one word: ready', 16);
  };
  try {
    for (let count = 0; count < (sort.identify === undefined ? modelCalls : identities); count += 1) await ask();
    return true;
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    // Bedrock answers a token that it does not know with AccessDenied.
    if (error.kind === 'invalid-credentials' || (sort.identify === undefined && error.kind === 'denied')) return false;
    // A model that has ended says nothing against the key.
    if (sort.identify === undefined && (error.kind === 'validation' || error.kind === 'not-found')) return true;
    throw error;
  }
}

const identities = 5;
const modelCalls = 2;

/** Undefined where the grant does not hold from here (`sourceVpce`, `sourceIp`): then IAM's own word for the key has to do. */
async function modelToAsk(access: Access, context: RunContext): Promise<string | undefined> {
  const { endpoint, models } = access.spec;
  if (endpoint?.sourceVpce !== undefined || endpoint?.sourceIp !== undefined) return undefined;
  const declared = models.find(({ role }) => role === 'default') ?? models[0];
  const inquiry = openInquiry(access, context);
  const { known } = (await lookForProfiles(inquiry)) ?? { known: inquiry };
  return callableModels(known).find(({ reference }) => reference === declared?.id)?.invokeId;
}
