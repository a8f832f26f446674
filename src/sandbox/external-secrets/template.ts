/**
 * The small part of Go templates that ExternalSecrets of this product use (engine version v2):
 * text, `{{ .key }}`, `{{ .key | toString }}` and the trim markers `{{-` and `-}}`. Everything else is refused, never guessed.
 */

/** `template: KEY:LINE:COLUMN: …` as Go words it, so that an event reads the same as the operator's. */
export class TemplateError extends Error {}

/**
 * Renders one template. A key that `values` lacks is an error, as with Go's `missingkey=error`.
 * @param name the key that the template stands at; part of the error's words
 */
export function renderTemplate(name: string, template: string, values: Readonly<Record<string, string>>): string {
  let rendered = '';
  let from = 0;
  let trimNext = false;
  const literal = (text: string, trimEnd: boolean): void => {
    const start = trimNext ? text.trimStart() : text;
    rendered += trimEnd ? start.trimEnd() : start;
  };
  for (const action of template.matchAll(/\{\{(-\s)?((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?)(\s-)?\}\}/gs)) {
    literal(template.slice(from, action.index), action[1] !== undefined);
    const inside = action.index + 2 + (action[1]?.length ?? 0);
    rendered += evaluate(name, template, action[2] ?? '', inside, values);
    from = action.index + action[0].length;
    trimNext = action[3] !== undefined;
  }
  const rest = template.slice(from);
  const open = rest.indexOf('{{');
  if (open !== -1) throw new TemplateError(`template: ${name}:${place(template, from + open).line}: unclosed action`);
  literal(rest, false);
  return rendered;
}

/** Functions that need no argument but the piped value; a value of the data map is a string already. */
const functions: Readonly<Record<string, ((value: string) => string) | undefined>> = { toString: (value: string) => value };

function evaluate(name: string, template: string, action: string, offset: number, values: Readonly<Record<string, string>>): string {
  const [head = '', ...pipes] = action.split('|').map((part) => part.trim());
  const field = /^\.([\p{L}_][\p{L}\p{N}_]*)$/u.exec(head)?.[1];
  const line = place(template, offset).line;
  if (field === undefined) {
    throw new TemplateError(`template: ${name}:${line}: the sandbox renders only {{ .key }} and {{ .key | toString }}, not {{ ${action.trim()} }}`);
  }
  for (const pipe of pipes) {
    if (Object.hasOwn(functions, pipe)) continue;
    throw /^\w+$/.test(pipe)
      ? new TemplateError(`template: ${name}:${line}: the sandbox does not have the function "${pipe}"`)
      : new TemplateError(`template: ${name}:${line}: the sandbox renders only {{ .key }} and {{ .key | toString }}, not {{ ${action.trim()} }}`);
  }
  const value = Object.hasOwn(values, field) ? values[field] : undefined;
  if (value === undefined) {
    const at = place(template, offset + action.indexOf(head));
    throw new TemplateError(`template: ${name}:${at.line}:${at.column}: executing "${name}" at <${head}>: map has no entry for key "${field}"`);
  }
  return pipes.reduce((piped, pipe) => functions[pipe]!(piped), value);
}

/** Go counts lines from 1 and columns from 0. */
function place(template: string, offset: number): { readonly line: number; readonly column: number } {
  const before = template.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Buffer.byteLength(before.slice(lineStart)) };
}
