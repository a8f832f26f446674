import type { Operation, Operations } from '../call.ts';
import { AwsError, notImplemented } from '../error.ts';
import { parameterFilter } from './filters.ts';
import { getOperations } from './get-parameters.ts';
import { pageOf } from './paging.ts';
import { findParameter, latest, onParameter, parameterArn, parametersOf, readReference } from './parameters.ts';
import { putParameter } from './put-parameter.ts';
import { tagOperations } from './tags.ts';

/** Shows neither values nor tags, but filters by tags. */
const describeParameters: Operation = {
  action: 'ssm:DescribeParameters',
  checks: (call) => [{ action: 'ssm:DescribeParameters', resource: `arn:aws:ssm:${call.region}:${call.world.account}:*` }],
  run(call) {
    if (call.input.has('Filters')) throw notImplemented('the old Filters of DescribeParameters; use ParameterFilters');
    const matches = parameterFilter(call.input.structures('ParameterFilters', { max: 5 }), 'DescribeParameters');
    const { items, NextToken } = pageOf([...parametersOf(call).values()].filter(matches), (parameter) => parameter.name, call.input, 50);
    return {
      Parameters: items.map((parameter) => {
        const version = latest(parameter);
        return {
          Name: parameter.name,
          ARN: parameterArn(call, parameter.name),
          Type: version.type,
          KeyId: version.keyId,
          LastModifiedDate: version.modifiedAt,
          LastModifiedUser: version.modifiedBy,
          Description: version.description,
          AllowedPattern: version.allowedPattern,
          Version: version.version,
          Tier: version.tier,
          Policies: [],
          DataType: version.dataType,
        };
      }),
      NextToken,
    };
  },
};

const deleteParameter: Operation = {
  action: 'ssm:DeleteParameter',
  checks: (call) => [onParameter(call, 'ssm:DeleteParameter', call.input.text('Name'))],
  run(call) {
    const { name } = findParameter(call, call.input.text('Name', { min: 1, max: 2048 }));
    parametersOf(call).delete(name);
    return {};
  },
};

const deleteParameters: Operation = {
  action: 'ssm:DeleteParameters',
  checks: (call) => call.input.texts('Names').map((name) => onParameter(call, 'ssm:DeleteParameters', name)),
  run(call) {
    const names = call.input.texts('Names', { min: 1, max: 10 });
    const deleted = names.filter((name) => parametersOf(call).delete(name));
    return { DeletedParameters: deleted, InvalidParameters: names.filter((name) => !deleted.includes(name)) };
  },
};

/** Systems Manager user guide, "Working with parameter labels": at most 10 a version; a label moves to the version named last. */
const labelParameterVersion: Operation = {
  action: 'ssm:LabelParameterVersion',
  checks: (call) => [onParameter(call, 'ssm:LabelParameterVersion', call.input.text('Name'))],
  run(call) {
    const parameter = findParameter(call, readReference(call, call.input.text('Name', { min: 1, max: 2048 })).name);
    const number = call.input.optionalNumber('ParameterVersion') ?? latest(parameter).version;
    const version = parameter.versions.find((one) => one.version === number);
    if (version === undefined) throw new AwsError('ParameterVersionNotFound', 400, `Systems Manager could not find version ${number} of ${parameter.name}. Verify the version and try again.`);
    const labels = call.input.texts('Labels', { min: 1, max: 10, each: { min: 1, max: 100 } });
    const valid = labels.filter((label) => /^[A-Za-z_][A-Za-z0-9._-]*$/.test(label) && !/^(aws|ssm)/i.test(label));
    if (new Set([...version.labels, ...valid]).size > 10) {
      throw new AwsError('ParameterVersionLabelLimitExceeded', 400, 'A parameter version can have a maximum of ten labels.');
    }
    for (const label of valid) {
      for (const other of parameter.versions) other.labels.delete(label);
      version.labels.add(label);
    }
    return { InvalidLabels: labels.filter((label) => !valid.includes(label)), ParameterVersion: version.version };
  },
};

/** Parameter Store of Systems Manager; each region has its own. */
export const ssmOperations: Operations = {
  PutParameter: putParameter,
  ...getOperations,
  DescribeParameters: describeParameters,
  DeleteParameter: deleteParameter,
  DeleteParameters: deleteParameters,
  LabelParameterVersion: labelParameterVersion,
  ...tagOperations,
};
