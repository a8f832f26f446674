import { arnLike } from './arn.ts';
import { date } from './date.ts';
import { ipAddress } from './ip-address.ts';
import { numeric } from './number.ts';
import type { Comparison, Operator } from './operator.ts';
import { stringEquals, stringEqualsIgnoreCase, stringLike } from './string.ts';

/** `Bool`: `true` or `false`, without case. */
const bool: Comparison = (value, wanted) => (isBoolean(value) && isBoolean(wanted) ? value.toLowerCase() === wanted.toLowerCase() : undefined);
/** `BinaryEquals`: both sides are base64. */
const binaryEquals = (value: string, wanted: string): boolean => value === wanted;

function isBoolean(text: string): boolean {
  return /^(true|false)$/i.test(text);
}

function operator(matches: Comparison, variables: boolean): Operator {
  return { matches, negated: false, variables };
}

/** The operator that holds where another does not. */
function not(of: Operator): Operator {
  return { ...of, negated: true };
}

const string = operator(stringEquals, true);
const stringIgnoringCase = operator(stringEqualsIgnoreCase, true);
const like = operator(stringLike, true);
const arn = operator(arnLike, true);
const numberEquals = operator(numeric((a, b) => a === b), false);
const dateEquals = operator(date((a, b) => a === b), false);
const address = operator(ipAddress, false);

/** Every condition operator but `Null`, by its name (IAM user guide, "IAM JSON policy elements: Condition operators"). */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', string],
  ['StringNotEquals', not(string)],
  ['StringEqualsIgnoreCase', stringIgnoringCase],
  ['StringNotEqualsIgnoreCase', not(stringIgnoringCase)],
  ['StringLike', like],
  ['StringNotLike', not(like)],
  ['NumericEquals', numberEquals],
  ['NumericNotEquals', not(numberEquals)],
  ['NumericLessThan', operator(numeric((a, b) => a < b), false)],
  ['NumericLessThanEquals', operator(numeric((a, b) => a <= b), false)],
  ['NumericGreaterThan', operator(numeric((a, b) => a > b), false)],
  ['NumericGreaterThanEquals', operator(numeric((a, b) => a >= b), false)],
  ['DateEquals', dateEquals],
  ['DateNotEquals', not(dateEquals)],
  ['DateLessThan', operator(date((a, b) => a < b), false)],
  ['DateLessThanEquals', operator(date((a, b) => a <= b), false)],
  ['DateGreaterThan', operator(date((a, b) => a > b), false)],
  ['DateGreaterThanEquals', operator(date((a, b) => a >= b), false)],
  ['Bool', operator(bool, true)],
  ['BinaryEquals', operator(binaryEquals, false)],
  ['IpAddress', address],
  ['NotIpAddress', not(address)],
  ['ArnEquals', arn],
  ['ArnLike', arn],
  ['ArnNotEquals', not(arn)],
  ['ArnNotLike', not(arn)],
]);
