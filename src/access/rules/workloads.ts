import { nearest } from '../../bedrock/nearest.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding, shown } from '../access-finding.ts';
import type { CredentialField } from '../clients/client.ts';
import { placeholderFaults } from '../clients/custom.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import { environmentLimit } from '../schema/workloads.ts';
import type { SourceDocument } from '../source/documents.ts';
import { fieldName } from '../source/field.ts';
import { modelRoles } from './models.ts';

type Workload = DeclaredAccess['spec']['workloads'][number];

/** No container is named twice, and `environment` goes with `client: custom` only. */
export function checkWorkloads(access: DeclaredAccess, source: SourceDocument): Finding[] {
  return access.spec.workloads.flatMap((workload, index) => [
    ...duplicate(access.spec.workloads, index, source),
    ...containersTwice(workload, `spec.workloads[${index}]`, source),
    ...environment(workload, `spec.workloads[${index}]`, access, source),
  ]);
}

function duplicate(workloads: readonly Workload[], index: number, source: SourceDocument): Finding[] {
  const workload = workloads[index]!;
  const same = workloads.findIndex((other, at) => at < index && overlap(other, workload));
  if (same === -1) return [];
  const field = `spec.workloads[${index}]`;
  return [
    accessFinding('workload-declared-twice', `${field}: ${workload.kind} ${workload.name} is spec.workloads[${same}] already, for the same container.`, source.place(`${field}.name`)),
  ];
}

interface Containers {
  readonly kind: string;
  readonly name: string;
  readonly containers?: readonly string[] | undefined;
}

/** May both mean the same container? Without names, either may mean any. */
export function overlap(one: Containers, other: Containers): boolean {
  if (one.kind !== other.kind || one.name !== other.name) return false;
  if (one.containers === undefined || other.containers === undefined) return true;
  return one.containers.some((container) => other.containers?.includes(container));
}

function containersTwice({ containers = [] }: Workload, field: string, source: SourceDocument): Finding[] {
  return containers.flatMap((container, index) =>
    containers.indexOf(container) === index
      ? []
      : [accessFinding('container-twice', `${field}.containers[${index}]: ${container} is in the list already.`, source.place(`${field}.containers[${index}]`))],
  );
}

/** Variables that carry a credential: their values come from the Secret, never from the declaration. */
const secretVariables: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_BEARER_TOKEN_BEDROCK',
  'LLM_AWS_ACCESS_KEY_ID',
  'LLM_AWS_SECRET_ACCESS_KEY',
  'LLM_AWS_SESSION_TOKEN',
]);

function environment(workload: Workload, field: string, access: DeclaredAccess, source: SourceDocument): Finding[] {
  const variables = Object.entries(workload.environment ?? {});
  if (workload.client !== 'custom') {
    if (workload.environment === undefined) return [];
    return [accessFinding('environment-without-custom', `${field}.environment: the client ${workload.client} decides its own variables.`, source.key(`${field}.environment`))];
  }
  if (variables.length === 0) {
    return [accessFinding('environment-missing', `${field}: the client custom has no variables.`, source.place(`${field}.client`))];
  }
  if (variables.length > environmentLimit) {
    return [
      accessFinding('value-too-long', `${field}.environment has ${variables.length} variables; at most ${environmentLimit} are allowed.`, source.place(`${field}.environment`), {
        remedy: 'Set only the variables that concern Bedrock here; others belong to the workload.',
      }),
    ];
  }
  const known = { roles: modelRoles(access.spec.models), endpoint: access.spec.endpoint?.url !== undefined || access.spec.endpoint?.fips === true, credentials: deliveredBy(access.spec) };
  return variables.flatMap(([name, value]) => {
    const variable = fieldName([...fieldPath(field), 'environment', name]);
    const place = source.place(variable);
    if (secretVariables.has(name) && !/^\$\{(accessKeyId|secretAccessKey|apiKey)\}$/.test(value)) {
      return [accessFinding('secret-in-declaration', `${variable} is a variable for a credential; its value cannot stand in the declaration.`, place)];
    }
    return placeholderFaults(value, known).map(({ placeholder, candidates, reason }) => {
      const near = nearest(placeholder.slice(0, 64), candidates, 1)[0];
      return accessFinding('placeholder-unknown', `${variable}: ${reason ?? `${shown(`\${${placeholder}}`)} is no placeholder.`}`, place, {
        remedy: near === undefined ? `Use one of ${candidates.map((name) => `\${${name}}`).join(', ')}; for the text itself write $\${.` : `Write \${${near}}; for the text itself write $\${.`,
      });
    });
  });
}

/** What the mode of credentials puts into the Secret; a role needs nothing there. */
function deliveredBy({ credentials: { accessKey, apiKey, session } }: DeclaredAccess['spec']): readonly CredentialField[] {
  if (accessKey !== undefined) return ['accessKeyId', 'secretAccessKey'];
  return apiKey !== undefined || session?.delivery === 'api-key' ? ['apiKey'] : [];
}

function fieldPath(field: string): (string | number)[] {
  return field.split(/[.[\]]+/).filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
