import type { UserFacts } from '../../checks/live/facts.ts';
import { keySortOf } from '../../resources/key-sort.ts';
import { recordingParameter } from '../../resources/parameter-names.ts';
import { storeOf } from '../../resources/stores/index.ts';
import { readSecret } from './gather-delivery.ts';
import type { Inquiry } from './inquiry.ts';

/** The IAM user, its keys, and which of them the chain hands on. */
export async function gatherUser(inquiry: Inquiry): Promise<UserFacts> {
  const { readings, access } = inquiry;
  const userName = access.spec.names.user;
  const sort = keySortOf(access);
  const recording = recordingParameter(access);
  const [user, keys, secret, parameter] = await Promise.all([
    readings.user(userName),
    sort === undefined ? [] : sort.read(userName, readings),
    // A cluster or a store that cannot be read is another check's finding.
    readSecret(inquiry).catch(() => undefined),
    readings.parameter(recording).catch(() => undefined),
  ]);
  const recorded = parameter?.keyId;
  const held = secret?.pair?.accessKeyId;
  const handedOn = held !== undefined ? { id: held, by: `Secret ${access.spec.names.secret}` } : recorded !== undefined ? { id: recorded, by: `${storeOf(recording).noun} ${recording.name}` } : undefined;
  return { userName, keys, ...(sort === undefined ? {} : { noun: sort.noun }), ...(user === undefined ? {} : { user }), ...(handedOn === undefined ? {} : { handedOn }) };
}
