/**
 * Who restarts a workload when its ConfigMap or Secret changes: where Stakater's Reloader will, the program does not,
 * and waits for that roll-out. Two actors would restart it twice.
 * Rules: stakater/Reloader, pkg/common/common.go (ShouldReload), internal/pkg/options/flags.go (names of annotations and arguments).
 */
import { AccessError } from '../errors/error.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { at, isRecord, recordsAt, textAt } from './json.ts';
import type { Hands } from './kind.ts';
import type { Readings } from './readings.ts';
import { workloadShape } from './workload-kinds.ts';

/** Which of the two objects Reloader restarts the workload for. */
export interface Reloading {
  readonly secret: boolean;
  readonly configMap: boolean;
}

export const notReloading: Reloading = { secret: false, configMap: false };

/** The arguments of each Reloader in the cluster. Without the right to look, the annotations alone are believed. */
export async function reloadersOf(readings: Readings): Promise<readonly ReloaderArguments[]> {
  // Labels of its Helm chart (templates/_helpers.tpl) and of its plain manifest.
  const selectors = ['app.kubernetes.io/name=reloader', 'app=reloader-reloader'];
  try {
    const found = (await Promise.all(selectors.map((labelSelector) => readings.objects('apps/v1', 'Deployment', { labelSelector })))).flat();
    const distinct = [...new Map(found.map((object) => [`${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`, object])).values()];
    return distinct.filter((object) => at(object, 'spec', 'replicas') !== 0).map(argumentsOf);
  } catch (error) {
    if (error instanceof KubernetesCallError && error.kind === 'forbidden') return [{ given: new Map() }];
    throw error;
  }
}

export interface ReloaderArguments {
  /** By name without dashes; a flag without a value is `true`. */
  readonly given: ReadonlyMap<string, string>;
  /** Looks at this namespace alone. */
  readonly namespace?: string;
}

function argumentsOf(object: KubernetesObject): ReloaderArguments {
  const given = new Map<string, string>();
  let namespace: string | undefined;
  for (const container of recordsAt(object, 'spec', 'template', 'spec', 'containers')) {
    const listed = at(container, 'args');
    const words = Array.isArray(listed) ? listed.filter((word) => typeof word === 'string') : [];
    for (const [index, word] of words.entries()) {
      const match = /^--?([A-Za-z-]+)(?:=(.*))?$/.exec(word);
      if (match?.[1] === undefined) continue;
      const next = words[index + 1];
      given.set(match[1].toLowerCase(), match[2] ?? (next !== undefined && !next.startsWith('-') ? next : 'true'));
    }
    // KUBERNETES_NAMESPACE is set where it is to look at its own namespace alone (templates/deployment.yaml).
    if (recordsAt(container, 'env').some(({ name }) => name === 'KUBERNETES_NAMESPACE')) namespace = object.metadata.namespace;
  }
  return { given, ...(namespace === undefined ? {} : { namespace }) };
}

/** What any of the Reloaders will do with this workload when the objects of these names change. */
export function reloading(object: KubernetesObject, names: { readonly secret: string; readonly configMap: string }, reloaders: readonly ReloaderArguments[]): Reloading {
  const will = (type: 'secret' | 'configmap', name: string): boolean => reloaders.some((reloader) => watches(reloader, object, type) && reloads(reloader, object, type, name));
  return { secret: will('secret', names.secret), configMap: will('configmap', names.configMap) };
}

/** Where a selector decides which objects it looks at, it is not counted on: that nobody restarts would be worse than that both do. */
function watches({ given, namespace }: ReloaderArguments, object: KubernetesObject, type: 'secret' | 'configmap'): boolean {
  const own = object.metadata.namespace ?? '';
  const list = (name: string): readonly string[] => (given.get(name) ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (!workloadShape(object.kind).rollsOut) return false;
  if (object.kind === 'Rollout' && given.size > 0 && given.get('is-argo-rollouts') !== 'true') return false;
  if (given.has('resource-label-selector') || given.has('namespace-selector')) return false;
  if (namespace !== undefined && namespace !== own) return false;
  if (given.has('namespaces') && !list('namespaces').includes(own)) return false;
  return !list('namespaces-to-ignore').includes(own) && !list('resources-to-ignore').map((word) => word.toLowerCase()).includes(`${type}s`);
}

function reloads({ given }: ReloaderArguments, object: KubernetesObject, type: 'secret' | 'configmap', name: string): boolean {
  const key = {
    named: given.get(`${type}-annotation`) ?? `${type}.reloader.stakater.com/reload`,
    typed: given.get(`${type}-auto-annotation`) ?? `${type}.reloader.stakater.com/auto`,
    auto: given.get('auto-annotation') ?? 'reloader.stakater.com/auto',
    search: given.get('auto-search-annotation') ?? 'reloader.stakater.com/search',
    exclude: `${type}s.exclude.reloader.stakater.com/reload`,
  };
  const onWorkload = object.metadata.annotations ?? {};
  const onPods = at(object, ...workloadShape(object.kind).template, 'metadata', 'annotations');
  // The pod template's annotations count where the workload has none of them.
  const annotations = [key.named, key.typed, key.auto, key.search].some((annotation) => onWorkload[annotation] !== undefined) || !isRecord(onPods) ? onWorkload : onPods;
  const value = (annotation: string): string | undefined => textAt(annotations, annotation);
  if (listed(textAt(onWorkload, key.exclude), name)) return false;
  if (listed(value(key.named), name)) return true;
  if (isTrue(value(key.auto)) || isTrue(value(key.typed))) return true;
  return isTrue(given.get('auto-reload-all')) && value(key.auto) === undefined && value(key.typed) === undefined;
}

/** Names are regular expressions there. */
function listed(annotation: string | undefined, name: string): boolean {
  return (annotation ?? '').split(',').some((part) => {
    const pattern = part.trim();
    if (pattern === name) return true;
    try {
      return pattern !== '' && new RegExp(`^${pattern}$`).test(name);
    } catch {
      return false;
    }
  });
}

/** As Go's strconv.ParseBool takes it. */
function isTrue(value: string | undefined): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value ?? '');
}

/** Reloader acts within seconds of a change; after this time it will not. */
const longestSilence = 300_000;

/**
 * What Reloader has still to do: pods that are older than the last change of what it reloads them for.
 * @throws AccessError `reloader-silent` when it has had time enough
 */
export async function awaitedOfReloader(workload: KubernetesObject, sources: readonly { readonly kind: 'Secret' | 'ConfigMap'; readonly name: string }[], hands: Hands): Promise<string | undefined> {
  const namespace = workload.metadata.namespace ?? '';
  const named = `${workload.kind} ${workload.metadata.name ?? ''}`;
  const labels = at(workload, 'spec', 'selector', 'matchLabels');
  if (!isRecord(labels)) return undefined;
  const labelSelector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).join(',');
  const pods = (await hands.kubernetes.list('v1', 'Pod', { namespace, labelSelector })).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  for (const { kind, name } of sources) {
    const object = await hands.kubernetes.get({ apiVersion: 'v1', kind, namespace, name });
    const changed = object === undefined ? undefined : dataChangedAt(object);
    if (changed === undefined || pods.every(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') >= changed)) continue;
    if (hands.clock.now().getTime() - changed < longestSilence) return `Reloader to restart ${named} for the changed ${kind} ${name}`;
    throw new AccessError('reloader-silent', `Reloader has not restarted ${named}, whose ${kind} ${name} changed at ${new Date(changed).toISOString()}`, {
      cause: 'The annotations of the workload, or an argument of Reloader, leave the restart to it, so the program does not restart it too.',
      remedy: `Look at Reloader's log. To go on: kubectl rollout restart ${workload.kind.toLowerCase()}/${workload.metadata.name ?? ''} -n ${namespace}, then run the same command again.`,
      place: { resource: named },
    });
  }
  return undefined;
}

/** The last time that somebody changed its data, in milliseconds: `time` of a managedFields entry moves with every value (meta/v1, ManagedFieldsEntry). */
function dataChangedAt({ metadata }: KubernetesObject): number | undefined {
  const times = (metadata.managedFields ?? []).filter(({ fieldsV1 }) => 'f:data' in fieldsV1).map(({ time }) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(...times);
}
