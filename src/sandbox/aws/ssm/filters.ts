import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { latest, type Parameter } from './parameters.ts';

type Call = 'DescribeParameters' | 'GetParametersByPath';

/**
 * ParameterStringFilter (SSM API reference): all filters must match, any value of each. The keys differ by call.
 * @throws AwsError InvalidFilterKey, InvalidFilterOption, InvalidFilterValue
 */
export function parameterFilter(filters: readonly Fields[], call: Call): (parameter: Parameter) => boolean {
  const tests = filters.map((filter) => readFilter(filter, call));
  return (parameter) => tests.every((test) => test(parameter));
}

const keys: Readonly<Record<Call, RegExp>> = {
  DescribeParameters: /^(tag:.+|Name|Type|KeyId|Path|Tier|DataType)$/,
  GetParametersByPath: /^(Type|KeyId|Label)$/,
};

function readFilter(filter: Fields, call: Call): (parameter: Parameter) => boolean {
  const key = filter.text('Key', { min: 1, max: 132, pattern: /tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType/ });
  if (!keys[call].test(key)) throw new AwsError('InvalidFilterKey', 400, `The following filter key is not valid: ${key}. Valid filter keys include: [${call === 'DescribeParameters' ? 'Path, Name, Type, KeyId, Tier' : 'Type, KeyId, Label'}].`);
  const option = filter.optionalText('Option', { min: 1, max: 10 }) ?? (key === 'Path' ? 'OneLevel' : 'Equals');
  const values = filter.optionalTexts('Values', { min: 1, max: 50, each: { min: 1, max: 1024 } }) ?? [];
  if (values.length === 0 && !key.startsWith('tag:')) throw new AwsError('InvalidFilterValue', 400, 'The filter value is not valid. Verify the value and try again.');
  if (!optionsOf(key).includes(option)) {
    throw new AwsError('InvalidFilterOption', 400, `The following filter option is not valid: ${option}. Valid options include: [${optionsOf(key).join(', ')}].`);
  }
  if (key === 'Path') return ({ name }) => values.some((path) => inPath(name, path, option === 'Recursive'));
  if (key === 'Name') return ({ name }) => values.some((value) => matchesName(name, value, option));
  if (key === 'Label') return (parameter) => values.some((value) => latest(parameter).labels.has(value));
  if (key.startsWith('tag:')) {
    return ({ tags }) => {
      const value = tags.get(key.slice('tag:'.length));
      return value !== undefined && (values.length === 0 || values.includes(value));
    };
  }
  const property = { Type: 'type', KeyId: 'keyId', Tier: 'tier', DataType: 'dataType' } as const;
  const member = key === 'Type' || key === 'KeyId' || key === 'Tier' || key === 'DataType' ? property[key] : 'type';
  return (parameter) => values.some((value) => matches(latest(parameter)[member] ?? '', value, option));
}

function optionsOf(key: string): readonly string[] {
  if (key === 'Path') return ['Recursive', 'OneLevel'];
  if (key === 'Name') return ['BeginsWith', 'Equals', 'Contains'];
  return ['BeginsWith', 'Equals'];
}

/** A leading slash does not count for BeginsWith and Contains (moto, which was compared with AWS). */
function matchesName(name: string, value: string, option: string): boolean {
  if (option === 'Equals') return name === value;
  return matches(name.replace(/^\//, ''), value.replace(/^\//, ''), option);
}

function matches(text: string, value: string, option: string): boolean {
  if (option === 'BeginsWith') return text.startsWith(value);
  return option === 'Contains' ? text.includes(value) : text === value;
}

function inPath(name: string, path: string, recursive: boolean): boolean {
  const full = name.startsWith('/') ? name : `/${name}`;
  const folder = path.endsWith('/') ? path : `${path}/`;
  return full.startsWith(folder) && (recursive || !full.slice(folder.length).includes('/'));
}
