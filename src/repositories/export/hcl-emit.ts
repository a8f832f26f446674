/**
 * Writes HCL as `terraform fmt` would leave it. Every text from outside is escaped: nothing in it can become a template
 * (HCL native syntax specification, "Template Expressions" and "Quoted templates").
 */

export type HclExpression =
  | { readonly type: 'text'; readonly parts: readonly (string | HclTraversal)[] }
  | HclTraversal
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'list'; readonly items: readonly HclExpression[] }
  | { readonly type: 'object'; readonly entries: readonly (readonly [string, HclExpression])[] }
  | { readonly type: 'call'; readonly name: string; readonly arguments: readonly HclExpression[] };

/** `aws_iam_user.bedrock.name`, `tags["bedrock-access/keys"]`. */
export interface HclTraversal {
  readonly type: 'traversal';
  readonly steps: readonly string[];
  /** A last step in brackets. */
  readonly key?: string;
}

export interface HclBlockText {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: readonly (readonly [string, HclExpression])[];
  readonly blocks?: readonly HclBlockText[];
  /** Lines above it, without the `#`. */
  readonly comment?: readonly string[];
}

export function hclText(...parts: readonly (string | HclTraversal)[]): HclExpression {
  return { type: 'text', parts };
}

export function traversal(...steps: readonly string[]): HclTraversal {
  return { type: 'traversal', steps };
}

export function hclList(items: readonly HclExpression[]): HclExpression {
  return { type: 'list', items };
}

/** The lines of one block, without a final newline. */
export function blockText(block: HclBlockText, depth = 0): string {
  const indent = '  '.repeat(depth);
  const labels = block.labels.map((label) => ` ${quoted([label])}`).join('');
  const comment = (block.comment ?? []).map((line) => `${indent}${`# ${line}`.trimEnd()}\n`).join('');
  const attributes = attributeLines(block.attributes, depth + 1, true);
  const blocks = (block.blocks ?? []).map((inner) => blockText(inner, depth + 1));
  const body = [...(attributes.length === 0 ? [] : [attributes.join('\n')]), ...blocks].join('\n\n');
  return body === '' ? `${comment}${indent}${block.type}${labels} {}` : `${comment}${indent}${block.type}${labels} {\n${body}\n${indent}}`;
}

/**
 * One line or more for each assignment. `terraform fmt` lines up the `=` of assignments that follow each other and stand
 * on one line each; one that opens a bracket over several lines ends such a group (hclwrite, `formatCells`).
 *
 * @param apart a blank line around assignments of several lines, as people write the arguments of a resource
 */
export function attributeLines(entries: readonly (readonly [string, HclExpression])[], depth: number, apart = false): readonly string[] {
  const indent = '  '.repeat(depth);
  const rendered = entries.map(([name, value]) => ({ name, text: expressionText(value, depth) }));
  const lines: string[] = [];
  let group: { name: string; text: string }[] = [];
  const close = (): void => {
    const width = Math.max(0, ...group.map(({ name }) => columns(name)));
    for (const { name, text } of group) lines.push(`${indent}${name}${' '.repeat(width - columns(name))} = ${text}`);
    group = [];
  };
  for (const entry of rendered) {
    if (!entry.text.includes('\n')) {
      group.push(entry);
      continue;
    }
    close();
    if (apart && lines.length > 0) lines.push('');
    lines.push(`${indent}${entry.name} = ${entry.text}`);
  }
  if (apart && group.length > 0 && lines.length > 0) lines.push('');
  close();
  return lines;
}

export function expressionText(expression: HclExpression, depth: number): string {
  const indent = '  '.repeat(depth);
  switch (expression.type) {
    case 'text':
      return quoted(expression.parts);
    case 'traversal':
      return traversalText(expression);
    case 'boolean':
    case 'number':
      return String(expression.value);
    case 'list': {
      if (expression.items.length === 0) return '[]';
      const [only] = expression.items;
      if (expression.items.length === 1 && only !== undefined && only.type !== 'object') return `[${expressionText(only, depth)}]`;
      return `[\n${expression.items.map((item) => `${indent}  ${expressionText(item, depth + 1)},\n`).join('')}${indent}]`;
    }
    case 'object': {
      if (expression.entries.length === 0) return '{}';
      const entries = expression.entries.map(([key, value]) => [objectKey(key), value] as const);
      return `{\n${attributeLines(entries, depth + 1).join('\n')}\n${indent}}`;
    }
    case 'call': {
      return `${expression.name}(${expression.arguments.map((argument) => expressionText(argument, depth)).join(', ')})`;
    }
  }
}

/** A quoted template of literal pieces and traversals. */
function quoted(parts: readonly (string | HclTraversal)[]): string {
  const pieces: string[] = [];
  for (const part of parts) pieces.push(typeof part === 'string' ? escaped(part) : `\${${traversalText(part)}}`);
  return `"${pieces.join('')}"`;
}

/** `${` and `%{` open a template and are escaped by doubling; a control character becomes its code. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[\\"]/g, (character) => `\\${character}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    // Behind another such sign readers differ in which of them belongs to the escape; a code leaves no doubt.
    .replaceAll(/(?<=[$%])[$%](?=\{)/g, (sign) => (sign === '$' ? '\\u0024' : '\\u0025'))
    .replaceAll(/(?<![$%])[$%](?=\{)/g, (sign) => sign + sign);
}

function traversalText({ steps, key }: HclTraversal): string {
  for (const step of steps) if (!/^[A-Za-z_][\w-]*$/.test(step)) throw new TypeError(`${JSON.stringify(step)} is no identifier of HCL`);
  return steps.join('.') + (key === undefined ? '' : `[${quoted([key])}]`);
}

function objectKey(key: string): string {
  return /^[A-Za-z_][\w]*$/.test(key) && !['for', 'null', 'true', 'false', 'if', 'in'].includes(key) ? key : quoted([key]);
}

/** Names are ASCII, or texts whose wide characters take part in no group of their own. */
function columns(name: string): number {
  return [...name].length;
}

/** A label out of any name: letters, digits and underscores, not beginning with a digit. */
export function labelOf(name: string): string {
  const label = name.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return /^[a-z_]/.test(label) ? label : `_${label}`;
}
