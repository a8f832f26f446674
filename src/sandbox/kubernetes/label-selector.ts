import { badRequest } from './status-error.ts';

/** One comma-separated part of a label selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'greater' | 'less';
  readonly values: readonly string[];
}

/**
 * Reads a label selector, `a=b,c!=d,e in (f,g),h notin (i),j,!k`, with the words of the real parser where it is none
 * (apimachinery: labels/selector.go). Throws a 400.
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  const tokens = scan(text);
  const requirements: Requirement[] = [];
  let position = 0;
  const peek = (): string => tokens[position] ?? '';
  const take = (): string => tokens[position++] ?? '';
  const failed = (words: string): never => {
    throw badRequest(`unable to parse requirement: ${words}`);
  };

  const readKey = (): string => {
    const key = take();
    if (!isIdentifier(key)) failed(`found '${key}', expected: identifier`);
    if (!labelKey.test(key)) failed(`<nil>: Invalid value: ${JSON.stringify(key)}: ${keyWords}`);
    return key;
  };
  const readList = (): readonly string[] => {
    const open = take();
    if (open !== '(') failed(`found '${open}' expected: '('`);
    const values: string[] = [''];
    for (;;) {
      const token = take();
      if (token === ')') return [...new Set(values)];
      if (token === ',') values.push('');
      else if (isIdentifier(token) && values.at(-1) === '') values[values.length - 1] = token;
      else failed(`found '${token}', expected: ',', or identifier`);
    }
  };
  const readExact = (): readonly string[] => {
    if (peek() === '' || peek() === ',') return [''];
    const value = take();
    if (!isIdentifier(value)) failed(`found '${value}', expected: identifier`);
    return [value];
  };
  const readRequirement = (): Requirement => {
    if (peek() === '!') {
      take();
      return { key: readKey(), operator: 'absent', values: [] };
    }
    const key = readKey();
    if (peek() === '' || peek() === ',') return { key, operator: 'exists', values: [] };
    const sign = take();
    const operator = operators[sign] ?? failed(`found '${sign}', expected: in, notin, =, ==, !=, gt, lt`);
    const values = sign === 'in' || sign === 'notin' ? readList() : readExact();
    if ((sign === '>' || sign === '<') && !/^-?\d+$/.test(values[0] ?? '')) failed(`values[0]: Invalid value: ${JSON.stringify(values[0] ?? '')}: for 'Gt', 'Lt' operators, the value must be an integer`);
    const stray = values.find((value) => !labelValue.test(value) || value.length > 63);
    if (stray !== undefined) failed(`values[0][${key}]: Invalid value: ${JSON.stringify(stray)}: ${valueWords}`);
    return { key, operator, values };
  };

  while (peek() !== '') {
    if (peek() !== '!' && !isIdentifier(peek())) throw badRequest(`found '${peek()}', expected: !, identifier, or 'end of string'`);
    requirements.push(readRequirement());
    const next = take();
    if (next === '') break;
    if (next !== ',') throw badRequest(`found '${next}', expected: ',' or 'end of string'`);
    if (peek() !== '!' && !isIdentifier(peek())) throw badRequest(`found '${peek()}', expected: identifier after ','`);
  }
  return requirements;
}

const special = /[=!(),<>]/;

function scan(text: string): readonly string[] {
  return text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? [];
}

function isIdentifier(token: string): boolean {
  return token !== '' && !special.test(token);
}

const operators: Readonly<Record<string, Requirement['operator']>> = { in: 'in', notin: 'notin', '=': 'in', '==': 'in', '!=': 'notin', '>': 'greater', '<': 'less' };
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const keyWords =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
