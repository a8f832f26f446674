import type { Finding } from '../../finding.ts';
import type { ParameterFacts } from './facts.ts';

/** Every parameter of the layout must exist, in the store's region. */
export function parameterMissing({ region, parameters }: ParameterFacts): readonly Finding[] {
  return parameters
    .filter(({ found }) => found === undefined)
    .map(({ name }) => ({
      id: 'parameter-missing',
      severity: 'error',
      message: `there is no parameter ${name} in ${region}`,
      cause: 'It was never written, was deleted, or lies in another region or under another name.',
      remedy: `Run \`bedrock-access plan\`; \`bedrock-access apply\` writes it. To see what is there: aws ssm describe-parameters --region ${region}.`,
      place: { resource: `ssm-parameter ${name}`, field: 'spec.credentials.accessKey.secretStore.region' },
    }));
}
