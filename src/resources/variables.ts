/** Which variables each workload gets, and under which keys of the ConfigMap or Secret their values lie. */
import { clientVariables, type EnvironmentVariable } from '../access/clients/index.ts';
import { endpointUrl } from '../access/endpoint.ts';
import type { Workload } from '../access/types.ts';
import type { Implied } from './kind.ts';
import { credentialFields } from './parameter-names.ts';
import { podRoleOf } from './pod-role.ts';
import { deliveredBySecret, ownProfileArns } from './profile-delivery.ts';

export interface PlacedVariable {
  readonly name: string;
  readonly in: 'secret' | 'config-map';
  readonly key: string;
  /** None of a credential. In a Secret only what names an application profile, where git holds the manifests. */
  readonly value?: string;
}

export interface WorkloadVariables {
  readonly workload: Workload;
  readonly variables: readonly PlacedVariable[];
}

/** Every client of Bedrock that takes an API key takes it from here (Bedrock user guide, "Use an Amazon Bedrock API key"). */
const bearerToken: readonly EnvironmentVariable[] = [{ name: credentialFields.apiKey, from: 'apiKey' }];

/**
 * A variable lies under its own name in the ConfigMap; where workloads differ in its value (OpenHands and litellm name a
 * model differently) under `<kind>.<workload>.<variable>`, which is a valid key of a ConfigMap too.
 */
export function workloadVariables(implied: Implied): readonly WorkloadVariables[] {
  const [first] = implied.models;
  if (first === undefined) return [];
  const { spec } = implied.access;
  const endpoint = endpointUrl(implied.access);
  const identity = spec.credentials.apiKey === undefined ? podRoleOf(implied.access, implied.partition)?.pods.variables : bearerToken;
  const roles = spec.models.map(({ role, id }) => ({ role, model: implied.models.find(({ reference }) => reference === id) ?? first }));
  const facts = {
    region: spec.region,
    defaultModel: roles.find(({ role }) => role === 'default')?.model ?? first,
    modelsByRole: new Map(roles.map(({ role, model }) => [role, model])),
    ...(endpoint === undefined ? {} : { endpointUrl: endpoint }),
    ...(identity === undefined ? {} : { identity }),
  };
  const all = spec.workloads.map((workload) => ({
    workload,
    variables: clientVariables(workload.client, { ...facts, ...(workload.environment === undefined ? {} : { environment: workload.environment }) }),
  }));
  const values = new Map<string, Set<string>>();
  for (const variable of all.flatMap(({ variables }) => variables)) {
    if ('value' in variable) values.set(variable.name, (values.get(variable.name) ?? new Set()).add(variable.value));
  }
  const carried = deliveredBySecret(implied.access) ? ownProfileArns(implied.access, implied.models) : [];
  return all.map(({ workload, variables }) => ({
    workload,
    variables: variables.map((variable): PlacedVariable => {
      if ('from' in variable) return { name: variable.name, in: 'secret', key: credentialFields[variable.from] };
      const shared = values.get(variable.name)?.size === 1;
      const key = shared ? variable.name : `${workload.kind.toLowerCase()}.${workload.name}.${variable.name}`;
      const inSecret = carried.some((arn) => variable.value.includes(arn));
      return { name: variable.name, in: inSecret ? 'secret' : 'config-map', key, value: variable.value };
    }),
  }));
}
