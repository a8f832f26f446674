/** Keeps CronJobs: a Job at each time of the schedule, in world time (pkg/controller/cronjob). */
import { Cron } from 'croner';
import { listAt, numberAt, objectAt, sameJson, textAt, valueAt, type StoredObject } from '../kubernetes/object.ts';
import { isStatus } from '../kubernetes/status-error.ts';
import { referenceTo, type Controller, type ControllerTools } from './controller.ts';
import { controllerOf, controllerReference } from './ownership.ts';
import { texts } from './pod-template.ts';
import type { Again } from './work-queue.ts';

export const cronJobController: Controller = { apiVersion: 'batch/v1', kind: 'CronJob', component: 'cronjob-controller', owns: ['Job'], reconcile: reconcileCronJob };

function reconcileCronJob(cronJob: StoredObject, tools: ControllerTools): Again {
  if (cronJob.metadata.deletionTimestamp !== undefined) return undefined;
  const jobs = tools.store.list('batch/v1', 'Job', { namespace: cronJob.metadata.namespace }).filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
  noteFinished(cronJob, jobs, tools);
  forget(cronJob, jobs, tools);
  const current = tools.store.get(referenceTo(cronJob)) ?? cronJob;
  const schedule = scheduleOf(current, tools);
  if (schedule === undefined || valueAt(current, 'spec', 'suspend') === true) return undefined;
  const now = tools.clock.now();
  const due = mostRecent(current, schedule, now);
  if (due !== undefined) start(current, due, jobs.filter((job) => !isFinished(job)), tools);
  const next = schedule.nextRun(now);
  return next === null ? undefined : Math.max(1, next.getTime() - now.getTime());
}

function scheduleOf(cronJob: StoredObject, { events }: ControllerTools): Cron | undefined {
  const text = textAt(cronJob, 'spec', 'schedule') ?? '';
  try {
    return new Cron(text, { timezone: textAt(cronJob, 'spec', 'timeZone') ?? 'Etc/UTC', legacyMode: true, paused: true });
  } catch (error) {
    events.warning(cronJob, 'UnparseableSchedule', `unparseable schedule: "${text}" : ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** The last time of the schedule since the last one that was kept, unless it is later than `startingDeadlineSeconds`. */
function mostRecent(cronJob: StoredObject, schedule: Cron, now: Date): Date | undefined {
  const deadline = numberAt(cronJob, 'spec', 'startingDeadlineSeconds');
  const last = Date.parse(textAt(cronJob, 'status', 'lastScheduleTime') ?? cronJob.metadata.creationTimestamp);
  const since = Math.max(last, deadline === undefined ? 0 : now.getTime() - deadline * 1000);
  let found: Date | undefined;
  // More than a hundred missed times are not looked through (utils.go `mostRecentScheduleTime`).
  for (let next = schedule.nextRun(new Date(since)), count = 0; next !== null && next <= now && count < 101; next = schedule.nextRun(next), count += 1) found = next;
  return found;
}

function start(cronJob: StoredObject, due: Date, active: readonly StoredObject[], tools: ControllerTools): void {
  const { store, events, manager } = tools;
  const policy = textAt(cronJob, 'spec', 'concurrencyPolicy') ?? 'Allow';
  if (policy === 'Forbid' && active.length > 0) {
    events.normal(cronJob, 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return;
  }
  if (policy === 'Replace') {
    for (const job of active) {
      store.remove(referenceTo(job), { propagation: 'Background' });
      events.normal(cronJob, 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
    }
  }
  const template = objectAt(cronJob, 'spec', 'jobTemplate');
  try {
    const job = store.create(
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          // Minutes since the epoch: the same time never starts twice.
          name: `${cronJob.metadata.name}-${Math.floor(due.getTime() / 60_000)}`,
          namespace: cronJob.metadata.namespace ?? 'default',
          labels: texts(objectAt(template, 'metadata')['labels']),
          annotations: { ...texts(objectAt(template, 'metadata')['annotations']), 'batch.kubernetes.io/cronjob-scheduled-timestamp': due.toISOString().replace(/\.\d+Z$/, 'Z') },
          ownerReferences: [controllerReference(cronJob)],
        },
        spec: objectAt(template, 'spec'),
      },
      { manager },
    );
    events.normal(cronJob, 'SuccessfulCreate', `Created job ${job.metadata.name}`);
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
  const current = store.get(referenceTo(cronJob));
  const running = store.list('batch/v1', 'Job', { namespace: cronJob.metadata.namespace }).filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid && !isFinished(job));
  if (current !== undefined) store.updateStatus({ ...current, status: { ...objectAt(current, 'status'), active: running.map(activeReference), lastScheduleTime: due.toISOString().replace(/\.\d+Z$/, 'Z') } }, { manager });
}

/** Finished Jobs leave `status.active`; the last success is kept. */
function noteFinished(cronJob: StoredObject, jobs: readonly StoredObject[], { store, events, manager }: ControllerTools): void {
  const running = jobs.filter((job) => !isFinished(job));
  const active = running.map(activeReference);
  for (const job of jobs.filter((each) => isFinished(each) && listAt(cronJob, 'status', 'active').some((known) => textAt(known, 'uid') === each.metadata.uid))) {
    events.normal(cronJob, 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${succeeded(job) ? 'Complete' : 'Failed'}`);
  }
  const successes = jobs.filter(succeeded).map((job) => textAt(job, 'status', 'completionTime') ?? '').sort();
  const { active: _old, ...rest } = objectAt(cronJob, 'status');
  const status = { ...rest, ...(active.length === 0 ? {} : { active }), ...(successes.length === 0 ? {} : { lastSuccessfulTime: successes.at(-1) }) };
  if (!sameJson(status, objectAt(cronJob, 'status'))) store.updateStatus({ ...cronJob, status }, { manager });
}

/** The history limits. */
function forget(cronJob: StoredObject, jobs: readonly StoredObject[], { store, events }: ControllerTools): void {
  const oldest = (each: readonly StoredObject[], keep: number): readonly StoredObject[] =>
    [...each].sort((left, right) => Date.parse(left.metadata.creationTimestamp) - Date.parse(right.metadata.creationTimestamp)).slice(0, Math.max(0, each.length - keep));
  const finished = jobs.filter((job) => isFinished(job) && job.metadata.deletionTimestamp === undefined);
  const surplus = [
    ...oldest(finished.filter(succeeded), numberAt(cronJob, 'spec', 'successfulJobsHistoryLimit') ?? 3),
    ...oldest(finished.filter((job) => !succeeded(job)), numberAt(cronJob, 'spec', 'failedJobsHistoryLimit') ?? 1),
  ];
  for (const job of surplus) {
    store.remove(referenceTo(job), { propagation: 'Background' });
    events.normal(cronJob, 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  }
}

function activeReference(job: StoredObject): object {
  const { namespace, name, uid, resourceVersion } = job.metadata;
  return { apiVersion: 'batch/v1', kind: 'Job', namespace, name, uid, resourceVersion };
}

function isFinished(job: StoredObject): boolean {
  return listAt(job, 'status', 'conditions').some((each) => ['Complete', 'Failed'].includes(textAt(each, 'type') ?? '') && textAt(each, 'status') === 'True');
}

function succeeded(job: StoredObject): boolean {
  return listAt(job, 'status', 'conditions').some((each) => textAt(each, 'type') === 'Complete' && textAt(each, 'status') === 'True');
}
