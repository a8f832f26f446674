/** Keeps Jobs: pods until enough of them have succeeded, or too many failed (pkg/controller/job). Indexed Jobs are not played. */
import { listAt, numberAt, objectAt, sameJson, textAt, valueAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { referenceTo, type Controller, type ControllerTools } from './controller.ts';
import { conditionsOf } from './deployment-status.ts';
import { claimed } from './ownership.ts';
import { createPod, deletePod } from './pod-control.ts';
import { isActive, isReady } from './pod.ts';
import { Reported, type Again } from './work-queue.ts';

export const jobController: Controller = { apiVersion: 'batch/v1', kind: 'Job', component: 'job-controller', owns: ['Pod'], reconcile: reconcileJob };

function reconcileJob(job: StoredObject, tools: ControllerTools): Again {
  if (job.metadata.deletionTimestamp !== undefined) return undefined;
  const end = endOf(job);
  if (end !== undefined) return removeWhenOld(job, end, tools);
  const pods = claimed(job, 'v1', 'Pod', tools);
  const succeeded = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
  const failed = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Failed').length;
  const active = pods.filter(isActive);
  const suspended = valueAt(job, 'spec', 'suspend') === true;
  const now = tools.store.now();
  const startTime = suspended ? undefined : (textAt(job, 'status', 'startTime') ?? now);
  const verdict = suspended ? undefined : verdictOf(job, { succeeded, failed, active: active.length, startTime: startTime ?? now, now: tools.clock.time() });
  let problem: StatusError | undefined;
  try {
    if (verdict !== undefined || suspended) for (const pod of active) deletePod(job, pod, tools);
    else for (let count = missing(job, active.length, succeeded); count > 0; count -= 1) createPod(job, objectAt(job, 'spec', 'template'), tools);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    problem = error;
  }
  const alive = claimed(job, 'v1', 'Pod', tools).filter(isActive);
  write(job, statusOf(job, { succeeded, failed, alive, startTime, verdict, suspended, now }), tools);
  if (verdict?.type === 'Complete') tools.events.normal(job, 'Completed', 'Job completed');
  if (verdict?.type === 'Failed') tools.events.warning(job, verdict.reason ?? 'Failed', verdict.message ?? '');
  if (problem !== undefined) throw new Reported(problem.message);
  return untilDeadline(job, startTime, tools.clock.time());
}

interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly startTime: string;
  readonly now: number;
}

function verdictOf(job: StoredObject, { succeeded, failed, active, startTime, now }: Counts): Verdict | undefined {
  const completions = numberAt(job, 'spec', 'completions');
  if (failed > (numberAt(job, 'spec', 'backoffLimit') ?? 6)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadline = numberAt(job, 'spec', 'activeDeadlineSeconds');
  if (deadline !== undefined && Date.parse(startTime) + deadline * 1000 <= now) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const enough = completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions;
  return enough ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined;
}

function missing(job: StoredObject, active: number, succeeded: number): number {
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 1;
  const completions = numberAt(job, 'spec', 'completions');
  const wanted = completions === undefined ? (succeeded > 0 ? 0 : parallelism) : Math.min(parallelism, completions - succeeded);
  return Math.max(0, wanted - active);
}

interface Situation {
  readonly succeeded: number;
  readonly failed: number;
  readonly alive: readonly StoredObject[];
  readonly startTime: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly suspended: boolean;
  readonly now: string;
}

function statusOf(job: StoredObject, { succeeded, failed, alive, startTime, verdict, suspended, now }: Situation): JsonObject {
  const condition = (type: string, status: string, reason?: string, message?: string): JsonObject => ({
    type,
    status,
    lastProbeTime: now,
    lastTransitionTime: now,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  });
  const known = conditionsOf(job);
  const was = known.find((each) => each['type'] === 'Suspended');
  const conditions = known.filter((each) => each !== was);
  if (suspended) conditions.push(was?.['status'] === 'True' ? was : condition('Suspended', 'True', 'JobSuspended', 'Job suspended'));
  else if (was !== undefined) conditions.push(was['status'] === 'False' ? was : condition('Suspended', 'False', 'JobResumed', 'Job resumed'));
  if (verdict?.type === 'Complete') conditions.push(condition('SuccessCriteriaMet', 'True', verdict.reason, verdict.message), condition('Complete', 'True', verdict.reason, verdict.message));
  if (verdict?.type === 'Failed') conditions.push(condition('FailureTarget', 'True', verdict.reason, verdict.message), condition('Failed', 'True', verdict.reason, verdict.message));
  const active = verdict === undefined ? alive.length : 0;
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(verdict?.type === 'Complete' ? { completionTime: now } : {}),
    ...(active > 0 ? { active } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ...(suspended ? {} : { uncountedTerminatedPods: {} }),
    ready: alive.filter(isReady).length,
    terminating: 0,
  };
}

function write(job: StoredObject, status: JsonObject, { store, manager }: ControllerTools): void {
  const current = store.get(referenceTo(job));
  if (current !== undefined && !sameJson(status, current['status'])) store.updateStatus({ ...current, status }, { manager });
}

function endOf(job: StoredObject): JsonObject | undefined {
  const over = listAt(job, 'status', 'conditions').find((each) => ['Complete', 'Failed'].includes(textAt(each, 'type') ?? '') && textAt(each, 'status') === 'True');
  return over === undefined ? undefined : objectAt({ over }, 'over');
}

/** `ttlSecondsAfterFinished` (pkg/controller/ttlafterfinished). */
function removeWhenOld(job: StoredObject, end: JsonObject, { store, clock }: ControllerTools): Again {
  const seconds = numberAt(job, 'spec', 'ttlSecondsAfterFinished');
  if (seconds === undefined) return undefined;
  const wait = Date.parse(textAt(end, 'lastTransitionTime') ?? '') + seconds * 1000 - clock.time();
  if (wait > 0) return wait;
  store.remove(referenceTo(job), { uid: job.metadata.uid, propagation: 'Foreground' });
  return undefined;
}

function untilDeadline(job: StoredObject, startTime: string | undefined, now: number): Again {
  const deadline = numberAt(job, 'spec', 'activeDeadlineSeconds');
  if (deadline === undefined || startTime === undefined || endOf(job) !== undefined) return undefined;
  return Math.max(1, Date.parse(startTime) + deadline * 1000 - now);
}
