import type { Call, Check } from '../call.ts';
import { AwsError } from '../error.ts';
import { keyChecks } from '../kms.ts';
import { resourceTagContext } from '../tag-context.ts';

export interface Parameter {
  readonly name: string;
  readonly tags: Map<string, string>;
  /** Oldest first; never empty. */
  readonly versions: ParameterVersion[];
}

export interface ParameterVersion {
  readonly version: number;
  readonly type: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly keyId: string | undefined;
  readonly tier: string;
  readonly allowedPattern: string | undefined;
  readonly dataType: string;
  readonly modifiedAt: Date;
  readonly modifiedBy: string;
  readonly labels: Set<string>;
}

/** The key of SecureStrings that name none: AWS's own, which everyone may use through SSM. */
export const defaultKeyId = 'alias/aws/ssm';

export function parametersOf(call: Call): Map<string, Parameter> {
  const existing = call.state.parameters.get(call.region);
  if (existing !== undefined) return existing;
  const made = new Map<string, Parameter>();
  call.state.parameters.set(call.region, made);
  return made;
}

/** `arn:aws:ssm:us-west-2:123456789012:parameter/a/b`, with one slash for `/a/b` and `a` alike. */
export function parameterArn(call: Call, name: string): string {
  return `arn:aws:ssm:${call.region}:${call.world.account}:parameter/${name.replace(/^\//, '')}`;
}

/** A name, or the ARN of a parameter of this account and region; perhaps with `:selector`. */
export interface Reference {
  readonly name: string;
  /** With its colon, as answers show it. */
  readonly selector: string | undefined;
}

/** SSM API reference, GetParameter: `name:version` or `name:label`. */
export function readReference(call: Call, text: string): Reference {
  const prefix = `arn:aws:ssm:${call.region}:${call.world.account}:parameter`;
  const local = text.startsWith(`${prefix}/`) ? nameOfPath(call, text.slice(prefix.length)) : text;
  const colon = local.indexOf(':');
  return colon < 0 ? { name: local, selector: undefined } : { name: local.slice(0, colon), selector: local.slice(colon) };
}

export function latest(parameter: Parameter): ParameterVersion {
  const version = parameter.versions.at(-1);
  if (version === undefined) throw new Error(`the parameter ${parameter.name} has no version`);
  return version;
}

export function findParameter(call: Call, name: string): Parameter {
  const parameter = parametersOf(call).get(name);
  if (parameter === undefined) throw new AwsError('ParameterNotFound', 400, `Parameter ${name} not found.`);
  return parameter;
}

export function selectVersion(parameter: Parameter, selector: string | undefined): ParameterVersion {
  if (selector === undefined) return latest(parameter);
  const wanted = selector.slice(1);
  const byNumber = /^\d+$/.test(wanted);
  const version = parameter.versions.find((one) => (byNumber ? one.version === Number(wanted) : one.labels.has(wanted)));
  if (version === undefined) {
    throw new AwsError('ParameterVersionNotFound', 400, `Systems Manager could not find version ${wanted} of ${parameter.name}. Verify the version and try again.`);
  }
  return version;
}

/** The check of an action on one parameter, with its tags as condition keys. */
export function onParameter(call: Call, action: string, name: string): Check {
  const tags = parametersOf(call).get(name)?.tags;
  return { action, resource: parameterArn(call, name), context: resourceTagContext(tags) };
}

/** Systems Manager user guide, "AWS KMS encryption for Parameter Store SecureString parameters". */
export function parameterKeyChecks(call: Call, action: 'kms:Encrypt' | 'kms:Decrypt', keyId: string | undefined, name: string): readonly Check[] {
  return keyChecks(call, { actions: [action], keyId, via: 'ssm', encryptionContext: { PARAMETER_ARN: parameterArn(call, name) } });
}

/** `/a` in an ARN may be the parameter `a` or `/a`. */
function nameOfPath(call: Call, path: string): string {
  const flat = path.slice(1);
  return parametersOf(call).has(path) || flat.includes('/') ? path : flat;
}
