import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { requestTagContext } from '../tag-context.ts';
import { checkParameterName } from './parameter-name.ts';
import { defaultKeyId, parameterKeyChecks, latest, onParameter, parametersOf, type Parameter, type ParameterVersion } from './parameters.ts';
import { checkTagCount, readTags } from './tags.ts';

/** Systems Manager user guide, "Managing parameter tiers". */
const valueLimits: Readonly<Record<string, number>> = { Standard: 4096, Advanced: 8192 };
/** Same guide, "Working with parameter versions". */
const versionsKept = 100;

export const putParameter: Operation = {
  action: 'ssm:PutParameter',
  checks(call) {
    const name = call.input.text('Name');
    const put = onParameter(call, 'ssm:PutParameter', name);
    const context = { ...put.context, ...requestTagContext(call.input), 'ssm:Overwrite': String(call.input.flag('Overwrite')) };
    const keyId = call.input.optionalText('Type') === 'SecureString' ? call.input.optionalText('KeyId') : undefined;
    return [
      { ...put, context },
      // Systems Manager user guide, "Tagging parameters": tags on creation need this permission too.
      ...(call.input.has('Tags') ? [{ ...put, action: 'ssm:AddTagsToResource', context }] : []),
      ...parameterKeyChecks(call, 'kms:Encrypt', keyId, name),
    ];
  },
  run(call) {
    const name = call.input.text('Name', { min: 1, max: 2048 });
    checkParameterName(name);
    const overwrite = call.input.flag('Overwrite');
    const tags = readTags(call.input);
    if (overwrite && call.input.has('Tags')) {
      throw invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      );
    }
    checkTagCount(tags);
    const parameters = parametersOf(call);
    const existing = parameters.get(name);
    if (existing !== undefined && !overwrite) {
      throw new AwsError('ParameterAlreadyExists', 400, 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    const version = readVersion(call, existing);
    if (existing === undefined) {
      parameters.set(name, { name, tags: new Map(tags), versions: [version] });
    } else {
      dropOldest(existing);
      existing.versions.push(version);
    }
    return { Version: version.version, Tier: version.tier };
  },
};

function readVersion(call: Call, existing: Parameter | undefined): ParameterVersion {
  const before = existing === undefined ? undefined : latest(existing);
  const type = call.input.optionalText('Type', { oneOf: ['String', 'StringList', 'SecureString'] }) ?? before?.type;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  if (before !== undefined && before.type !== type) {
    throw new AwsError('HierarchyTypeMismatchException', 400, `Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type.`);
  }
  const keyId = call.input.optionalText('KeyId', { min: 1, max: 256, pattern: /[a-zA-Z0-9:/_-]+/ });
  if (keyId !== undefined && type !== 'SecureString') throw invalid('KeyId is required for SecureString type parameter only.');
  const tier = call.input.optionalText('Tier', { oneOf: ['Standard', 'Advanced', 'Intelligent-Tiering'] }) ?? 'Standard';
  const value = readValue(call, tier === 'Intelligent-Tiering' ? 'Advanced' : tier);
  const allowedPattern = call.input.optionalText('AllowedPattern', { max: 1024 });
  if (allowedPattern !== undefined && allowedPattern !== '' && !new RegExp(`^(?:${allowedPattern})$`).test(value)) {
    throw new AwsError('ParameterPatternMismatchException', 400, `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`);
  }
  return {
    version: (before?.version ?? 0) + 1,
    type,
    value,
    description: call.input.optionalText('Description', { max: 1024 }),
    keyId: type === 'SecureString' ? (keyId ?? before?.keyId ?? defaultKeyId) : undefined,
    tier: tier === 'Intelligent-Tiering' ? (Buffer.byteLength(value) > 4096 ? 'Advanced' : 'Standard') : tier,
    allowedPattern,
    dataType: call.input.optionalText('DataType', { max: 128 }) ?? 'text',
    modifiedAt: call.world.clock.now(),
    modifiedBy: call.identity.arn,
    labels: new Set(),
  };
}

/** The value is never repeated in an error. */
function readValue(call: Call, tier: string): string {
  const value = call.input.text('Value');
  if (value === '') throw invalid("1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1");
  const limit = valueLimits[tier] ?? 4096;
  if (Buffer.byteLength(value) <= limit) return value;
  throw invalid(
    tier === 'Advanced'
      ? `Advanced tier parameters support a maximum parameter value of ${limit} characters.`
      : `Standard tier parameters support a maximum parameter value of ${limit} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
  );
}

function dropOldest(parameter: Parameter): void {
  const oldest = parameter.versions[0];
  if (parameter.versions.length < versionsKept || oldest === undefined) return;
  if (oldest.labels.size > 0) {
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      400,
      `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  parameter.versions.shift();
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
