import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { keyCredentialsOf, modeField, roleNameOf } from '../credential-mode.ts';
import type { ParsedAccess } from '../parse.ts';
import type { Access, SecretStore } from '../types.ts';
import { overlap } from './workloads.ts';

/** What two accesses may not share, of one file or of several. The finding stands at the later one. */
export function checkTogether(accesses: readonly ParsedAccess[]): Finding[] {
  const taken = new Map<string, ParsedAccess>();
  const findings: Finding[] = [];
  for (const parsed of accesses) {
    const { metadata } = parsed.access;
    const identity = `${metadata.namespace}/${metadata.name}`;
    const same = taken.get(`access ${identity}`);
    if (same !== undefined) {
      findings.push(accessFinding('access-declared-twice', `The access ${identity} is declared twice, first at ${written(same, 'metadata.name')}.`, parsed.place('metadata.name')));
      continue;
    }
    taken.set(`access ${identity}`, parsed);
    for (const { key, what, field } of claims(parsed.access)) {
      const owner = taken.get(key);
      taken.set(key, owner ?? parsed);
      if (owner === undefined) continue;
      const first = owner.access.metadata;
      findings.push(
        accessFinding('name-taken-twice', `${what} is claimed by two accesses: ${first.namespace}/${first.name} and ${identity}.`, parsed.place(field), {
          remedy: `Set another ${field} in ${identity}.`,
        }),
      );
    }
    findings.push(...workloadsShared(parsed, [...taken.values()]));
  }
  return findings;
}

interface Claim {
  readonly key: string;
  readonly what: string;
  readonly field: string;
}

/** The names that must be an access's own, each within what it must be unique in. */
function claims({ metadata, spec }: Access): Claim[] {
  const { names, account } = spec;
  const [principal, ...others] = identityClaims({ metadata, spec });
  return [
    // IAM names are unique within the account, whatever the path, and not told apart by case (CreateUser, CreatePolicy, CreateRole).
    ...(principal === undefined ? [] : [principal]),
    { key: `policy ${account} ${names.policy.toLowerCase()}`, what: `IAM policy ${names.policy}`, field: 'spec.names.policy' },
    ...others,
    ...(spec.models.some(({ applicationProfile }) => applicationProfile) ? [{ key: `profile ${account} ${spec.region} ${names.profile.toLowerCase()}`, what: `The names of application inference profiles that begin with ${names.profile}`, field: 'spec.names.profile' }] : []),
    { key: `configmap ${metadata.namespace} ${names.environment}`, what: `ConfigMap ${names.environment} in ${metadata.namespace}`, field: 'spec.names.environment' },
  ];
}

/** Of who calls, and of what its credential lies in. */
function identityClaims({ metadata, spec }: Pick<Access, 'metadata' | 'spec'>): Claim[] {
  const { names, account, credentials } = spec;
  const key = keyCredentialsOf(credentials);
  if (key === undefined) {
    const role = roleNameOf(credentials);
    return role === undefined ? [] : [{ key: `role ${account} ${role.toLowerCase()}`, what: `IAM role ${role}`, field: `${modeField(credentials)}.role` }];
  }
  const { layout, secretStore } = key;
  const parameters = layout === 'single' ? (['parameter'] as const) : (['accessKeyIdParameter', 'secretAccessKeyParameter'] as const);
  return [
    { key: `user ${account} ${names.user.toLowerCase()}`, what: `IAM user ${names.user}`, field: 'spec.names.user' },
    ...parameters.map((name) => storedClaim(names[name], `spec.names.${name}`, account, secretStore)),
    { key: `secret ${metadata.namespace} ${names.secret}`, what: `Secret ${names.secret} in ${metadata.namespace}`, field: 'spec.names.secret' },
  ];
}

/**
 * Names are unique within account, region and service, and told apart by case (PutParameter, CreateSecret). `/key` and `key` are one
 * parameter; in Secrets Manager they are two.
 */
function storedClaim(name: string, field: string, account: string, { service, region }: SecretStore): Claim {
  const isSecret = service === 'SecretsManager';
  return { key: `${service} ${account} ${region} ${isSecret ? name : name.replace(/^\/(?=[^/]+$)/, '')}`, what: `${isSecret ? 'Secrets Manager secret' : 'Parameter'} ${name}`, field };
}

/** Two accesses would set the same variables of one container. */
function workloadsShared(parsed: ParsedAccess, others: readonly ParsedAccess[]): Finding[] {
  const { metadata, spec } = parsed.access;
  return spec.workloads.flatMap((workload, index) => {
    const owner = others.find((other) => other !== parsed && other.access.metadata.namespace === metadata.namespace && other.access.spec.workloads.some((theirs) => overlap(theirs, workload)));
    if (owner === undefined) return [];
    const first = owner.access.metadata;
    return [
      accessFinding('workload-claimed-twice', `${workload.kind} ${workload.name} gets its variables from two accesses: ${first.name} and ${metadata.name}.`, parsed.place(`spec.workloads[${index}].name`)),
    ];
  });
}

function written(parsed: ParsedAccess, field: string): string {
  const { file, line } = parsed.place(field);
  return file === undefined ? `line ${line}` : `${file}:${line}`;
}
