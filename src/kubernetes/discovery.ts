import { KubernetesCallError } from './call-error.ts';
import { fieldsOf, listOf, textOf } from './json.ts';
import { apiRoot } from './resource-paths.ts';
import type { ServedKind } from './resource-paths.ts';

export interface Discovery {
  servedKind(apiVersion: string, kind: string): Promise<ServedKind>;
  /** Newest first; empty when the kind is not served. */
  servedVersions(group: string, kind: string): Promise<readonly string[]>;
}

/** Asks the API server what it serves, each question once. `read` answers undefined for 404. */
export function discovery(read: (path: string) => Promise<unknown>): Discovery {
  const asked = new Map<string, Promise<unknown>>();
  const ask = (path: string): Promise<unknown> => {
    const known = asked.get(path);
    if (known !== undefined) return known;
    const answer = read(path);
    asked.set(path, answer);
    // What is not served now may be installed in a moment, and a failure is no answer: neither is kept.
    void answer.then(
      (found) => found === undefined && asked.delete(path),
      () => asked.delete(path),
    );
    return answer;
  };

  async function kindsOf(apiVersion: string): Promise<readonly { readonly kind: string; readonly served: ServedKind }[]> {
    const resources = listOf(fieldsOf(await ask(apiRoot(apiVersion)))['resources']).map(fieldsOf);
    return resources.flatMap((resource) => {
      const [name, kind] = [textOf(resource['name']), textOf(resource['kind'])];
      // `deployments/scale` is a subresource with a kind of its own.
      return name === undefined || kind === undefined || name.includes('/') ? [] : [{ kind, served: { plural: name, namespaced: resource['namespaced'] === true } }];
    });
  }

  return {
    async servedKind(apiVersion, kind) {
      const found = (await kindsOf(apiVersion)).find((entry) => entry.kind === kind);
      if (found !== undefined) return found.served;
      throw new KubernetesCallError(`the cluster does not serve ${kind} in ${apiVersion}`, {
        kind: 'kind-not-served',
        status: 404,
        reason: 'NotFound',
        verb: 'get',
        target: `${kind} ${apiVersion}`,
        uncertain: false,
      });
    },
    async servedVersions(group, kind) {
      const versions = group === '' ? ['v1'] : listOf(fieldsOf(await ask(`/apis/${group}`))['versions']).map((entry) => textOf(fieldsOf(entry)['version']) ?? '');
      const served = await Promise.all(
        versions.filter((version) => version !== '').map(async (version) => ({ version, kinds: await kindsOf(group === '' ? version : `${group}/${version}`) })),
      );
      return served
        .filter(({ kinds }) => kinds.some((entry) => entry.kind === kind))
        .map(({ version }) => version)
        .sort(newestFirst);
    },
  };
}

/** Version priority: GA before beta before alpha, higher numbers first (Kubernetes docs, "Versions in CustomResourceDefinitions"). */
function newestFirst(left: string, right: string): number {
  const [a, b] = [rank(left), rank(right)];
  return b.stage - a.stage || b.major - a.major || b.minor - a.minor || left.localeCompare(right);
}

function rank(version: string): { readonly stage: number; readonly major: number; readonly minor: number } {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return { stage: 0, major: 0, minor: 0 };
  return { stage: match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

