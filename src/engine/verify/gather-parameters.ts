import { keyMode } from '../../access/credential-mode.ts';
import type { Pair, ParameterFact, ParameterFacts } from '../../checks/live/facts.ts';
import { sortNamed } from '../../resources/key-sort.ts';
import { parametersOf } from '../../resources/parameter-names.ts';
import type { AccessParameter } from '../../resources/parameter-names.ts';
import type { Secret } from '../../secret.ts';
import type { Inquiry } from './inquiry.ts';

/** The parameters of the layout, and the pair that they hold together. */
export async function gatherParameters(inquiry: Inquiry): Promise<ParameterFacts> {
  const { access, readings } = inquiry;
  const { mode, secretStore: { service, region } } = keyMode(access, 'a parameter');
  const [pair, keys, ...parameters] = await Promise.all([
    readParameterPair(inquiry),
    sortNamed(mode).read(access.spec.names.user, readings).catch(() => []),
    ...parametersOf(access).map((parameter) => gatherOne(parameter, inquiry)),
  ]);
  return { service, region, field: `spec.credentials.${mode}.secretStore`, parameters, keyIds: keys.map(({ id }) => id), ...(pair === undefined ? {} : { pair }) };
}

/** The pair in the parameters; undefined when one is missing or holds something else. */
export async function readParameterPair(inquiry: Inquiry): Promise<Pair | undefined> {
  const values = new Map(await Promise.all(parametersOf(inquiry.access).map(async (parameter) => [parameter.role, await valueOf(parameter, inquiry)] as const)));
  const whole = values.get('credentials');
  if (whole !== undefined) {
    const pair = inquiry.hash.pairIn(whole);
    return 'problem' in pair ? undefined : pair;
  }
  const [id, half] = [values.get('access-key-id'), values.get('secret-access-key')];
  if (id === undefined || half === undefined) return undefined;
  const accessKeyId = inquiry.hash.accessKeyIdIn(id);
  return accessKeyId === undefined ? undefined : { accessKeyId, fingerprint: inquiry.hash.fingerprint(half) };
}

async function gatherOne(parameter: AccessParameter, inquiry: Inquiry): Promise<ParameterFact> {
  const { name, role } = parameter;
  const metadata = await inquiry.readings.parameter(parameter);
  if (metadata === undefined) return { name, role };
  const { type, plain, version, deleted } = metadata;
  const value = await valueOf(parameter, inquiry);
  const problem = deleted !== undefined ? 'it is scheduled for deletion, and cannot be read' : value === undefined ? undefined : problemIn(value, parameter, inquiry);
  return { name, role, found: { type, plain, version }, ...(problem === undefined ? {} : { problem }) };
}

/** What is scheduled for deletion is there and has no value (Secrets Manager user guide, "Delete an AWS Secrets Manager secret"). */
async function valueOf(parameter: AccessParameter, { readings, parameterValue }: Inquiry): Promise<Secret | undefined> {
  return (await readings.parameter(parameter))?.deleted === undefined ? parameterValue(parameter) : undefined;
}

function problemIn(value: Secret, { role }: AccessParameter, { hash }: Inquiry): string | undefined {
  if (role === 'credentials') {
    const pair = hash.pairIn(value);
    return 'problem' in pair ? pair.problem : undefined;
  }
  return role === 'access-key-id' && hash.accessKeyIdIn(value) === undefined ? 'it holds no access key id' : undefined;
}
