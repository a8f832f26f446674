import type { ResourceType } from '../resource-type.ts';

// Words of apimachinery: util/validation/validation.go.
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const serviceLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const serviceWords =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Why the name cannot be; `undefined` when it can. */
export function nameProblem(type: ResourceType, name: string): string | undefined {
  if (type.group === 'rbac.authorization.k8s.io') return /[/%]|^\.{1,2}$/.test(name) ? "may not contain '/'" : undefined;
  if (type.group === '' && type.kind === 'Namespace') return ruled(name, label, labelWords, 63);
  if (type.group === '' && type.kind === 'Service') return serviceNameProblem(name);
  return ruled(name, subdomain, subdomainWords, 253);
}

/** Why it is no RFC 1123 subdomain; `undefined` when it is one. */
export function subdomainProblem(name: string): string | undefined {
  return ruled(name, subdomain, subdomainWords, 253);
}

/** Why it is no RFC 1035 label, as Services and plural names of kinds must be. */
export function serviceNameProblem(name: string): string | undefined {
  return ruled(name, serviceLabel, serviceWords, 63);
}

export const configKeyWords =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

function ruled(name: string, pattern: RegExp, words: string, longest: number): string | undefined {
  if (name.length > longest) return `must be no more than ${longest} characters`;
  return pattern.test(name) ? undefined : words;
}

/** A value as field errors show it (field.Error.ErrorBody: JSON, whatever it is). */
export function quoted(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}
