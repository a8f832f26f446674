import { callFromCluster } from '../../engine/verify/from-cluster/call-from-cluster.ts';
import { openInquiry } from '../../engine/verify/inquiry.ts';
import type { Footprint, Observation, RunContext } from '../../engine/types.ts';
import { findingOf } from '../../engine/failure.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import type { Kubernetes, KubernetesObject } from '../../kubernetes/types.ts';
import { address, isReference, type Hands, type Resource } from '../../resources/kind.ts';
import type { Readings } from '../../resources/readings.ts';
import { workloadEnvironment, type DesiredEnvironment } from '../../resources/workload-environment.ts';

/**
 * A call from within the cluster as the pods will make it: by a short Job in the place of the workload, with the environment
 * that the workload is to get and nothing of the earlier one. The API server says what that is (server-side apply, dry run),
 * and nothing of the workload is changed.
 *
 * @param switched the workload as it is to be; `seen`: the new mode, settled beside the one in use
 */
export async function proveFromCluster({ access, resources }: Footprint, image: string, seen: Observation, context: RunContext): Promise<readonly Finding[]> {
  const inquiry = openInquiry(access, context);
  const { implied } = inquiry;
  const resource = resources.find(isWritten);
  const declared = access.spec.models.find(({ role }) => role === 'default') ?? access.spec.models[0];
  const model = implied.models.find(({ reference }) => reference === declared?.id);
  if (resource === undefined || model === undefined) return [];
  const dry = trying(context.kubernetes);
  const hands: Hands = {
    ...context,
    kubernetes: dry.kubernetes,
    readings: seen.readings,
    owner: implied.owner,
    adopt: context.adopt === true,
    value(field) {
      if (!isReference(field)) return field;
      const value = seen.found.get(address(field))?.outputs[field.output];
      if (typeof value === 'string') return value;
      throw new TypeError(`${address(field)} ${field.output} is asked for before it is there`);
    },
    secret: () => undefined,
  };
  await workloadEnvironment.create(resource.desired, hands);
  const next = dry.applied();
  if (next === undefined) return [];
  try {
    const { findings } = await callFromCluster(image, model, undefined, { ...inquiry, readings: withObject(inquiry.readings, { ...next, kind: resource.desired.workload.kind }) });
    return findings.filter(({ severity }) => severity === 'error');
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    return [findingOf(error, `Job of image ${image}`, access)];
  }
}

function isWritten(resource: Resource): resource is Resource<DesiredEnvironment> {
  return resource.kind === workloadEnvironment.kind && resource.required !== true;
}

/** A cluster in which an apply shows what would be, and is not carried out. */
function trying(real: Kubernetes): { readonly kubernetes: Kubernetes; applied(): KubernetesObject | undefined } {
  let shown: KubernetesObject | undefined;
  const kubernetes = new Proxy(real, {
    get(target, name): unknown {
      if (name === 'apply') {
        return async (object: KubernetesObject) => {
          shown = await target.apply(object, { dryRun: true });
          return shown;
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (...given: unknown[]): unknown => Reflect.apply(value, target, given) : value;
    },
  });
  return { kubernetes, applied: () => shown };
}

/** The same readings, with this object as it is to be. */
function withObject(readings: Readings, object: KubernetesObject): Readings {
  return {
    ...readings,
    object: (reference) => (reference.kind === object.kind && reference.name === object.metadata.name ? Promise.resolve(object) : readings.object(reference)),
  };
}
