import type { Finding } from '../../finding.ts';
import type { ContainerFact, ExpectedVariable, PodFact, PodFacts, VariableFact } from './facts.ts';

/** Each container must have every variable that its client reads, with the declared value, or with the key of the access's Secret. */
export function podVariable(facts: PodFacts): readonly Finding[] {
  return facts.workloads.flatMap(({ expected, pods }) => pods.flatMap((pod) => pod.containers.flatMap((container) => judgeContainer(expected, container, pod, facts))));
}

function judgeContainer(expected: readonly ExpectedVariable[], container: ContainerFact, pod: PodFact, facts: PodFacts): readonly Finding[] {
  const finding = (message: string, cause: string): Finding => ({
    id: 'pod-variable-wrong',
    severity: 'error',
    message: `container ${container.name} of pod ${pod.name}: ${message}`,
    cause,
    remedy: 'Run `bedrock-access plan`: it shows the variable; `bedrock-access apply` sets it and restarts the workload. Where git holds the value, change it there.',
    place: { resource: `Pod ${facts.namespace}/${pod.name}` },
  });
  const missing = expected.filter(({ name }) => !container.variables.has(name)).map(({ name }) => name);
  const wrong = expected.flatMap((variable): readonly Finding[] => {
    const found = container.variables.get(variable.name);
    const what = found === undefined ? undefined : problem(variable, found, facts);
    return what === undefined ? [] : [finding(`${variable.name} ${what}`, madeSo)];
  });
  return missing.length === 0 ? wrong : [finding(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set`, similarNames(missing, container) ?? madeSo), ...wrong];
}

const madeSo = 'The pod was made from a template that does not set it so, or another manager set it.';

/** Names are case-sensitive: `aws_region` is another variable. */
function similarNames(missing: readonly string[], container: ContainerFact): string | undefined {
  const similar = [...container.variables.keys()].filter((name) => missing.some((wanted) => wanted.toUpperCase() === name.toUpperCase()));
  return similar.length === 0 ? undefined : `The container has ${similar.join(', ')}, which is another variable: names are case-sensitive.`;
}

function problem({ carries }: ExpectedVariable, found: VariableFact, facts: PodFacts): string | undefined {
  const { from, holds } = found;
  if (holds === 'unknown') return undefined;
  if (holds === 'nothing') return `comes from ${from}, which does not hold it`;
  if (typeof carries === 'object') {
    if ('fingerprint' in holds && carries.fingerprint !== undefined) return holds.fingerprint === carries.fingerprint ? undefined : `holds something else (from ${from}) than ${JSON.stringify(carries.value)}`;
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
