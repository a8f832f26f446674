import type { ResourceType } from './resource-type.ts';

/** The kinds that the server knows now: built-in ones, and those of CustomResourceDefinitions that come and go. */
export class ResourceTypes {
  readonly #types = new Map<string, ResourceType>();

  constructor(builtIn: readonly ResourceType[]) {
    for (const type of builtIn) this.add(type);
  }

  add(type: ResourceType): void {
    this.#types.set(`${type.group}/${type.resource}`, type);
  }

  remove(group: string, resource: string): void {
    this.#types.delete(`${group}/${resource}`);
  }

  all(): readonly ResourceType[] {
    return [...this.#types.values()];
  }

  /** By plural name and served version. */
  served(group: string, version: string, resource: string): ResourceType | undefined {
    const type = this.#types.get(`${group}/${resource}`);
    return type?.versions.includes(version) === true ? type : undefined;
  }

  ofResource(group: string, resource: string): ResourceType | undefined {
    return this.#types.get(`${group}/${resource}`);
  }

  ofKind(group: string, kind: string): ResourceType | undefined {
    return this.all().find((type) => type.group === group && type.kind === kind);
  }
}
