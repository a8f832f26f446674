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

/** Every condition operator but `Null`, by its name in lower case (IAM user guide, "IAM JSON policy elements: Condition operators"). */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ['stringequals', string],
  ['stringnotequals', not(string)],
  ['stringequalsignorecase', stringIgnoringCase],
  ['stringnotequalsignorecase', not(stringIgnoringCase)],
  ['stringlike', like],
  ['stringnotlike', not(like)],
  ['numericequals', numberEquals],
  ['numericnotequals', not(numberEquals)],
  ['numericlessthan', operator(numeric((a, b) => a < b), false)],
  ['numericlessthanequals', operator(numeric((a, b) => a <= b), false)],
  ['numericgreaterthan', operator(numeric((a, b) => a > b), false)],
  ['numericgreaterthanequals', operator(numeric((a, b) => a >= b), false)],
  ['dateequals', dateEquals],
  ['datenotequals', not(dateEquals)],
  ['datelessthan', operator(date((a, b) => a < b), false)],
  ['datelessthanequals', operator(date((a, b) => a <= b), false)],
  ['dategreaterthan', operator(date((a, b) => a > b), false)],
  ['dategreaterthanequals', operator(date((a, b) => a >= b), false)],
  ['bool', operator(bool, true)],
  ['binaryequals', operator(binaryEquals, false)],
  ['ipaddress', address],
  ['notipaddress', not(address)],
  ['arnequals', arn],
  ['arnlike', arn],
  ['arnnotequals', not(arn)],
  ['arnnotlike', not(arn)],
]);
