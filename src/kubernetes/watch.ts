import type { IncomingMessage } from 'node:http';
import { KubernetesCallError } from './call-error.ts';
import { fieldsOf, numberOf, parseJson, textOf } from './json.ts';
import { broken, refusal } from './status.ts';
import type { CallPlace } from './status.ts';
import type { KubernetesObject, WatchEvent } from './types.ts';

/** A whole list and the version from which a watch goes on. */
export interface ListedState {
  readonly objects: readonly KubernetesObject[];
  readonly resourceVersion: string;
}

export interface WatchSource {
  list(): Promise<ListedState>;
  open(resourceVersion: string): Promise<IncomingMessage>;
  readonly place: CallPlace;
  readonly signal: AbortSignal;
  pause(attempt: number): Promise<void>;
  complete(item: unknown): KubernetesObject | undefined;
}

/**
 * Begins with the whole state (`RESYNCED`) and follows it until `signal` aborts. A connection that ends, breaks or falls
 * silent is opened again from the last version seen (events and bookmarks carry it); where that version is gone (410),
 * the state is listed anew and told as `RESYNCED`. Nothing but the signal ends it, so that no watcher goes deaf; only the
 * first list may fail.
 */
export async function* watchFrom(source: WatchSource): AsyncGenerator<WatchEvent> {
  let state: ListedState | undefined = await source.list();
  let resourceVersion = state.resourceVersion;
  yield { type: 'RESYNCED', objects: state.objects };
  let failures = 0;
  while (!source.signal.aborted) {
    try {
      if (state === undefined) {
        state = await source.list();
        resourceVersion = state.resourceVersion;
        yield { type: 'RESYNCED', objects: state.objects };
      }
      const begunAt = resourceVersion;
      for await (const event of eventsOf(await source.open(resourceVersion), source)) {
        failures = 0;
        resourceVersion = event.resourceVersion ?? resourceVersion;
        if (event.told !== undefined) yield event.told;
      }
      // A server that ends each watch at once must not be asked in a tight circle.
      if (resourceVersion === begunAt) await source.pause((failures += 1));
    } catch (error) {
      if (ended(source.signal)) return;
      if (error instanceof KubernetesCallError && error.kind === 'gone') state = undefined;
      await source.pause((failures += 1)).catch(() => undefined);
    }
  }
}

interface Seen {
  readonly resourceVersion?: string;
  readonly told?: WatchEvent;
}

async function* eventsOf(incoming: IncomingMessage, source: WatchSource): AsyncGenerator<Seen> {
  try {
    if (incoming.statusCode !== 200) {
      let text = '';
      for await (const chunk of incoming) text += String(chunk);
      throw refusal({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }, source.place);
    }
    let rest = '';
    for await (const chunk of incoming) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield seen(line, source);
    }
  } catch (error) {
    throw broken(error, source.place, source.place.resource);
  } finally {
    incoming.destroy();
  }
}

/** One line is one event (API concepts, "Efficient detection of changes"). An `ERROR` carries a Status, most often 410. */
function seen(line: string, source: WatchSource): Seen {
  const event = fieldsOf(parseJson(line));
  const object = fieldsOf(event['object']);
  const resourceVersion = textOf(fieldsOf(object['metadata'])['resourceVersion']);
  const version = resourceVersion === undefined ? {} : { resourceVersion };
  const type = event['type'];
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
    const whole = source.complete(object);
    return whole === undefined ? version : { ...version, told: { type, object: whole } };
  }
  if (type === 'BOOKMARK') return version;
  throw refusal({ status: numberOf(object['code']) ?? 500, headers: {}, text: JSON.stringify(object) }, source.place);
}

function ended(signal: AbortSignal): boolean {
  return signal.aborted;
}
