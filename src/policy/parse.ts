import { AccessError } from '../errors/error.ts';
import type { ConditionBlock, PolicyDocument, PolicyStatement, PrincipalElement } from './types.ts';

/**
 * Reads a policy as AWS stores it: a text (also URL-encoded, as IAM's API answers it) or parsed JSON. One statement
 * without a list becomes a list of one; booleans and numbers of conditions become text.
 * @throws AccessError `policy-malformed`, naming the element, as IAM's MalformedPolicyDocument does.
 */
export function parsePolicy(policy: unknown): PolicyDocument {
  const value = typeof policy === 'string' ? parseText(policy) : policy;
  if (!isRecord(value)) throw malformed('the policy is no JSON object');
  const unknown = Object.keys(value).find((key) => !['Version', 'Id', 'Statement'].includes(key));
  if (unknown !== undefined) throw malformed(`${unknown} is no element of a policy`);
  const version = value['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') throw malformed('Version must be 2012-10-17 or 2008-10-17');
  const id = value['Id'];
  if (id !== undefined && typeof id !== 'string') throw malformed('Id must be a text');
  const statements = value['Statement'];
  const list: readonly unknown[] = Array.isArray(statements) ? statements : statements === undefined ? [] : [statements];
  if (list.length === 0) throw malformed('it has no Statement');
  const parsed = list.map((statement, index) => readStatement(statement, `Statement[${index}]`));
  const sids = parsed.map((statement) => statement.Sid).filter((sid) => sid !== undefined && sid !== '');
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (twice !== undefined) throw malformed(`the Sid ${twice} is used twice`);
  return { Version: version, ...(id === undefined ? {} : { Id: id }), Statement: parsed };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text.trimStart().startsWith('%7B') ? decodeURIComponent(text) : text);
  } catch (error) {
    throw malformed(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function readStatement(value: unknown, place: string): PolicyStatement {
  if (!isRecord(value)) throw malformed(`${place} is no object`);
  const unknown = Object.keys(value).find((key) => !elements.includes(key));
  if (unknown !== undefined) throw malformed(`${place}.${unknown} is no element of a statement`);
  const effect = value['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`${place}.Effect must be Allow or Deny`);
  if ((value['Action'] === undefined) === (value['NotAction'] === undefined)) throw malformed(`${place} must have either Action or NotAction`);
  if (value['Resource'] !== undefined && value['NotResource'] !== undefined) throw malformed(`${place} has both Resource and NotResource`);
  if (value['Principal'] !== undefined && value['NotPrincipal'] !== undefined) throw malformed(`${place} has both Principal and NotPrincipal`);
  const sid = value['Sid'];
  if (sid !== undefined && typeof sid !== 'string') throw malformed(`${place}.Sid must be a text`);
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    ...readPrincipal(value, 'Principal', place),
    ...readPrincipal(value, 'NotPrincipal', place),
    ...readList(value, 'Action', place),
    ...readList(value, 'NotAction', place),
    ...readList(value, 'Resource', place),
    ...readList(value, 'NotResource', place),
    ...(value['Condition'] === undefined ? {} : { Condition: readCondition(value['Condition'], `${place}.Condition`) }),
  };
}

const elements: readonly string[] = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function readList<Key extends 'Action' | 'NotAction' | 'Resource' | 'NotResource'>(statement: Record<string, unknown>, key: Key, place: string): { [K in Key]?: string | readonly string[] } {
  const value = statement[key];
  if (value === undefined) return {};
  const list = texts(value, `${place}.${key}`);
  if (key.endsWith('Action')) {
    const wrong = textList(list).find((action) => action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action));
    if (wrong !== undefined) throw malformed(`${place}.${key}: ${wrong} is no action; it must be \`service:Name\``);
  } else {
    const wrong = textList(list).find((resource) => resource !== '*' && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/.test(resource) && !/^[*?$]|^arn:.*\*/.test(resource));
    if (wrong !== undefined) throw malformed(`${place}.${key}: ${wrong} is neither an ARN nor *`);
  }
  const read: { [K in Key]?: string | readonly string[] } = {};
  read[key] = list;
  return read;
}

function readPrincipal(statement: Record<string, unknown>, key: 'Principal' | 'NotPrincipal', place: string): { Principal?: PrincipalElement; NotPrincipal?: PrincipalElement } {
  const value = statement[key];
  if (value === undefined) return {};
  if (value === '*') return key === 'Principal' ? { Principal: '*' } : { NotPrincipal: '*' };
  if (!isRecord(value)) throw malformed(`${place}.${key} must be * or an object`);
  const principal = Object.fromEntries(Object.entries(value).map(([type, ids]) => [type, texts(ids, `${place}.${key}.${type}`)]));
  return key === 'Principal' ? { Principal: principal } : { NotPrincipal: principal };
}

function readCondition(value: unknown, place: string): ConditionBlock {
  if (!isRecord(value)) throw malformed(`${place} is no object`);
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!isRecord(keys)) throw malformed(`${place}.${operator} is no object`);
      return [operator, Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, conditionValues(values, `${place}.${operator}.${key}`)]))];
    }),
  );
}

function conditionValues(value: unknown, place: string): string | readonly string[] {
  return Array.isArray(value) ? value.map((one: unknown) => conditionValue(one, place)) : conditionValue(value, place);
}

function conditionValue(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  throw malformed(`${place} must be a text, a number or true or false`);
}

function texts(value: unknown, place: string): string | readonly string[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw malformed(`${place} must be a text or a list of texts`);
}

function textList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string): AccessError {
  return new AccessError('policy-malformed', `Not an IAM policy: ${what}.`, {
    cause: 'It does not follow the grammar of the IAM policy language.',
    remedy: 'Mend that element.',
  });
}
