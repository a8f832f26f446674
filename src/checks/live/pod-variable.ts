import type { Finding } from '../../finding.ts';
import type { ContainerFact, ExpectedVariable, PodFacts, VariableFact } from './facts.ts';

/** Each container must have every variable that its client reads, with the declared value, or with the pair of the access's Secret. */
export function podVariable(facts: PodFacts): readonly Finding[] {
  return facts.workloads.flatMap(({ expected, pods }) =>
    pods.flatMap((pod) =>
      pod.containers.flatMap((container) =>
        expected.flatMap((variable): readonly Finding[] => {
          const wrong = problem(variable, container.variables.get(variable.name), facts);
          if (wrong === undefined) return [];
          return [
            {
              id: 'pod-variable-wrong',
              severity: 'error',
              message: `container ${container.name} of pod ${pod.name}: ${variable.name} ${wrong}`,
              cause: causeOf(container, variable),
              remedy: 'Run `bedrock-access plan`: it shows the variable; `bedrock-access apply` sets it and restarts the workload. Where git holds the value, change it there.',
              place: { resource: `Pod ${facts.namespace}/${pod.name}` },
            },
          ];
        }),
      ),
    ),
  );
}

function problem({ carries }: ExpectedVariable, found: VariableFact | undefined, facts: PodFacts): string | undefined {
  if (found === undefined) return 'is not set';
  const { from, holds } = found;
  if (holds === 'unknown') return undefined;
  if (holds === 'nothing') return `comes from ${from}, which does not hold it`;
  if (typeof carries === 'object') {
    if (!('value' in holds)) return `comes from ${from} instead of being ${JSON.stringify(carries.value)}`;
    return holds.value === carries.value ? undefined : `is ${JSON.stringify(holds.value)} (from ${from}) instead of ${JSON.stringify(carries.value)}`;
  }
  if (from !== `Secret ${facts.secretName}` && 'value' in holds) return `is a plain ${from}: the credential stands in the pod's specification`;
  if (carries === 'access-key-id' && facts.secretKeyId !== undefined && 'fingerprint' in holds && holds.accessKeyId !== facts.secretKeyId) {
    return `holds ${holds.accessKeyId ?? 'something else'} (from ${from}) instead of ${facts.secretKeyId}`;
  }
  if (carries === 'secret-access-key' && facts.secretPair !== undefined && 'fingerprint' in holds && holds.fingerprint !== facts.secretPair.fingerprint) {
    return `holds another secret (from ${from}) than Secret ${facts.secretName}`;
  }
  return undefined;
}

function causeOf(container: ContainerFact, variable: ExpectedVariable): string {
  const similar = [...container.variables.keys()].find((name) => name !== variable.name && name.toUpperCase() === variable.name.toUpperCase());
  return similar === undefined ? 'The pod was made from a template that does not set it so, or another manager set it.' : `The container has ${similar}, which is another variable: names are case-sensitive.`;
}
