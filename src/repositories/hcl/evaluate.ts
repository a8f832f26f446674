import { callFunction } from './functions.ts';
import type { Expression, TraversalStep } from './syntax.ts';
import { isKnown, isList, isMap, joinText, objectOf, Unknown, type Value, type ValueMap } from './value.ts';

/** Gives the value of `root` followed by `path` (attribute names and keys as far as they are known), and how many steps it used up. */
export type Lookup = (root: string, path: readonly string[]) => { readonly value: Value; readonly used: number };

/** Evaluates by the rules of HCL; anything outside them, and anything unknown, comes out as {@link Unknown}. Never throws. */
export function evaluate(expression: Expression, lookup: Lookup, depth = 0): Value {
  if (depth > 100) return new Unknown('nested too deeply');
  const next = (inner: Expression, scope: Lookup = lookup): Value => evaluate(inner, scope, depth + 1);
  switch (expression.type) {
    case 'literal':
      return expression.value;
    case 'template': {
      const [only] = expression.parts;
      if (expression.parts.length === 1 && typeof only === 'object') return next(only);
      return joinText(expression.parts.map((part) => (typeof part === 'string' ? part : next(part))));
    }
    case 'tuple':
      return expression.elements.map((element) => next(element));
    case 'object':
      return objectOf(expression.entries.map(({ key, value }) => [next(key), next(value)]));
    case 'reference': {
      const path: string[] = [];
      for (const step of expression.steps) {
        if (step.type === 'splat') break;
        const key = step.type === 'attribute' ? step.name : next(step.index);
        if (typeof key !== 'string' && typeof key !== 'number') break;
        path.push(String(key));
      }
      const found = lookup(expression.root, path);
      return follow(found.value, expression.steps.slice(found.used), next);
    }
    case 'traversal':
      return follow(next(expression.of), expression.steps, next);
    case 'call':
      return call(expression, next);
    case 'conditional': {
      const condition = next(expression.condition);
      if (typeof condition === 'boolean') return next(condition ? expression.whenTrue : expression.whenFalse);
      return new Unknown('a condition that is not known');
    }
    case 'unary': {
      const operand = next(expression.operand);
      if (expression.operator === '!' && typeof operand === 'boolean') return !operand;
      if (expression.operator === '-' && typeof operand === 'number') return -operand;
      return new Unknown('an operation on a value that is not known');
    }
    case 'binary':
      return binary(expression.operator, next(expression.left), () => next(expression.right));
    case 'for':
      return comprehension(expression, lookup, next);
    case 'unreadable':
      return new Unknown('not readable');
  }
}

function call(expression: Extract<Expression, { type: 'call' }>, next: (inner: Expression) => Value): Value {
  if (expression.name === 'try' || expression.name === 'can') {
    const values = expression.arguments.map((argument) => next(argument));
    if (expression.name === 'can') return values[0] !== undefined && isKnown(values[0]) ? true : new Unknown('can() of a value that is not known');
    return values.find((value) => !(value instanceof Unknown)) ?? new Unknown('try() of values that are not known');
  }
  const given = expression.arguments.map((argument) => next(argument));
  const last = given.at(-1);
  if (expression.expandLast && last !== undefined) {
    if (!isList(last)) return new Unknown(`${expression.name}() of a list that is not known`);
    return callFunction(expression.name, [...given.slice(0, -1), ...last]);
  }
  return callFunction(expression.name, given);
}

function follow(value: Value, steps: readonly TraversalStep[], next: (inner: Expression) => Value): Value {
  let current = value;
  for (const [position, step] of steps.entries()) {
    if (step.type === 'splat') {
      if (current instanceof Unknown) return current;
      const elements = isList(current) ? current : current === null ? [] : [current];
      const rest = steps.slice(position + 1);
      return elements.map((element) => follow(element, rest, next));
    }
    const key = step.type === 'attribute' ? step.name : next(step.index);
    if (current instanceof Unknown) {
      const suffix = step.type === 'attribute' ? `.${step.name}` : `[${JSON.stringify(key)}]`;
      current = new Unknown(current.reason, current.reference === undefined ? undefined : current.reference + suffix);
    } else if (isList(current) && typeof key === 'number') current = current[key] ?? new Unknown('an index outside the list');
    else if (isList(current) && typeof key === 'string' && /^\d+$/.test(key)) current = current[Number(key)] ?? new Unknown('an index outside the list');
    else if (isMap(current) && (typeof key === 'string' || typeof key === 'number')) current = Object.hasOwn(current, String(key)) ? current[String(key)]! : new Unknown(`no attribute ${key}`);
    else return new Unknown('an attribute of something that has none');
  }
  return current;
}

function binary(operator: string, left: Value, right: () => Value): Value {
  if (operator === '&&') return left === false ? false : left === true ? right() : new Unknown('an operand that is not known');
  if (operator === '||') return left === true ? true : left === false ? right() : new Unknown('an operand that is not known');
  const other = right();
  if (!isKnown(left) || !isKnown(other)) return new Unknown('an operand that is not known');
  if (operator === '==') return JSON.stringify(left) === JSON.stringify(other);
  if (operator === '!=') return JSON.stringify(left) !== JSON.stringify(other);
  if (typeof left !== 'number' || typeof other !== 'number') return new Unknown('arithmetic on something that is no number');
  switch (operator) {
    case '+': return left + other;
    case '-': return left - other;
    case '*': return left * other;
    case '/': return other === 0 ? new Unknown('division by zero') : left / other;
    case '%': return other === 0 ? new Unknown('division by zero') : left % other;
    case '<': return left < other;
    case '<=': return left <= other;
    case '>': return left > other;
    case '>=': return left >= other;
    default: return new Unknown(`operator ${operator}`);
  }
}

function comprehension(expression: Extract<Expression, { type: 'for' }>, lookup: Lookup, next: (inner: Expression, scope?: Lookup) => Value): Value {
  const collection = next(expression.collection);
  const entries: readonly (readonly [Value, Value])[] | undefined = isList(collection)
    ? collection.map((value, index) => [index, value] as const)
    : isMap(collection)
      ? Object.entries(collection)
      : undefined;
  if (!entries) return new Unknown('a collection that is not known');
  const list: Value[] = [];
  const map: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) {
    const scope: Lookup = (root, path) => {
      if (root === expression.value) return { value, used: 0 };
      if (root === expression.key) return { value: key, used: 0 };
      return lookup(root, path);
    };
    if (expression.condition) {
      const wanted = next(expression.condition, scope);
      if (wanted === false) continue;
      if (wanted !== true) return new Unknown('a condition that is not known');
    }
    const result = next(expression.result, scope);
    if (!expression.resultKey) {
      list.push(result);
      continue;
    }
    const resultKey = next(expression.resultKey, scope);
    if (typeof resultKey !== 'string' && typeof resultKey !== 'number') return new Unknown('a key that is not known');
    const before = map[String(resultKey)];
    map[String(resultKey)] = expression.grouping ? [...(before !== undefined && isList(before) ? before : []), result] : result;
  }
  return expression.resultKey ? (map satisfies ValueMap) : list;
}
