/** Variables and locals that nothing refers to any more, once the blocks of an access are gone. */
import type { ReadHcl } from '../hcl/open.ts';
import type { Span } from '../hcl/syntax.ts';
import type { TerraformModule } from '../terraform/types.ts';
import { alignAssignments } from './hcl-align.ts';
import { lineEnding, lineStart, nextLine, removeLines, splice } from './lines.ts';
import { notReadBack } from './terraform-edit.ts';
import { isTerraformFile, readModule, refuseBroken } from './terraform-module.ts';
import { withoutBlocks } from './without-blocks.ts';
import { declarationsIn, referenceTo, type Declaration } from './terraform-slots.ts';
import type { Workspace } from './workspace.ts';

/** `var.name` and `local.name`, as they stand in these places. */
export function referencesIn({ references }: TerraformModule, spans: readonly Span[]): ReadonlySet<string> {
  const within = (place: Span): boolean => spans.some(({ file, start, end }) => file === place.file && start <= place.start && place.end <= end);
  return new Set([...references].filter(([name, places]) => /^(var|local)\./.test(name) && places.some(within)).map(([name]) => name));
}

/**
 * A variable without a default stays: whoever calls the module gives it.
 *
 * @param names what had been referred to
 * @param given variables that a call of the module gives: an argument of one that is not there would be refused
 */
export function removeDeclarations(workspace: Workspace, directory: string, names: ReadonlySet<string>, given: ReadonlySet<string>, readHcl: ReadHcl): void {
  const candidates = new Set(names);
  for (;;) {
    const { module } = readModule(workspace, directory, readHcl);
    const unused = declarationsIn(module).find((declaration) => candidates.has(referenceTo(declaration.declared)) && !given.has(referenceTo(declaration.declared)) && !module.references.has(referenceTo(declaration.declared)) && isRemovable(declaration));
    if (unused === undefined) return;
    // A local that goes may have been the last to refer to another.
    for (const name of referencesIn(module, [unused.expression?.span ?? unused.block.span])) candidates.add(name);
    removeOne(workspace, module, unused);
    const after = readModule(workspace, directory, readHcl);
    refuseBroken(after);
    const left = declarationsIn(after.module).map(({ declared }) => referenceTo(declared));
    const expected = declarationsIn(module).map(({ declared }) => referenceTo(declared)).filter((name) => name !== referenceTo(unused.declared));
    if (left.toSorted().join(' ') !== expected.toSorted().join(' ') || after.module.resources.length !== module.resources.length) throw notReadBack(`the removal of ${referenceTo(unused.declared)} would touch others`);
  }
}

function isRemovable({ file, block, declared }: Declaration): boolean {
  return isTerraformFile(file) && (declared.root === 'local' || block.body.attributes.has('default'));
}

function removeOne(workspace: Workspace, module: TerraformModule, { declared, file, block, expression }: Declaration): void {
  const read = module.files.find((candidate) => candidate.file === file);
  if (read === undefined) return;
  const mark = workspace.read(file)?.startsWith('\uFEFF') === true ? '\uFEFF' : '';
  const whole = expression === undefined || block.body.attributes.size === 1;
  const text = whole ? withoutBlocks(read, [block.span]) : withoutLocal(read.text, block.span, block.body.attributes.get(declared.name)?.span ?? expression.span);
  if (text.trim() === '') workspace.remove(file, 'nothing is left in it');
  else workspace.write(file, mark + text, `remove ${referenceTo(declared)}`);
}

function withoutLocal(text: string, block: Span, attribute: Span): string {
  const shorter = removeLines(text, lineStart(text, attribute.start), nextLine(text, attribute.end));
  const end = block.end - (text.length - shorter.length);
  const ending = lineEnding(text);
  return splice(shorter, block.start, end, alignAssignments(shorter.slice(block.start, end).replaceAll('\r\n', '\n')).replaceAll('\n', ending));
}
