import { Buffer } from 'node:buffer';
import { readFileSync, statSync, watchFile, unwatchFile } from 'node:fs';
import { isObject, listAt, numberAt, type StoredObject, textAt } from '../object.ts';
import type { ServerContext } from '../server-context.ts';
import { badRequest } from '../status-error.ts';
import { logFileOf } from '../../workloads/pod-logs.ts';
import { isTrue, type ResourceCall } from './call.ts';
import { existing } from './read.ts';

/** How often a followed log looks for more. */
const followEvery = 100;

/** `pods/log`: the output of a container's process, from the file where the kubelet's stand-in writes it. */
export async function sendLog(call: ResourceCall, context: ServerContext): Promise<void> {
  const { query, response } = call;
  const pod = existing(call, context);
  const container = containerOf(pod, query.get('container') ?? '');
  const restarts = numberAt(statusOf(pod, container), 'restartCount') ?? 0;
  const previous = isTrue(query.get('previous'));
  if (previous && restarts === 0) throw badRequest(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} not found`);
  const waiting = textAt(statusOf(pod, container), 'state', 'waiting', 'reason');
  if (waiting !== undefined && !previous && restarts === 0) {
    throw badRequest(`container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${waiting}`);
  }
  const file = logFileOf(context.world.directory, { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, uid: pod.metadata.uid, container, restarts: previous ? restarts - 1 : restarts });
  const content = readLog(file);
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
  response.write(cut(content, query));
  if (!isTrue(query.get('follow'))) {
    response.end();
    return;
  }
  await follow(call, context, pod, file, Buffer.byteLength(content));
}

function containerOf(pod: StoredObject, asked: string): string {
  const names = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')].map((container) => textAt(container, 'name') ?? '');
  const own = listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name') ?? '');
  if (asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  if (own.length === 1) return own[0]!;
  throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${own.join(' ')}]`);
}

function statusOf(pod: StoredObject, container: string): unknown {
  return [...listAt(pod, 'status', 'containerStatuses'), ...listAt(pod, 'status', 'initContainerStatuses')].filter(isObject).find((status) => status['name'] === container);
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function cut(content: string, query: URLSearchParams): string {
  const lines = content.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const tail = query.get('tailLines');
  const kept = tail === null ? lines : Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  const text = kept.map((line) => `${line}\n`).join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : text.slice(0, Number(limit));
}

/** Sends what is added until the container ends, the pod goes or the client hangs up. */
function follow(call: ResourceCall, context: ServerContext, pod: StoredObject, file: string, from: number): Promise<void> {
  const { response } = call;
  return new Promise((resolve) => {
    let sent = from;
    const more = (): void => {
      try {
        if (statSync(file).size <= sent) return;
      } catch {
        return;
      }
      const content = readFileSync(file);
      response.write(content.subarray(sent));
      sent = content.length;
    };
    const end = (): void => {
      more();
      unwatchFile(file, more);
      unsubscribe();
      context.stopping.removeEventListener('abort', end);
      if (!response.writableEnded) response.end();
      resolve();
    };
    const unsubscribe = context.store.subscribe(({ object, type }) => {
      if (object.metadata.uid !== pod.metadata.uid) return;
      if (type === 'DELETED' || ['Succeeded', 'Failed'].includes(textAt(object, 'status', 'phase') ?? '')) end();
    });
    watchFile(file, { interval: followEvery, persistent: false }, more);
    response.on('close', end);
    context.stopping.addEventListener('abort', end);
  });
}
