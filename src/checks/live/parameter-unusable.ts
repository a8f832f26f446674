import type { Finding } from '../../finding.ts';
import { storeOf } from '../../resources/stores/index.ts';
import type { ParameterFacts } from './facts.ts';

/** What a parameter holds must be what External Secrets Operator and the workload expect. */
export function parameterUnusable({ parameters, service, region }: ParameterFacts): readonly Finding[] {
  const { noun, kind, commands } = storeOf({ service });
  return parameters.flatMap(({ name, problem }) =>
    problem === undefined
      ? []
      : [
          {
            id: 'parameter-unusable',
            severity: 'error' as const,
            message: `the ${noun} ${name} does not hold what it should: ${problem}`,
            cause: 'Somebody wrote another value, or a placeholder was never replaced.',
            remedy: `Delete the ${noun} (${commands.remove(name, region)}) and run \`bedrock-access apply\`: it makes a new key and writes it.`,
            place: { resource: `${kind} ${name}` },
          },
        ],
  );
}
