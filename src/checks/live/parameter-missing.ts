import type { Finding } from '../../finding.ts';
import { storeOf } from '../../resources/stores/index.ts';
import type { ParameterFacts } from './facts.ts';

/** Every parameter of the layout must exist, in the store's region. */
export function parameterMissing({ region, parameters, service, field }: ParameterFacts): readonly Finding[] {
  const { noun, kind, commands } = storeOf({ service });
  return parameters
    .filter(({ found }) => found === undefined)
    .map(({ name }) => ({
      id: 'parameter-missing',
      severity: 'error',
      message: `there is no ${noun} ${name} in ${region}`,
      cause: 'It was never written, was deleted, or lies in another region or under another name.',
      remedy: `Run \`bedrock-access plan\`; \`bedrock-access apply\` writes it. To see what is there: ${commands.list(region)}.`,
      place: { resource: `${kind} ${name}`, field: `${field}.region` },
    }));
}
