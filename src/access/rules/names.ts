import { parseArn } from '../../bedrock/arn.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { defaultNames } from '../defaults.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { declaredStore } from './declared-store.ts';

const parameterFields = ['parameter', 'accessKeyIdParameter', 'secretAccessKeyParameter'] as const;

/** Names that AWS would refuse only at apply, and ARNs of the wrong account or region. */
export function checkNames(access: DeclaredAccess, source: SourceDocument): Finding[] {
  return [...parameterNames(access, source), ...boundary(access, source), ...kmsKey(access, source)];
}

function parameterNames({ metadata, spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const defaults = defaultNames(metadata.name);
  const { region = spec.region, service = 'ParameterStore' } = declaredStore(spec)?.secretStore ?? {};
  const findings = parameterFields.flatMap((name) => {
    const field = `spec.names.${name}`;
    return parameterNameFaults(spec.names?.[name] ?? defaults[name], field, { region, account: spec.account, service }, source);
  });
  if (service === 'SecretsManager') findings.push(...secretNameFaults(spec.names?.parameter ?? defaults.parameter, source));
  const accessKeyId = spec.names?.accessKeyIdParameter ?? defaults.accessKeyIdParameter;
  if (accessKeyId === (spec.names?.secretAccessKeyParameter ?? defaults.secretAccessKeyParameter)) {
    findings.push(accessFinding('names-equal', `spec.names: both parameters of the pair are called ${accessKeyId}.`, source.place('spec.names.secretAccessKeyParameter')));
  }
  return findings;
}

/**
 * SSM PutParameter, `Name`: no prefix `aws` or `ssm` in any case; in a hierarchy the leading `/` is needed, `/aws` and
 * `/ssm` are reserved too, and there are at most fifteen levels. "Creating Systems Manager parameters": the 1,011
 * characters count the ARN before the name.
 */
function parameterNameFaults(name: string, field: string, at: { region: string; account: string; service: string }, source: SourceDocument): Finding[] {
  const place = source.place(field);
  const reserved = /^\/?(aws|ssm)/i.exec(name);
  if (reserved !== null) {
    return [
      accessFinding('parameter-name-reserved', `${field} is "${name}"; Parameter Store refuses names that start with "${reserved[1]!.toLowerCase()}", in any case.`, place, {
        remedy: `Choose another beginning, such as ${name.startsWith('/') ? '/bedrock/' : 'bedrock-'}…`,
        ...(at.service === 'SecretsManager' ? { cause: 'Secrets Manager takes it; a name has to be good in either store, so that the access keeps it when it moves.' } : {}),
      }),
    ];
  }
  if (name.includes('/') && !name.startsWith('/')) {
    return [accessFinding('parameter-name-malformed', `${field} is "${name}"; a name with levels begins with "/".`, place, { remedy: `Write /${name}.` })];
  }
  const levels = name.split('/').filter((level) => level !== '').length;
  if (levels > 15) return [accessFinding('parameter-name-malformed', `${field} has ${levels} levels; Parameter Store allows 15.`, place, { remedy: 'Use fewer levels.' })];
  const arn = `arn:${partitionOf(at.region) ?? 'aws'}:ssm:${at.region}:${at.account}:parameter/${name.replace(/^\//, '')}`;
  if (arn.length > 1011) {
    return [
      accessFinding('value-too-long', `${field}: the parameter's ARN would have ${arn.length} characters; Parameter Store allows 1011.`, place, { remedy: `Shorten the name by ${arn.length - 1011}.` }),
    ];
  }
  return [];
}

/**
 * CreateSecret, `Name`: 512 characters; "Do not end your secret name with a hyphen followed by six characters", which looks like
 * what Secrets Manager itself adds in an ARN. All characters of a parameter's name are good in a secret's.
 */
function secretNameFaults(name: string, source: SourceDocument): Finding[] {
  const field = 'spec.names.parameter';
  const place = source.place(field);
  if (name.length > 512) return [accessFinding('value-too-long', `${field}: the name has ${name.length} characters; Secrets Manager allows 512.`, place, { remedy: `Shorten the name by ${name.length - 512}.` })];
  if (!/-[A-Za-z0-9]{6}$/.test(name)) return [];
  return [
    accessFinding('parameter-name-malformed', `${field} is "${name}"; the name of a secret should not end with a hyphen and six characters.`, place, {
      cause: 'Secrets Manager adds a hyphen and six characters of its own to the name in the ARN: what looks like an ARN of another secret leads to the wrong one (CreateSecret, Name).',
      remedy: `Write ${name.replace(/-(?=[^-]*$)/, '_')}, or another ending.`,
    }),
  ];
}

function boundary({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const arn = spec.permissionsBoundary === undefined ? undefined : parseArn(spec.permissionsBoundary);
  if (arn === undefined || arn.account === spec.account || arn.account === 'aws') return [];
  return [
    accessFinding('account-mismatch', `spec.permissionsBoundary is a policy of account ${arn.account}; the access is in ${spec.account}.`, source.place('spec.permissionsBoundary'), {
      cause: 'IAM takes a permissions boundary of the same account, or one that AWS manages.',
      remedy: `Name a policy of account ${spec.account}.`,
    }),
  ];
}

function kmsKey({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const arn = spec.parameterKmsKeyId === undefined ? undefined : parseArn(spec.parameterKmsKeyId);
  const region = declaredStore(spec)?.secretStore.region;
  if (arn === undefined || region === undefined || arn.region === region) return [];
  return [
    accessFinding('kms-key-elsewhere', `spec.parameterKmsKeyId is a key of ${arn.region}; the parameters lie in ${region}.`, source.place('spec.parameterKmsKeyId'), {
      remedy: `Name a key of ${region}.`,
    }),
  ];
}
