import { type JsonObject, isObject } from '../object.ts';

/**
 * A set of field paths, as `FieldsV1` writes it: a path's elements are `f:<field>`, `k:{"name":"x"}` (an item of a map list by its keys)
 * and `v:"x"` (an item of a set). After structured-merge-diff: fieldpath.Set.
 */
export class FieldSet {
  readonly #members = new Set<string>();
  readonly #children = new Map<string, FieldSet>();

  static of(...paths: readonly (readonly string[])[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  static fromFieldsV1(fields: JsonObject): FieldSet {
    const set = new FieldSet();
    for (const [element, below] of Object.entries(fields)) {
      if (element === '.' || !isObject(below)) continue;
      const inner = FieldSet.fromFieldsV1(below);
      if (Object.keys(below).length === 0 || '.' in below) set.#members.add(element);
      if (!inner.isEmpty()) set.#children.set(element, inner);
    }
    return set;
  }

  toFieldsV1(): JsonObject {
    const elements = [...new Set([...this.#members, ...this.#children.keys()])].sort();
    return Object.fromEntries(
      elements.map((element) => {
        const below = this.#children.get(element);
        if (below === undefined) return [element, {}];
        return [element, { ...(this.#members.has(element) ? { '.': {} } : {}), ...below.toFieldsV1() }];
      }),
    );
  }

  isEmpty(): boolean {
    return this.#members.size === 0 && [...this.#children.values()].every((child) => child.isEmpty());
  }

  insert(path: readonly string[]): void {
    const [element, ...rest] = path;
    if (element === undefined) return;
    if (rest.length === 0) {
      this.#members.add(element);
      return;
    }
    const child = this.#children.get(element) ?? new FieldSet();
    this.#children.set(element, child);
    child.insert(rest);
  }

  /** Is this very element (not what lies beneath) in the set? */
  hasMember(element: string): boolean {
    return this.#members.has(element);
  }

  /** What lies beneath the element. */
  below(element: string): FieldSet {
    return this.#children.get(element) ?? new FieldSet();
  }

  /** Elements that have something beneath. */
  parents(): readonly string[] {
    return [...this.#children.keys()];
  }

  has(path: readonly string[]): boolean {
    const [element, ...rest] = path;
    if (element === undefined) return false;
    return rest.length === 0 ? this.#members.has(element) : this.below(element).has(rest);
  }

  union(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, its) => mine || its);
  }

  intersection(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, its) => mine && its);
  }

  difference(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, its) => mine && !its);
  }

  /** Takes away the other's members with all that lies beneath them. */
  recursiveDifference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.#members) if (!other.#members.has(element)) result.#members.add(element);
    for (const [element, child] of this.#children) {
      if (other.#members.has(element)) continue;
      const rest = child.recursiveDifference(other.below(element));
      if (!rest.isEmpty()) result.#children.set(element, rest);
    }
    return result;
  }

  /** The same set with these elements made members wherever something lies beneath them. */
  withParents(isMember: (element: string) => boolean, childOf: (element: string, child: FieldSet) => FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.#members) result.#members.add(element);
    for (const [element, child] of this.#children) {
      if (isMember(element)) result.#members.add(element);
      result.#children.set(element, childOf(element, child));
    }
    return result;
  }

  /** A level's own members first, then what lies beneath them, as the real server lists conflicts. */
  paths(prefix: readonly string[] = []): readonly (readonly string[])[] {
    return [
      ...[...this.#members].sort().map((element) => [...prefix, element]),
      ...[...this.#children.keys()].sort().flatMap((element) => this.below(element).paths([...prefix, element])),
    ];
  }

  #combine(other: FieldSet, keep: (mine: boolean, its: boolean) => boolean): FieldSet {
    const result = new FieldSet();
    for (const element of new Set([...this.#members, ...other.#members])) {
      if (keep(this.#members.has(element), other.#members.has(element))) result.#members.add(element);
    }
    for (const element of new Set([...this.#children.keys(), ...other.#children.keys()])) {
      const child = this.below(element).#combine(other.below(element), keep);
      if (!child.isEmpty()) result.#children.set(element, child);
    }
    return result;
  }
}

export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** Keys in alphabetical order, as the real server writes them. */
export function keyElement(keys: JsonObject): string {
  return `k:${JSON.stringify(Object.fromEntries(Object.entries(keys).sort(([left], [right]) => (left < right ? -1 : 1))))}`;
}

export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}

/** `.spec.template.spec.containers[name="app"].env[name="X"].value`, as conflicts name a field. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

function elementText(element: string): string {
  const content = element.slice(2);
  if (element.startsWith('f:')) return `.${content}`;
  if (element.startsWith('v:')) return `[=${content}]`;
  const keys: unknown = JSON.parse(content);
  return `[${Object.entries(isObject(keys) ? keys : {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
