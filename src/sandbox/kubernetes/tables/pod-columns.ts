import { isObject, type JsonObject, listAt, numberAt, objectAt, type StoredObject, textAt } from '../object.ts';
import { age, ageColumn, type Column, nameColumn } from './column.ts';

/** printers.go: printPod. */
export const podColumns: readonly Column[] = [
  nameColumn,
  { name: 'Ready', type: 'string', description: 'The aggregate readiness state of this pod for accepting traffic.', cell: (pod) => readiness(pod) },
  { name: 'Status', type: 'string', description: 'The aggregate status of the containers in this pod.', cell: (pod) => podReason(pod) },
  { name: 'Restarts', type: 'string', description: 'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.', cell: restarts },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, cell: (pod) => textAt(pod, 'status', 'podIP') ?? '<none>' },
  { name: 'Node', type: 'string', priority: 1, cell: (pod) => textAt(pod, 'spec', 'nodeName') ?? '<none>' },
  { name: 'Nominated Node', type: 'string', priority: 1, cell: (pod) => textAt(pod, 'status', 'nominatedNodeName') ?? '<none>' },
  { name: 'Readiness Gates', type: 'string', priority: 1, cell: (pod) => readinessGates(pod) },
];

function statuses(pod: JsonObject): readonly JsonObject[] {
  return listAt(pod, 'status', 'containerStatuses').filter(isObject);
}

function readiness(pod: JsonObject): string {
  const ready = statuses(pod).filter((status) => status['ready'] === true && isObject(objectAt(status, 'state')['running'])).length;
  return `${ready}/${listAt(pod, 'spec', 'containers').length}`;
}

function podReason(pod: StoredObject): string {
  let reason = textAt(pod, 'status', 'reason') ?? textAt(pod, 'status', 'phase') ?? '';
  const conditions = listAt(pod, 'status', 'conditions').filter(isObject);
  if (conditions.some((condition) => condition['type'] === 'PodScheduled' && condition['reason'] === 'SchedulingGated')) reason = 'SchedulingGated';
  const initialising = initReason(pod);
  if (initialising !== undefined) reason = initialising;
  else {
    let hasRunning = false;
    for (const status of [...statuses(pod)].reverse()) {
      const state = objectAt(status, 'state');
      const [waiting, terminated] = [textAt(state, 'waiting', 'reason'), state['terminated']];
      if (waiting !== undefined) reason = waiting;
      else if (isObject(terminated)) reason = terminatedReason(terminated);
      else if (status['ready'] === true && isObject(state['running'])) hasRunning = true;
    }
    if (reason === 'Completed' && hasRunning) reason = conditions.some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True') ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  return textAt(pod, 'status', 'reason') === 'NodeLost' ? 'Unknown' : ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '') ? reason : 'Terminating';
}

function initReason(pod: JsonObject): string | undefined {
  const all = listAt(pod, 'status', 'initContainerStatuses').filter(isObject);
  for (const [index, status] of all.entries()) {
    const state = objectAt(status, 'state');
    const terminated = state['terminated'];
    if (isObject(terminated) && numberAt(terminated, 'exitCode') === 0) continue;
    if (isObject(terminated)) return `Init:${terminatedReason(terminated)}`;
    const waiting = textAt(state, 'waiting', 'reason');
    if (waiting !== undefined && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${listAt(pod, 'spec', 'initContainers').length}`;
  }
  return undefined;
}

function terminatedReason(terminated: JsonObject): string {
  const reason = textAt(terminated, 'reason');
  if (reason !== undefined) return reason;
  const signal = numberAt(terminated, 'signal') ?? 0;
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`;
}

function restarts(pod: StoredObject, now: Date): string {
  const total = statuses(pod).reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0);
  const last = statuses(pod).map((status) => textAt(status, 'lastState', 'terminated', 'finishedAt')).filter((time) => time !== undefined).sort().at(-1);
  return total > 0 && last !== undefined ? `${total} (${age(last, now)} ago)` : String(total);
}

function readinessGates(pod: JsonObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = listAt(pod, 'status', 'conditions').filter(isObject);
  const met = gates.filter((gate) => conditions.some((condition) => condition['type'] === textAt(gate, 'conditionType') && condition['status'] === 'True')).length;
  return `${met}/${gates.length}`;
}
