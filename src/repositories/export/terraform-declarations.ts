/**
 * Names and tags of an access where the repository keeps such: in the argument itself, as the default of a `variable`, or
 * in `locals`. What the module declares already is used; what is missing is declared in the file that has the others.
 */
import { basename, join, resolve } from 'node:path';
import type { ReadHcl } from '../hcl/open.ts';
import { isMap, type Value, type ValueMap } from '../hcl/value.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { alignAssignments } from './hcl-align.ts';
import { attributeLines, hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import { lineEnding, splice } from './lines.ts';
import { majority, mostCommon } from './majority.ts';
import type { ExportStyle } from './style.ts';
import { appendBlock, notReadBack } from './terraform-edit.ts';
import { blockSources, comparable, isTerraformFile, readModule, refuseBroken, resourceAt, type ExportModule } from './terraform-module.ts';
import type { TerraformTarget } from './terraform-siblings.ts';
import { declarationsIn, nameSlots, placeSlots, referenceTo, regionSlot, seenIn, settingSlots, tagsDescription, tagsSeenIn, type Declaration, type Declared, type Kept, type Seen, type Slot } from './terraform-slots.ts';
import type { Workspace } from './workspace.ts';

interface Given {
  /** Blocks of the access: what they say already is no habit of others. */
  readonly blocks: readonly HclBlockText[];
  /** The access's name. */
  readonly name: string;
  readonly style: Pick<ExportStyle, 'variables' | 'comments' | 'tags' | 'iamFile'>;
  /** `--style variables=…` was given. */
  readonly forced: boolean;
}

/** A resource's way to have a value, and what it refers to there. */
interface Habit {
  readonly seen: Seen;
  readonly module: TerraformModule;
  /** The target's name, where it is another one. */
  readonly target?: string;
}

interface Pending {
  readonly value: HclExpression;
  readonly comparable: string;
  readonly type: HclExpression;
  readonly description: string;
}

export class Declarations {
  readonly #target: ExportModule;
  readonly #siblings: readonly TerraformTarget[];
  readonly #given: Given;
  readonly #own: ReadonlySet<TerraformResource>;
  /** What has to be declared, by `var.name` or `local.name`. */
  readonly #pending = new Map<string, Pending>();

  constructor(target: ExportModule, siblings: readonly TerraformTarget[], given: Given) {
    this.#target = target;
    this.#siblings = siblings;
    this.#given = given;
    this.#own = new Set(given.blocks.flatMap((block) => resourceAt(target.module, block) ?? []));
  }

  /** The block with references in place of what is kept elsewhere. */
  of(block: HclBlockText): HclBlockText {
    if (block.type !== 'resource' || (this.#given.forced && this.#given.style.variables === 'literals')) return block;
    const there = resourceAt(this.#target.module, block);
    return { ...block, attributes: block.attributes.map(([name, value]) => [name, this.#expression(block, name, value, there?.attribute(name))] as const) };
  }

  /** The region of a provider: by what the module declares for it, where it does. */
  region(region: string): HclExpression {
    const declared = this.#given.forced && this.#given.style.variables === 'literals' ? undefined : this.#fitting(region, regionSlot);
    return declared === undefined ? hclText(region) : reference(declared);
  }

  #expression(block: HclBlockText, attribute: string, wanted: HclExpression, there: Value | undefined): HclExpression {
    if (attribute === 'tags') return this.#tags(wanted, there);
    const slot = [...nameSlots, ...placeSlots, ...settingSlots].find(({ types, attribute: name }) => name === attribute && types.includes(block.labels[0] ?? ''));
    const text = slot === undefined ? undefined : literalText(wanted);
    // What says so already stays as it is written.
    if (slot === undefined || text === undefined || there === text) return wanted;
    const declared = this.#fitting(text, slot);
    if (declared !== undefined) return reference(declared);
    const habits = this.#habits(slot);
    const kept = this.#keptIn(slot, habits);
    if (kept === 'literals') return wanted;
    const shown = habits.filter(({ seen }) => seen.kept === kept);
    const pieces = shown.filter(({ seen }) => !seen.whole);
    if (!this.#given.forced && pieces.length * 2 > shown.length) return this.#composed(text, pieces) ?? wanted;
    const usual = mostCommon(shown.flatMap(({ seen, target }) => (seen.whole && target !== undefined ? seen.declared.map(({ name }) => this.#renamedLabel(name, target)) : [])));
    const description = slot.description[this.#given.style.comments === 'ja' ? 'ja' : 'en'];
    return this.#declare(kept, [...(usual === undefined ? [slot.variable] : [usual]), `${labelOf(block.labels[1] ?? '')}_${attribute}`], { value: wanted, comparable: comparable(text), type: traversal('string'), description });
  }

  #tags(wanted: HclExpression, there: Value | undefined): HclExpression {
    if (wanted.type !== 'object' || wanted.entries.length === 0) return wanted;
    const entries = new Map(wanted.entries.map(([key, value]) => [key, literalText(value)]));
    // Tags that are there are edited, one by one.
    if (there !== undefined) return wanted;
    const apart = (declared: HclTraversal, base: ValueMap | Readonly<Record<string, string>>): HclExpression => {
      const rest = wanted.entries.filter(([key]) => base[key] !== entries.get(key));
      return rest.length === 0 ? declared : { type: 'call', name: 'merge', arguments: [declared, { type: 'object', entries: rest }] };
    };
    const { style } = this.#given;
    const { tags } = style;
    const habits = this.#tagHabits();
    const own = habits.filter(({ target }) => target === undefined).flatMap(({ seen }) => seen.declared);
    const known = this.#maps().find(({ declared, value }) => own.some((used) => referenceTo(used) === referenceTo(declared)) || (/tags/.test(declared.name) && Object.keys(value).length > 0 && Object.entries(value).every(([key, tag]) => entries.get(key) === tag)));
    if (known !== undefined) return apart(reference(known.declared), known.value);
    const kept = this.#given.forced ? style.variables : (mostCommon(habits.map(({ seen }) => seen.kept)) ?? 'literals');
    if (kept === 'literals' || Object.keys(tags).length === 0 || Object.entries(tags).some(([key, tag]) => entries.get(key) !== tag)) return wanted;
    const usual = mostCommon(habits.flatMap(({ seen, target }) => (seen.kept === kept && target !== undefined ? seen.declared.map(({ name }) => this.#renamedLabel(name, target)) : [])));
    const value: HclExpression = { type: 'object', entries: Object.entries(tags).map(([key, tag]) => [key, hclText(tag)] as const) };
    const type: HclExpression = { type: 'call', name: 'map', arguments: [traversal('string')] };
    return apart(this.#declare(kept, [...(usual === undefined ? [] : [usual]), 'tags', 'bedrock_tags'], { value, comparable: comparable(tags), type, description: tagsDescription[style.comments === 'ja' ? 'ja' : 'en'] }), tags);
  }

  /** `"bedrock-${var.name}-user"`, where others have such; undefined where none of their pieces is in it. */
  #composed(text: string, habits: readonly Habit[]): HclExpression | undefined {
    for (const { seen, module, target } of habits) {
      let parts: readonly (string | HclTraversal)[] = [text];
      for (const declared of seen.declared) {
        const theirs = valueOf(module, declared);
        if (typeof theirs !== 'string' || theirs === '') continue;
        const value = target === undefined ? theirs : this.#renamedText(theirs, target);
        const place = wholeIn(value);
        if (!parts.some((part) => typeof part === 'string' && part.search(place) >= 0)) continue;
        const name = target === undefined ? declared.name : this.#renamedLabel(declared.name, target);
        const there = valueOf(this.#target.module, { ...declared, name });
        if (there !== undefined && there !== value) continue;
        const piece = there === undefined ? this.#declare(declared.root === 'var' ? 'variables' : 'locals', [name], { value: hclText(value), comparable: comparable(value), type: traversal('string'), description: descriptionIn(module, declared, target, (told) => this.#renamedText(told, target ?? '')) ?? name }) : traversal(declared.root, name);
        parts = parts.flatMap((part) => (typeof part === 'string' ? split(part, value, piece) : [part]));
      }
      if (parts.some((part) => typeof part !== 'string')) return parts.length === 1 && typeof parts[0] === 'object' ? parts[0] : hclText(...parts);
    }
    return undefined;
  }

  /** What the module itself declares with that value, if it is meant for that. */
  #fitting(text: string, slot: Slot): Declared | undefined {
    const distinct = nameSlots.includes(slot) && /[-_/]/.test(text);
    const same = declarationsIn(this.#target.module).map(({ declared }) => declared).filter((declared) => valueOf(this.#target.module, declared) === text);
    return same.find(({ name }) => slot.word.test(name)) ?? (distinct ? same[0] : undefined);
  }

  #maps(): readonly { readonly declared: Declared; readonly value: ValueMap }[] {
    return declarationsIn(this.#target.module).flatMap(({ declared }) => {
      const value = valueOf(this.#target.module, declared);
      return isMap(value) && Object.values(value).every((tag) => typeof tag === 'string') ? [{ declared, value }] : [];
    });
  }

  #keptIn(slot: Slot, habits: readonly Habit[]): Kept {
    const { forced, style } = this.#given;
    if (forced && !settingSlots.includes(slot)) return style.variables;
    return mostCommon(habits.map(({ seen }) => seen.kept)) ?? 'literals';
  }

  /** The module's own way before that of the targets beside it; of a name without its like, that of all names. */
  #habits(slot: Slot): readonly Habit[] {
    const near = this.#seen((resource) => (slot.types.includes(resource.type) ? seenIn(resource.block.body.attributes.get(slot.attribute)?.expression) : undefined));
    if (near.length > 0 || !nameSlots.includes(slot)) return near;
    const types = nameSlots.flatMap((named) => named.types);
    const all = this.#seen((resource) => (types.includes(resource.type) ? seenIn(resource.block.body.attributes.get('name')?.expression) : undefined));
    // How another kind of thing's variable is called says nothing here.
    return all.map(({ seen, ...habit }) => ({ ...habit, seen: seen.whole ? { ...seen, declared: [] } : seen }));
  }

  #tagHabits(): readonly Habit[] {
    return this.#seen((resource) => tagsSeenIn(resource.block.body.attributes.get('tags')?.expression));
  }

  #seen(of: (resource: TerraformResource) => Seen | undefined): readonly Habit[] {
    const seenOf = (module: TerraformModule, target?: string): readonly Habit[] =>
      module.resources.filter((resource) => resource.mode === 'managed' && !this.#own.has(resource)).flatMap((resource) => {
        const seen = of(resource);
        return seen === undefined ? [] : [{ seen, module, ...(target === undefined ? {} : { target }) }];
      });
    const here = seenOf(this.#target.module);
    return here.length > 0 ? here : this.#siblings.flatMap(({ module, name }) => seenOf(module, name));
  }

  #declare(kept: Exclude<Kept, 'literals'>, names: readonly string[], pending: Pending): HclTraversal {
    const root = kept === 'variables' ? 'var' : 'local';
    const [base = 'name'] = names.slice(-1);
    for (let count = 0; ; count += 1) {
      const name = names[count] ?? `${base}_${count - names.length + 2}`;
      const there = this.#pending.get(`${root}.${name}`);
      const free = there === undefined ? valueOf(this.#target.module, { root, name }) === undefined : there.comparable === pending.comparable;
      if (!free) continue;
      this.#pending.set(`${root}.${name}`, pending);
      return traversal(root, name);
    }
  }

  #renamedLabel(name: string, target: string): string {
    return name.replaceAll(wholeIn(labelOf(basename(target))), labelOf(this.#given.name));
  }

  #renamedText(text: string, target: string): string {
    return text.replaceAll(wholeIn(basename(target)), this.#given.name);
  }

  /** Declares what the blocks refer to and the module has not. @throws AccessError `export-not-read-back` */
  write(workspace: Workspace, readHcl: ReadHcl): void {
    if (this.#pending.size === 0) return;
    const { directory } = this.#target;
    const sources = blockSources(readModule(workspace, directory, readHcl));
    const form = this.#form();
    const locals: (readonly [string, HclExpression])[] = [];
    for (const [address, { value, type, description }] of this.#pending) {
      const name = address.slice(address.indexOf('.') + 1);
      if (address.startsWith('local.')) locals.push([name, value]);
      else {
        const parts: Readonly<Record<string, HclExpression>> = { description: hclText(description), type, default: value };
        appendBlock(workspace, join(directory, this.#file('var', 'variables.tf')), { type: 'variable', labels: [name], attributes: form.flatMap((part) => (parts[part] === undefined ? [] : [[part, parts[part]] as const])) });
      }
    }
    if (locals.length > 0) this.#writeLocals(workspace, locals);
    const after = readModule(workspace, directory, readHcl);
    refuseBroken(after);
    for (const [address, { comparable: meant }] of this.#pending) {
      const [root, name = ''] = address.split('.');
      if (comparable(valueOf(after.module, { root: root === 'var' ? 'var' : 'local', name })) !== meant) throw notReadBack(`${address} came out as something else`);
    }
    const left = blockSources(after);
    for (const [key, source] of sources) if (!/ locals\d*$/.test(key) && left.get(key) !== source) throw notReadBack(`${key} would have changed too`);
  }

  #writeLocals(workspace: Workspace, locals: readonly (readonly [string, HclExpression])[]): void {
    const { directory } = this.#target;
    const path = join(directory, this.#file('local', 'locals.tf'));
    const there = declarationsIn(this.#target.module).findLast(({ declared, file }) => declared.root === 'local' && resolve(file) === resolve(path));
    const text = workspace.read(path);
    if (there === undefined || text === undefined) {
      appendBlock(workspace, path, { type: 'locals', labels: [], attributes: locals });
      return;
    }
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
    const { start, end } = there.block.span;
    const source = there.text.slice(start, end).replaceAll('\r\n', '\n');
    const body = source.slice(0, source.lastIndexOf('}')).trimEnd();
    const written = alignAssignments(`${body}\n${attributeLines(locals, 1).join('\n')}\n}`).replaceAll('\n', lineEnding(text));
    workspace.write(path, mark + splice(there.text, start, end, written), `add ${locals.map(([name]) => `local.${name}`).join(', ')}`);
  }

  /** Where most declarations stand; beside resources, where they stand beside resources. */
  #file(root: Declared['root'], usual: string): string {
    const own = this.#declared(root, [this.#target.module]).filter(({ file }) => isTerraformFile(file));
    const here = own.map(({ file }) => basename(file));
    const most = majority(here);
    if (most !== undefined) return most;
    const others = this.#declared(root, this.#siblings.map(({ module }) => module));
    const file = mostCommon(others.map((declaration) => basename(declaration.file)));
    if (file === undefined) return mostCommon(here) ?? usual;
    const beside = this.#siblings.some(({ module }) => module.files.some((read) => basename(read.file) === file && read.body.blocks.some(({ type }) => type === 'resource')));
    return beside ? this.#given.style.iamFile : file;
  }

  /** The arguments of a `variable`, in their order: `description` only where others have it. */
  #form(): readonly string[] {
    const own = this.#declared('var', [this.#target.module]);
    const shown = own.length > 0 ? own : this.#declared('var', this.#siblings.map(({ module }) => module));
    const forms = shown.map(({ block }) => [...block.body.attributes.keys()].filter((name) => ['description', 'type', 'default'].includes(name)));
    const with_ = (name: string): boolean => forms.filter((form) => form.includes(name)).length * 2 > forms.length;
    const order = mostCommon(forms.filter((form) => form.length > 1).map((form) => form.join(' ')))?.split(' ') ?? ['description', 'type', 'default'];
    const parts = forms.length === 0 ? ['description', 'type', 'default'] : ['type', 'default', ...(with_('description') ? ['description'] : [])];
    const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : name === 'default' ? 9 : -1);
    return parts.toSorted((a, b) => place(a) - place(b));
  }

  #declared(root: Declared['root'], modules: readonly TerraformModule[]): readonly Declaration[] {
    return modules.flatMap(declarationsIn).filter(({ declared }) => declared.root === root);
  }
}

function reference({ root, name }: Declared): HclTraversal {
  return traversal(root, name);
}

function valueOf(module: TerraformModule, { root, name }: Declared): Value | undefined {
  return root === 'var' ? module.variables.get(name)?.value : module.locals.get(name);
}

function literalText(expression: HclExpression): string | undefined {
  if (expression.type !== 'text') return undefined;
  const texts = expression.parts.filter((part) => typeof part === 'string');
  return texts.length === expression.parts.length ? texts.join('') : undefined;
}

function descriptionIn(module: TerraformModule, { root, name }: Declared, target: string | undefined, renamed: (text: string) => string): string | undefined {
  const written = root === 'var' ? module.variables.get(name)?.block.body.attributes.get('description')?.expression : undefined;
  const text = written?.type === 'literal' ? written.value : written?.type === 'template' && written.parts.length === 1 ? written.parts[0] : undefined;
  return typeof text !== 'string' ? undefined : target === undefined ? text : renamed(text);
}

/** As a whole word: `app` in `bedrock-app-user`, not in `bedrock-apple-user`. */
function wholeIn(word: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${word.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}(?![A-Za-z0-9])`, 'g');
}

/** The first place only: a second one may be there by chance. */
function split(text: string, value: string, piece: HclTraversal): readonly (string | HclTraversal)[] {
  const at = text.search(wholeIn(value));
  return at < 0 ? [text] : [text.slice(0, at), piece, text.slice(at + value.length)].filter((part) => part !== '');
}
