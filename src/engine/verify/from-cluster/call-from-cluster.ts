import { AwsCallError } from '../../../aws/error.ts';
import type { ResolvedModel } from '../../../bedrock/types.ts';
import { callFailed } from '../../../checks/live/call-failed.ts';
import { judge } from '../../../checks/live/judge.ts';
import type { PolicyFacts } from '../../../checks/live/facts.ts';
import type { KubernetesObject } from '../../../kubernetes/types.ts';
import { keySortOf } from '../../../resources/key-sort.ts';
import { containersFor, containersOf } from '../../../resources/workload-containers.ts';
import { workloadShape } from '../../../resources/workload-kinds.ts';
import type { Looked } from '../check.ts';
import type { Inquiry } from '../inquiry.ts';
import { aroundCall } from '../around-call.ts';
import { readSecret } from '../gather-delivery.ts';
import { failureOf } from '../make-call.ts';
import { probeJob } from './job.ts';
import { answered } from './probe-answer.ts';
import { runProbe } from './run-probe.ts';

/** One call from within the cluster, from where the first declared workload makes its own: what a call from here cannot show, network policies, proxies, DNS and pod identities among it. */
export async function callFromCluster(image: string, model: ResolvedModel, policies: PolicyFacts | undefined, inquiry: Inquiry): Promise<Looked> {
  const { access, context, readings, implied } = inquiry;
  const [workload] = access.spec.workloads;
  if (workload === undefined) return { detail: 'no workload is declared', findings: [], skipped: true };
  const { namespace } = access.metadata;
  const object = await readings.object({ apiVersion: workloadShape(workload.kind).apiVersion, kind: workload.kind, namespace, name: workload.name });
  if (object === undefined) return { detail: `there is no ${workload.kind} ${workload.name}`, findings: [], skipped: true };
  const container = workload.containers?.[0] ?? firstContainer(object);
  const job = probeJob({ name: jobName(access.metadata.name, context.random), owner: implied.owner, workload: { ...object, kind: workload.kind }, container, image, modelId: model.invokeId, region: access.spec.region });
  const probe = await runProbe(job, context);
  const answer = answered(probe);
  // A token does not tell its id: the Secret does.
  const keyId = access.spec.credentials.apiKey === undefined ? probe.accessKeyId : (await readSecret(inquiry))?.pair?.accessKeyId;
  const accessKeyId = keyId ?? 'of the pod';
  const keys = keyId === undefined ? [] : ((await keySortOf(access)?.read(access.spec.names.user, readings).catch(() => [])) ?? []);
  const judged = policies === undefined ? [] : judge(policies, model, ['bedrock:InvokeModel']);
  const facts = aroundCall(answer instanceof AwsCallError ? failureOf(answer) : answer, { model, streamed: false, region: probe.region, accessKeyId, judged, key: keys.find(({ id }) => id === accessKeyId), waited: 0 }, inquiry);
  return {
    detail: `${model.invokeId} in ${probe.region} from a Job in ${namespace}, in the place of ${workload.kind} ${workload.name}: ${'kind' in facts.answer ? `failed (${facts.answer.code})` : `answered, ${facts.answer.inputTokens} tokens in, ${facts.answer.outputTokens} out`}`,
    findings: callFailed(facts),
  };
}

function firstContainer(workload: KubernetesObject): string {
  return containersFor(workload, undefined)[0]?.name ?? containersOf(workload)[0]?.name ?? '';
}

/** A Job's name becomes a label of its pods: at most 63 characters. */
function jobName(access: string, random: () => number): string {
  return `bedrock-access-verify-${access.slice(0, 32).replace(/[-.]+$/, '')}-${Math.floor(random() * 36 ** 5).toString(36).padStart(5, '0')}`;
}
