import { type JsonObject, isObject, listAt, objectAt, textAt } from '../object.ts';

// k8s.io/kubernetes/pkg/apis/core/v1/defaults.go

/** A pod template's spec with what the API server fills in. */
export function withPodSpecDefaults(spec: JsonObject): JsonObject {
  const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
  return {
    ...spec,
    containers: Array.isArray(spec['containers']) ? spec['containers'].map(withContainerDefaults) : null,
    ...(Array.isArray(spec['initContainers']) ? { initContainers: spec['initContainers'].map(withContainerDefaults) } : {}),
    ...(Array.isArray(spec['volumes']) ? { volumes: spec['volumes'].map(withVolumeDefaults) } : {}),
    dnsPolicy: spec['dnsPolicy'] ?? 'ClusterFirst',
    restartPolicy: spec['restartPolicy'] ?? 'Always',
    schedulerName: spec['schedulerName'] ?? 'default-scheduler',
    securityContext: spec['securityContext'] ?? {},
    terminationGracePeriodSeconds: spec['terminationGracePeriodSeconds'] ?? 30,
    // The deprecated name is kept in step (Convert_core_PodSpec_To_v1_PodSpec).
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
  };
}

/** A pod's own spec: as a template's, and service links; requests follow limits. */
export function withPodDefaults(spec: JsonObject): JsonObject {
  const defaulted = withPodSpecDefaults(spec);
  const follow = (field: string): JsonObject => (Array.isArray(defaulted[field]) ? { [field]: defaulted[field].map(withRequestsLikeLimits) } : {});
  return { ...defaulted, ...follow('containers'), ...follow('initContainers'), enableServiceLinks: spec['enableServiceLinks'] ?? true };
}

/** A pod template as Deployments and the like hold it. */
export function withTemplateDefaults(template: unknown): JsonObject {
  return { ...objectAt(template), metadata: objectAt(template, 'metadata'), spec: withPodSpecDefaults(objectAt(template, 'spec')) };
}

function withContainerDefaults(container: unknown): unknown {
  if (!isObject(container)) return container;
  const image = textAt(container, 'image');
  return {
    ...container,
    ...(Array.isArray(container['ports']) ? { ports: container['ports'].map((port) => (isObject(port) ? { ...port, protocol: port['protocol'] ?? 'TCP' } : port)) } : {}),
    ...(Array.isArray(container['env']) ? { env: container['env'].map(withFieldRefDefaults) } : {}),
    ...withProbe(container, 'livenessProbe'),
    ...withProbe(container, 'readinessProbe'),
    ...withProbe(container, 'startupProbe'),
    ...(isObject(container['lifecycle']) ? { lifecycle: Object.fromEntries(Object.entries(container['lifecycle']).map(([hook, handler]) => [hook, isObject(handler) ? withHttpDefaults(handler) : handler])) } : {}),
    imagePullPolicy: container['imagePullPolicy'] ?? (image === undefined || isLatest(image) ? 'Always' : 'IfNotPresent'),
    resources: container['resources'] ?? {},
    terminationMessagePath: container['terminationMessagePath'] ?? '/dev/termination-log',
    terminationMessagePolicy: container['terminationMessagePolicy'] ?? 'File',
  };
}

/** No tag and no digest mean `latest`. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function withFieldRefDefaults(entry: unknown): unknown {
  const reference = objectAt(entry, 'valueFrom')['fieldRef'];
  if (!isObject(entry) || !isObject(reference)) return entry;
  return { ...entry, valueFrom: { ...objectAt(entry, 'valueFrom'), fieldRef: { apiVersion: 'v1', ...reference } } };
}

function withProbe(container: JsonObject, field: string): JsonObject {
  const probe = container[field];
  if (!isObject(probe)) return {};
  return {
    [field]: {
      ...withHttpDefaults(probe),
      failureThreshold: probe['failureThreshold'] ?? 3,
      periodSeconds: probe['periodSeconds'] ?? 10,
      successThreshold: probe['successThreshold'] ?? 1,
      timeoutSeconds: probe['timeoutSeconds'] ?? 1,
    },
  };
}

function withHttpDefaults(handler: JsonObject): JsonObject {
  const http = handler['httpGet'];
  const grpc = handler['grpc'];
  return {
    ...handler,
    ...(isObject(http) ? { httpGet: { ...http, path: http['path'] ?? '/', scheme: http['scheme'] ?? 'HTTP' } } : {}),
    ...(isObject(grpc) ? { grpc: { ...grpc, service: grpc['service'] ?? '' } } : {}),
  };
}

const everyoneReads = 0o644;

function withVolumeDefaults(volume: unknown): unknown {
  if (!isObject(volume)) return volume;
  if (Object.keys(volume).every((field) => field === 'name')) return { ...volume, emptyDir: {} };
  const changed: Record<string, unknown> = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const given = volume[source];
    if (isObject(given)) changed[source] = { ...given, defaultMode: given['defaultMode'] ?? everyoneReads };
  }
  if (isObject(volume['hostPath'])) changed['hostPath'] = { type: '', ...volume['hostPath'] };
  if (isObject(changed['projected'])) changed['projected'] = { ...changed['projected'], sources: listAt(changed['projected'], 'sources').map(withTokenDefaults) };
  return { ...volume, ...changed };
}

function withTokenDefaults(source: unknown): unknown {
  const token = objectAt(source)['serviceAccountToken'];
  return isObject(source) && isObject(token) ? { ...source, serviceAccountToken: { ...token, expirationSeconds: token['expirationSeconds'] ?? 3600 } } : source;
}

function withRequestsLikeLimits(container: unknown): unknown {
  const limits = objectAt(container, 'resources')['limits'];
  if (!isObject(container) || !isObject(limits)) return container;
  return { ...container, resources: { ...objectAt(container, 'resources'), requests: { ...limits, ...objectAt(container, 'resources', 'requests') } } };
}
