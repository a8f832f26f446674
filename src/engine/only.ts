import { AccessError } from '../errors/error.ts';
import { kinds } from '../resources/index.ts';
import { address, type Resource } from '../resources/kind.ts';
import { stores } from '../resources/stores/index.ts';
import { targetsOf } from './order.ts';
import type { FoundResource, Step } from './types.ts';
import type { Finding } from '../finding.ts';

/** Short words for kinds, as `--only` takes them beside the kinds' own names. */
const groups: Readonly<Record<string, readonly string[]>> = {
  user: ['iam-user'],
  key: ['access-key', 'api-key'],
  parameter: stores.map(({ kind }) => kind),
  policy: ['managed-policy', 'policy-attachment'],
  profile: ['application-inference-profile', 'profile-parameter', 'roles-anywhere-profile', 'roles-anywhere-config-map'],
  store: ['secret-store'],
  secret: ['external-secret'],
  session: ['session-secret'],
  environment: ['environment-config-map', 'workload-environment'],
  workload: ['workload-environment'],
  rotation: ['credential-job'],
  renewal: ['credential-job'],
};

/** The kinds that `key,parameter` means. @throws AccessError `usage` for a word that is none */
export function kindsNamed(words: string): readonly string[] {
  const own = kinds.map(({ kind }) => kind);
  const named = words.split(',').map((word) => word.trim()).filter((word) => word !== '');
  const unknown = named.find((word) => !own.includes(word) && !Object.hasOwn(groups, word));
  if (unknown !== undefined || named.length === 0) {
    throw new AccessError('usage', named.length === 0 ? '--only names no kind of resource' : `--only ${unknown}: there is no such kind of resource`, {
      cause: `Kinds are ${own.join(', ')}; in short ${Object.keys(groups).join(', ')}.`,
      remedy: 'Name one or more of them, separated by commas: --only key,parameter',
    });
  }
  return [...new Set(named.flatMap((word) => groups[word] ?? [word]))];
}

/** A step of a kind that was not asked for: what is there stays as it is, what is not there is not made. */
export function setAside(step: Step): Step {
  return { ...step, id: `none ${address(step)}`, action: 'none', differences: [], reason: 'not asked for' };
}

/** Nothing can be made of what does not exist and is not to be made either. */
export function missingBefore(resource: Resource, resources: readonly Resource[], found: ReadonlyMap<string, FoundResource>, only: readonly string[]): readonly Finding[] {
  return targetsOf(resource)
    .map((target) => resources.find((other) => address(other) === target))
    .filter((target) => target !== undefined)
    .filter((target) => !only.includes(target.kind) && !found.has(address(target)))
    .map((target) => ({
      id: 'only-needs-more',
      severity: 'error',
      message: `${resource.kind} ${resource.name} needs ${target.kind} ${target.name}, which is not there`,
      cause: `--only asks for ${only.join(', ')} alone.`,
      remedy: target.required === true ? `Let it be made first by who keeps it, then run the command again.` : `Ask for it too (--only ${[target.kind, ...only].join(',')}), or run without --only.`,
      place: { resource: address(resource) },
    }));
}
