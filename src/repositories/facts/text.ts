import type { Text } from '../../checks/facts.ts';
import type { Place } from '../../finding.ts';
import type { Expression, Span } from '../hcl/syntax.ts';
import { isList, PartialText, Unknown, type Value } from '../hcl/value.ts';
import type { TerraformResource } from '../terraform/types.ts';

export function placeOfSpan(span: Span): Place {
  return { file: span.file, line: span.line, column: span.column };
}

/** A value as a text; undefined for what is no text at all. */
export function textOf(value: Value | undefined, place: Place): Text | undefined {
  if (typeof value === 'string') return { text: value, known: true, place };
  if (typeof value === 'number' || typeof value === 'boolean') return { text: String(value), known: true, place };
  if (value instanceof PartialText || value instanceof Unknown) return { text: String(value), known: false, place };
  return undefined;
}

/** One text or a list of them, as IAM allows for actions and resources. */
export function textsOf(value: Value | undefined, placeAt: (index: number) => Place): readonly Text[] {
  if (value === undefined || value === null) return [];
  const list = isList(value) ? value : [value];
  return list.flatMap((item, index) => textOf(item, placeAt(index)) ?? []);
}

/** An argument written as a plain reference, `aws_iam_access_key.k.id`, whether or not its value is known. */
export function writtenReference(resource: TerraformResource, attribute: string): string | undefined {
  const expression = resource.block.body.attributes.get(attribute)?.expression;
  if (expression?.type !== 'reference') return undefined;
  return [expression.root, ...expression.steps.map((step) => (step.type === 'attribute' ? step.name : step.type === 'index' && step.index.type === 'literal' ? String(step.index.value) : '*'))].join('.');
}

/** Where, inside an expression, the value at `path` is written: through `jsonencode`, objects and tuples as far as they are literal. */
export function spanWithin(expression: Expression, path: readonly (string | number)[]): Span {
  if (expression.type === 'call' && expression.name === 'jsonencode' && expression.arguments[0]) return spanWithin(expression.arguments[0], path);
  const [step, ...rest] = path;
  if (step === undefined) return expression.span;
  if (expression.type === 'object') {
    const entry = expression.entries.find(({ key }) => key.type === 'literal' && String(key.value) === String(step));
    return entry ? spanWithin(entry.value, rest) : expression.span;
  }
  if (expression.type === 'tuple' && typeof step === 'number') {
    const element = expression.elements[step];
    return element ? spanWithin(element, rest) : expression.span;
  }
  // A single text where a list may stand: its index means itself.
  return expression.span;
}

