import type { Finding } from '../../finding.ts';
import type { ParameterFacts } from './facts.ts';

/** What a parameter holds must be what External Secrets Operator and the workload expect. */
export function parameterUnusable({ parameters }: ParameterFacts): readonly Finding[] {
  return parameters.flatMap(({ name, problem }) =>
    problem === undefined
      ? []
      : [
          {
            id: 'parameter-unusable',
            severity: 'error' as const,
            message: `the parameter ${name} does not hold what it should: ${problem}`,
            cause: 'Somebody wrote another value, or a placeholder was never replaced.',
            remedy: `Delete the parameter (aws ssm delete-parameter --name ${name}) and run \`bedrock-access apply\`: it makes a new key and writes it.`,
            place: { resource: `ssm-parameter ${name}` },
          },
        ],
  );
}
