import type { Client, ClientFacts, CredentialField, EnvironmentVariable } from './client.ts';
import { standardCredentials } from './client.ts';

/**
 * An application with variables of its own, `environment` of the workload. Values may name `${region}`, `${model}`,
 * `${model.ROLE}` and `${endpoint}`; `${accessKeyId}`, `${secretAccessKey}` and `${apiKey}` stand alone, since they become a
 * reference to the Secret. `$${` is `${` itself.
 */
export const custom: Client = {
  name: 'custom',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: [], model: [], credentials: standardCredentials, endpoint: [] },
  evidence: 'read',
  modes: { accessKey: 'read', webIdentity: 'read', podIdentity: 'read', rolesAnywhere: 'read', session: 'read', apiKey: 'read' },
  variables: (facts) => Object.entries(facts.environment ?? {}).map(([name, value]) => customVariable(name, value, facts)),
};

function customVariable(name: string, value: string, facts: ClientFacts): EnvironmentVariable {
  const field = credentialFields.find((from) => value === `\${${from}}`);
  if (field !== undefined) return { name, from: field };
  return {
    name,
    value: value.replaceAll(placeholders, (written, placeholder: string | undefined) => (placeholder === undefined ? '${' : (replacement(placeholder, facts) ?? written))),
  };
}

const credentialFields: readonly CredentialField[] = ['accessKeyId', 'secretAccessKey', 'apiKey'];

/** `$${`, or a placeholder with its name. */
const placeholders = /\$\$\{|\$\{([^}]*)\}/g;

function replacement(placeholder: string, facts: ClientFacts): string | undefined {
  if (placeholder === 'region') return facts.region;
  if (placeholder === 'model') return facts.defaultModel.invokeId;
  if (placeholder === 'endpoint') return facts.endpointUrl;
  return placeholder.startsWith('model.') ? facts.modelsByRole.get(placeholder.slice('model.'.length))?.invokeId : undefined;
}

export interface PlaceholderFault {
  readonly placeholder: string;
  /** What may stand there. */
  readonly candidates: readonly string[];
  /** Where the name is right but its use is not. */
  readonly reason?: string;
}

/** The placeholders of a value that cannot be replaced. */
export function placeholderFaults(value: string, known: { readonly roles: readonly string[]; readonly endpoint: boolean; readonly credentials: readonly CredentialField[] }): PlaceholderFault[] {
  const candidates = ['region', 'model', ...known.roles.map((role) => `model.${role}`), ...(known.endpoint ? ['endpoint'] : [])];
  return [...value.matchAll(placeholders)].flatMap(([written, placeholder]) => {
    if (placeholder === undefined || candidates.includes(placeholder)) return [];
    const usable = [...candidates, ...known.credentials];
    const field = credentialFields.find((name) => name === placeholder);
    if (field === undefined) return [{ placeholder, candidates: usable }];
    if (!known.credentials.includes(field)) return [{ placeholder, candidates: usable, reason: `${written} has no value: this mode of credentials delivers none.` }];
    return value === written ? [] : [{ placeholder, candidates, reason: `${written} must stand alone: it becomes a reference to the Secret.` }];
  });
}
