import type { Session } from './session.ts';

/** One behaviour of the API: it is played on both servers, and what it answers is compared. */
export interface Behaviour {
  readonly name: string;
  /** Anything that `comparable` can make comparable; never ids or times by themselves. */
  play(session: Session): Promise<unknown>;
  /** Where the two differ and why that is right or harmless. */
  readonly knownDifference?: string;
}

export function configMap(name: string, data: object = { key: 'value' }, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export function deployment(name: string, container: object = {}, spec: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'example/app:1', ...container }] } }, ...spec },
  };
}

export const applyType = 'application/apply-patch+yaml';
export const strategicType = 'application/strategic-merge-patch+json';
export const mergeType = 'application/merge-patch+json';
export const jsonPatchType = 'application/json-patch+json';
