import type { Node } from 'web-tree-sitter';
import { spanOf } from './parse.ts';
import type { Expression, ObjectEntry, TemplatePart, TraversalStep } from './syntax.ts';

/** Reads an `expression` node, or any node that stands where an expression may. */
export function readExpression(file: string, node: Node): Expression {
  const span = spanOf(file, node);
  if (node.hasError) return { type: 'unreadable', span };
  switch (node.type) {
    case 'expression':
      return readSteps(file, node);
    case 'literal_value':
    case 'template_expr':
    case 'collection_value':
    case 'for_expr':
    case 'operation':
      return node.namedChildren.length === 1 ? readExpression(file, node.namedChildren[0]!) : { type: 'unreadable', span };
    case 'numeric_lit':
      return { type: 'literal', value: Number(node.text), span };
    case 'bool_lit':
      return { type: 'literal', value: node.text === 'true', span };
    case 'null_lit':
      return { type: 'literal', value: null, span };
    case 'string_lit':
    case 'quoted_template':
    case 'heredoc_template':
      return readTemplate(file, node);
    case 'tuple':
      return { type: 'tuple', elements: node.namedChildren.filter((child) => child.type === 'expression').map((child) => readExpression(file, child)), span };
    case 'object':
      return { type: 'object', entries: node.namedChildren.filter((child) => child.type === 'object_elem').map((child) => readEntry(file, child)), span };
    case 'variable_expr':
      return { type: 'reference', root: node.text, steps: [], span };
    case 'function_call': {
      const [name, argumentsNode] = node.namedChildren;
      const given = argumentsNode?.type === 'function_arguments' ? argumentsNode : undefined;
      return {
        type: 'call',
        name: name?.text ?? '',
        arguments: given ? given.namedChildren.filter((child) => child.type === 'expression').map((child) => readExpression(file, child)) : [],
        expandLast: given?.namedChildren.some((child) => child.type === 'ellipsis') ?? false,
        span,
      };
    }
    case 'conditional': {
      const [condition, whenTrue, whenFalse] = node.namedChildren.map((child) => readExpression(file, child));
      return condition && whenTrue && whenFalse ? { type: 'conditional', condition, whenTrue, whenFalse, span } : { type: 'unreadable', span };
    }
    case 'unary_operation': {
      const operand = readSteps(file, node, 1);
      return { type: 'unary', operator: node.children[0]?.text ?? '', operand, span };
    }
    case 'binary_operation':
      return readBinary(file, node);
    case 'for_tuple_expr':
    case 'for_object_expr':
      return readFor(file, node);
    case 'parenthesized_expression': {
      const inner = node.namedChildren[0];
      return inner ? readExpression(file, inner) : { type: 'unreadable', span };
    }
    default:
      return { type: 'unreadable', span };
  }
}

const stepTypes = new Set(['get_attr', 'index', 'splat']);

/** A primary followed by `.name`, `[index]`, `[*]`: children of one node, from child `from` on. */
function readSteps(file: string, node: Node, from = 0): Expression {
  const children = node.children.slice(from).filter((child) => child.isNamed || !['(', ')'].includes(child.type));
  return foldSteps(file, children, spanOf(file, node));
}

function foldSteps(file: string, children: readonly Node[], span: Expression['span']): Expression {
  const [primary, ...rest] = children;
  if (!primary) return { type: 'unreadable', span };
  const of = readExpression(file, primary);
  const steps = rest.filter((child) => stepTypes.has(child.type)).flatMap((child) => readStep(file, child));
  if (steps.length === 0) return of;
  return of.type === 'reference' ? { ...of, steps: [...of.steps, ...steps], span } : { type: 'traversal', of, steps, span };
}

function readStep(file: string, node: Node): TraversalStep[] {
  if (node.type === 'get_attr') return [{ type: 'attribute', name: node.namedChildren[0]?.text ?? '' }];
  if (node.type === 'index') {
    const index = node.namedChildren[0];
    const inner = index?.namedChildren[0];
    if (index?.type === 'legacy_index') return [{ type: 'index', index: { type: 'literal', value: Number(index.text.slice(1)), span: spanOf(file, node) } }];
    return [{ type: 'index', index: inner ? readExpression(file, inner) : { type: 'unreadable', span: spanOf(file, node) } }];
  }
  return [{ type: 'splat' }, ...(node.namedChildren[0]?.namedChildren ?? []).filter((child) => stepTypes.has(child.type)).flatMap((child) => readStep(file, child))];
}

/** Operands are split at the operator; each may be a primary with steps. */
function readBinary(file: string, node: Node): Expression {
  const at = node.children.findIndex((child) => !child.isNamed && /^(==|!=|<=?|>=?|[-+*/%]|&&|\|\|)$/.test(child.type));
  const operator = node.children[at];
  if (!operator) return { type: 'unreadable', span: spanOf(file, node) };
  const left = foldSteps(file, node.children.slice(0, at), spanOf(file, node));
  const right = foldSteps(file, node.children.slice(at + 1), spanOf(file, node));
  return { type: 'binary', operator: operator.type, left, right, span: spanOf(file, node) };
}

function readEntry(file: string, node: Node): ObjectEntry {
  const [keyNode, valueNode] = node.namedChildren;
  const span = spanOf(file, node);
  const key: Expression = keyNode ? readExpression(file, keyNode) : { type: 'unreadable', span };
  const bare = key.type === 'reference' && key.steps.length === 0 ? ({ type: 'literal', value: key.root, span: key.span } as const) : key;
  return { key: bare, value: valueNode ? readExpression(file, valueNode) : { type: 'unreadable', span } };
}

function readFor(file: string, node: Node): Expression {
  const span = spanOf(file, node);
  const intro = node.namedChildren.find((child) => child.type === 'for_intro');
  const names = intro?.namedChildren.filter((child) => child.type === 'identifier').map((child) => child.text) ?? [];
  const collection = intro?.namedChildren.find((child) => child.type === 'expression');
  const results = node.namedChildren.filter((child) => child.type === 'expression');
  const condition = node.namedChildren.find((child) => child.type === 'for_cond')?.namedChildren[0];
  const [first, second] = results;
  const value = names.at(-1);
  if (!collection || !first || value === undefined) return { type: 'unreadable', span };
  const object = node.type === 'for_object_expr';
  if (object && !second) return { type: 'unreadable', span };
  return {
    type: 'for',
    ...(names.length > 1 ? { key: names[0]! } : {}),
    value,
    collection: readExpression(file, collection),
    ...(object ? { resultKey: readExpression(file, first) } : {}),
    result: readExpression(file, object ? second! : first),
    ...(condition ? { condition: readExpression(file, condition) } : {}),
    grouping: node.namedChildren.some((child) => child.type === 'ellipsis'),
    span,
  };
}

/** Literal text is taken from the source between the parts, since the grammar drops white space at their edges. */
function readTemplate(file: string, node: Node): Expression {
  const span = spanOf(file, node);
  const heredoc = node.type === 'heredoc_template';
  const inner = heredoc ? heredocRange(node) : { start: node.startIndex + 1, end: node.endIndex - 1 };
  const parts: TemplatePart[] = [];
  const text = (start: number, end: number): string => node.text.slice(start - node.startIndex, end - node.startIndex);
  let at = inner.start;
  for (const child of node.namedChildren) {
    if (child.type !== 'template_interpolation' && child.type !== 'template_directive') continue;
    if (child.startIndex > at) parts.push(text(at, child.startIndex));
    const expression = child.namedChildren.find((part) => part.type === 'expression');
    parts.push(child.type === 'template_interpolation' && expression ? readExpression(file, expression) : { type: 'unreadable', span: spanOf(file, child) });
    at = child.endIndex;
  }
  if (inner.end > at) parts.push(text(at, inner.end));
  // Templates before characters: a `$` that is written as its code opens no template.
  const untemplated = (heredoc ? dedent(node, parts) : parts).map((part) => (typeof part === 'string' ? part.replaceAll('$${', '${').replaceAll('%%{', '%{') : part));
  const literal = heredoc ? untemplated : untemplated.map((part) => (typeof part === 'string' ? unescape(part) : part));
  if (literal.every((part) => typeof part === 'string')) return { type: 'literal', value: literal.join(''), span };
  return { type: 'template', parts: literal, span };
}

function heredocRange(node: Node): { start: number; end: number } {
  const text = node.text;
  const firstLine = text.indexOf('\n') + 1;
  const identifiers = node.namedChildren.filter((child) => child.type === 'heredoc_identifier');
  const closing = identifiers.at(-1);
  const end = closing ? text.lastIndexOf('\n', closing.startIndex - node.startIndex) + 1 : text.length;
  return { start: node.startIndex + firstLine, end: node.startIndex + Math.max(end, firstLine) };
}

/** `<<-` takes off the indentation that all lines share. */
function dedent(node: Node, parts: readonly TemplatePart[]): TemplatePart[] {
  if (!node.text.startsWith('<<-')) return [...parts];
  const lines = parts.map((part) => (typeof part === 'string' ? part : '\u0000')).join('').split('\n').filter((line) => line.trim() !== '');
  const width = Math.min(...lines.map((line) => line.length - line.trimStart().length), 1_000);
  const cut = new RegExp(`^[ \\t]{0,${width}}`, 'gm');
  return parts.map((part, index) => {
    if (typeof part !== 'string') return part;
    if (index === 0) return part.replace(cut, '');
    const [head, ...rest] = part.split('\n');
    return [head!, ...rest.map((line) => line.replace(new RegExp(`^[ \\t]{0,${width}}`), ''))].join('\n');
  });
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs, (whole, short: string | undefined, long: string | undefined, simple: string | undefined) => {
    if (short !== undefined) return String.fromCharCode(Number.parseInt(short, 16));
    if (long !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(long, 16), 0x10ffff));
    return escapes[simple ?? ''] ?? whole;
  });
}
