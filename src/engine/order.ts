import { address, referencesIn, type Resource } from '../resources/kind.ts';

/** Resources so that each comes after all that it refers to; otherwise as they were. */
export function inOrder(resources: readonly Resource[]): readonly Resource[] {
  const byAddress = new Map(resources.map((resource) => [address(resource), resource]));
  const placed = new Set<string>();
  const ordered: Resource[] = [];
  function place(resource: Resource, path: readonly string[]): void {
    const own = address(resource);
    if (placed.has(own)) return;
    if (path.includes(own)) throw new TypeError(`resources refer to each other in a circle: ${[...path, own].join(' -> ')}`);
    for (const target of targetsOf(resource)) {
      const referred = byAddress.get(target);
      if (referred !== undefined) place(referred, [...path, own]);
    }
    placed.add(own);
    ordered.push(resource);
  }
  for (const resource of resources) place(resource, []);
  return ordered;
}

/** Addresses of the resources that one refers to. */
export function targetsOf(resource: Resource): readonly string[] {
  return [...new Set(referencesIn(resource.desired).map(address))];
}
