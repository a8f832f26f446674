import { createHash } from 'node:crypto';
import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { parameterFilter } from './filters.ts';
import { findParameter, parameterKeyChecks, latest, onParameter, parameterArn, parametersOf, readReference, selectVersion, type Parameter, type ParameterVersion, type Reference } from './parameters.ts';
import { pageOf } from './paging.ts';

const getParameter: Operation = {
  action: 'ssm:GetParameter',
  checks: (call) => onReferences(call, 'ssm:GetParameter', [call.input.text('Name')]),
  run(call) {
    const reference = readReference(call, call.input.text('Name', { min: 1, max: 2048 }));
    const parameter = findParameter(call, reference.name);
    return { Parameter: describe(call, parameter, selectVersion(parameter, reference.selector), reference) };
  },
};

/** Names that lead nowhere come back as invalid; the call succeeds. */
const getParameters: Operation = {
  action: 'ssm:GetParameters',
  checks: (call) => onReferences(call, 'ssm:GetParameters', call.input.texts('Names')),
  run(call) {
    const found: unknown[] = [];
    const invalid: string[] = [];
    const names = call.input.texts('Names', { min: 1, max: 10 });
    if (new Set(names).size < names.length) throw new AwsError('ValidationException', 400, 'Duplicate parameter names are not allowed.');
    for (const name of names) {
      const reference = readReference(call, name);
      const parameter = parametersOf(call).get(reference.name);
      try {
        if (parameter === undefined) invalid.push(name);
        else found.push(describe(call, parameter, selectVersion(parameter, reference.selector), reference));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        invalid.push(name);
      }
    }
    return { Parameters: found, InvalidParameters: invalid };
  },
};

const getParametersByPath: Operation = {
  action: 'ssm:GetParametersByPath',
  checks: (call) => [{ action: 'ssm:GetParametersByPath', resource: parameterArn(call, call.input.text('Path').replace(/\/$/, '')) }],
  run(call) {
    const path = call.input.text('Path', { min: 1, max: 2048 });
    if (!path.startsWith('/')) {
      throw new AwsError('ValidationException', 400, `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with \\"aws\\" or \\"ssm\\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`);
    }
    const folder = path.endsWith('/') ? path : `${path}/`;
    const recursive = call.input.flag('Recursive');
    const matches = parameterFilter(call.input.structures('ParameterFilters', { max: 5 }), 'GetParametersByPath');
    const inside = [...parametersOf(call).values()].filter(({ name }) => {
      const full = name.startsWith('/') ? name : `/${name}`;
      return full.startsWith(folder) && (recursive || !full.slice(folder.length).includes('/'));
    });
    const { items, NextToken } = pageOf(inside.filter(matches), (parameter) => parameter.name, call.input, 10);
    return { Parameters: items.map((parameter) => describe(call, parameter, latest(parameter), { name: parameter.name, selector: undefined })), NextToken };
  },
};

const getParameterHistory: Operation = {
  action: 'ssm:GetParameterHistory',
  checks: (call) => onReferences(call, 'ssm:GetParameterHistory', [call.input.text('Name')]),
  run(call) {
    const parameter = findParameter(call, readReference(call, call.input.text('Name', { min: 1, max: 2048 })).name);
    const { items, NextToken } = pageOf(parameter.versions, (version) => String(version.version).padStart(9, '0'), call.input, 50);
    return {
      Parameters: items.map((version) => ({
        Name: parameter.name,
        Type: version.type,
        KeyId: version.keyId,
        LastModifiedDate: version.modifiedAt,
        LastModifiedUser: version.modifiedBy,
        Description: version.description,
        Value: shownValue(call, parameter, version),
        AllowedPattern: version.allowedPattern,
        Version: version.version,
        Labels: [...version.labels].sort(),
        Tier: version.tier,
        Policies: [],
        DataType: version.dataType,
      })),
      NextToken,
    };
  },
};

export const getOperations: Operations = {
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  GetParameterHistory: getParameterHistory,
};

/** With decryption, a customer's own key asks its permission too. */
function onReferences(call: Call, action: string, names: readonly string[]): readonly Check[] {
  return names.flatMap((text) => {
    const { name } = readReference(call, text);
    const parameter = parametersOf(call).get(name);
    const keyId = parameter === undefined || !call.input.flag('WithDecryption') ? undefined : latest(parameter).keyId;
    return [onParameter(call, action, name), ...parameterKeyChecks(call, 'kms:Decrypt', keyId, name)];
  });
}

function describe(call: Call, parameter: Parameter, version: ParameterVersion, { selector }: Reference): Readonly<Record<string, unknown>> {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: shownValue(call, parameter, version),
    Version: version.version,
    Selector: selector,
    LastModifiedDate: version.modifiedAt,
    ARN: parameterArn(call, parameter.name),
    DataType: version.dataType,
  };
}

/** A SecureString without decryption shows ciphertext: here a digest, so that nothing can be read from it. */
function shownValue(call: Call, parameter: Parameter, version: ParameterVersion): string {
  if (version.type !== 'SecureString' || call.input.flag('WithDecryption')) return version.value;
  const digest = createHash('sha512').update(`${parameter.name} ${version.version} ${call.world.seed}`).digest();
  return `AQICAHg${Buffer.concat([digest, digest]).toString('base64')}`;
}
