import type { PreparedRequest } from './prepared-request.ts';
import { literalQuestion, literalStar } from './wildcard.ts';

/**
 * Puts the request's values into `${aws:username}`, `${aws:PrincipalTag/team, 'default'}`, and the characters into `${*}`,
 * `${?}`, `${$}`. Wildcards inside a value are no wildcards. Undefined when a variable has no value
 * (or several: only single-valued keys can be variables) and no default: then the pattern matches nothing (IAM user guide, "IAM policy elements: Variables and tags").
 */
export function substitute(pattern: string, request: PreparedRequest): string | undefined {
  let from = pattern.indexOf('${');
  if (from < 0) return pattern;
  let result = '';
  let done = 0;
  while (from >= 0) {
    const end = pattern.indexOf('}', from + 2);
    if (end < 0) break;
    const value = valueOf(pattern.slice(from + 2, end), request);
    if (value === undefined) return undefined;
    result += pattern.slice(done, from) + value;
    done = end + 1;
    from = pattern.indexOf('${', done);
  }
  return result + pattern.slice(done);
}

function valueOf(variable: string, request: PreparedRequest): string | undefined {
  if (variable === '*') return literalStar;
  if (variable === '?') return literalQuestion;
  if (variable === '$') return '$';
  const withDefault = /^(.*?),\s*'(.*)'$/s.exec(variable);
  const given = request.value((withDefault?.[1] ?? variable).trim());
  const value = typeof given === 'string' && given !== '' ? given : withDefault?.[2];
  return value === undefined ? undefined : asLiteral(value);
}

function asLiteral(value: string): string {
  return value.replaceAll('*', literalStar).replaceAll('?', literalQuestion);
}
