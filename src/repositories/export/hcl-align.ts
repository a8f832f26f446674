/** Lines up the `=` of assignments that follow each other, as `terraform fmt` does (hclwrite, `formatCells`). */
export function alignAssignments(text: string): string {
  // Lines of a heredoc are no code: what stands in one is left alone.
  if (/<<-?[A-Za-z_]/.test(text)) return text;
  const lines = text.split('\n');
  const assignments = lines.map(assignmentIn);
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (to < lines.length && assignments[to] !== undefined) to += 1;
    const group = assignments.slice(from, to).filter((assignment) => assignment !== undefined);
    const width = Math.max(0, ...group.map(({ name }) => name.length));
    for (const [index, { indent, name, value }] of group.entries()) lines[from + index] = `${indent}${name.padEnd(width)} = ${value}`;
    from = Math.max(to, from + 1);
  }
  return lines.join('\n');
}

/** A line that is one whole assignment: what opens a bracket and does not close it belongs to no group. */
function assignmentIn(line: string): { readonly indent: string; readonly name: string; readonly value: string } | undefined {
  const match = /^(\s*)("(?:[^"\\]|\\.)*"|[\w.-]+)\s*=\s*(?![=>~])(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, indent = '', name = '', value = ''] = match;
  const code = value.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replace(/(#|\/\/).*$/, '');
  const opened = [...code.matchAll(/[([{]/g)].length - [...code.matchAll(/[)\]}]/g)].length;
  return opened === 0 && value.trim() !== '' ? { indent, name, value } : undefined;
}
