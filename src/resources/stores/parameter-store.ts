/** Parameter Store of Systems Manager. The Description of a SecureString names the access key, in the same put as the value. */
import type { ParameterMetadata } from '../../aws/types.ts';
import { keyNoun } from '../key-sort.ts';
import type { CredentialStore, StoredParameter } from './store.ts';

export const parameterStore: CredentialStore = {
  service: 'ParameterStore',
  kind: 'ssm-parameter',
  noun: 'parameter',
  listLags: false,

  async describe(names, region, aws) {
    const sorted = [...names].sort();
    const found: StoredParameter[] = [];
    // One filter takes 50 values at most (SSM API reference, ParameterStringFilter).
    for (let from = 0; from < sorted.length; from += 50) found.push(...(await aws.ssm(region).describeParameters(sorted.slice(from, from + 50))).map(storedParameter));
    return found;
  },
  tagged: async (tags, region, aws) => (await aws.ssm(region).describeParametersByTags(tags)).map(storedParameter),
  tagsOf: (name, region, aws) => aws.ssm(region).listTags(name),
  value: async (name, region, aws) => (await aws.ssm(region).getParameter(name))?.value,

  async earlierValue(keyId, name, region, aws) {
    const version = (await aws.ssm(region).parameterHistory(name))?.findLast(({ description }) => keyIdIn(description) === keyId)?.version;
    return version === undefined ? undefined : (await aws.ssm(region).getParameter(`${name}:${version}`))?.value;
  },
  async keyIdsThrough(name, region, aws) {
    const history = (await aws.ssm(region).parameterHistory(name)) ?? [];
    return history.map(({ description }) => keyIdIn(description)).filter((id) => id !== undefined);
  },

  iam: {
    // `/a/b` and `a` alike have one slash after `parameter`.
    arnOf: (name, { partition, account, region }) => `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`,
    readAction: 'ssm:GetParameter',
    viaService: 'ssm',
    // Systems Manager user guide, "AWS KMS encryption for AWS Systems Manager Parameter Store SecureString parameters".
    contextKey: 'PARAMETER_ARN',
    contextKeys: ['PARAMETER_ARN'],
    keyActions: ['kms:Encrypt', 'kms:Decrypt'],
  },
  commands: {
    list: (region) => `aws ssm describe-parameters --region ${region}`,
    remove: (name, region) => `aws ssm delete-parameter --name ${name} --region ${region}`,
  },
};

export function parameterDescription(access: { readonly namespace: string; readonly name: string }, keyId: string): string {
  return `bedrock-access ${access.namespace}/${access.name}, ${keyNoun(keyId)} ${keyId}`;
}

/** As Parameter Store describes it. */
export function storedParameter(parameter: ParameterMetadata): StoredParameter {
  const { name, arn, type, version, description, kmsKeyId, lastModified } = parameter;
  const keyId = keyIdIn(description);
  const owner = ownerNamedIn(description);
  return {
    name,
    type,
    plain: type !== 'SecureString',
    version: String(version),
    text: description ?? '',
    lastModified,
    ...(arn === undefined ? {} : { arn }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(owner === undefined ? {} : { owner }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
}

/** `namespace/name` of the access in a Description of ours. */
function ownerNamedIn(description: string | undefined): string | undefined {
  return /^bedrock-access (\S+), (?:access|API) key [A-Z0-9]{16,128}$/.exec(description ?? '')?.[1];
}

/** The key id in a Description of ours. */
function keyIdIn(description: string | undefined): string | undefined {
  return /^bedrock-access \S+, (?:access|API) key ([A-Z0-9]{16,128})$/.exec(description ?? '')?.[1];
}
