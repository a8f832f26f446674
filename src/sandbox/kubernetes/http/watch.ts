import { inVersion } from '../object-meta.ts';
import type { StoreEvent } from '../store.ts';
import { type JsonObject, type StoredObject } from '../object.ts';
import type { ServerContext } from '../server-context.ts';
import { expired, StatusError } from '../status-error.ts';
import { table } from '../tables/table.ts';
import { isTrue, type ResourceCall } from './call.ts';
import { chooser, invalidVersion, presentationOf } from './read.ts';
import { onlyMetadata, type Presentation } from './respond.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** A real server sends about one a minute. */
const bookmarkEvery = 60_000;

/** Streams the changes of what the call chooses (Kubernetes docs, "Efficient detection of changes"). */
export function watchObjects(call: ResourceCall, context: ServerContext): void {
  const { store, history, stopping } = context;
  const { query, response, type, apiVersion } = call;
  const chooses = chooser(call);
  const presentation = presentationOf(call, context);
  const version = query.get('resourceVersion') ?? '';
  if (version !== '' && !/^\d+$/.test(version)) throw invalidVersion(version);
  const initial = isTrue(query.get('sendInitialEvents'));
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  if (initial && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw new StatusError(422, 'Invalid', 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan', {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message: 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan', field: 'resourceVersionMatch' }],
    });
  }

  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  let first = true;
  const send = (kind: EventType, object: JsonObject): void => {
    response.write(`${JSON.stringify({ type: kind, object })}\n`);
  };
  const show = (kind: EventType, object: StoredObject): void => {
    send(kind, watched(object, presentation, context, first));
    first = false;
  };
  const bookmark = (annotations?: JsonObject): void =>
    send('BOOKMARK', { kind: type.kind, apiVersion, metadata: { resourceVersion: String(store.revision), ...(annotations === undefined ? {} : { annotations }) } });
  const tell = (event: StoreEvent): void => {
    const shown = changeFor(event, call, chooses);
    if (shown !== undefined) show(shown.type, inVersion(shown.object, apiVersion));
  };

  if (version === '' || version === '0' || initial) {
    for (const object of store.list(apiVersion, type.kind, { namespace: call.at.namespace }).filter(chooses)) show('ADDED', object);
    if (initial) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    const missed = history.after(Number(version));
    if (missed === undefined) {
      send('ERROR', expired(`too old resource version: ${version} (${history.compacted})`).body());
      response.end();
      return;
    }
    for (const event of missed) tell(event);
  }

  const unsubscribe = store.subscribe(tell);
  const timers: NodeJS.Timeout[] = [];
  const end = (): void => {
    unsubscribe();
    for (const timer of timers) clearTimeout(timer);
    stopping.removeEventListener('abort', end);
    if (!response.writableEnded) response.end();
  };
  if (bookmarks) timers.push(setInterval(() => bookmark(), bookmarkEvery));
  // Without a limit of the client the real server ends a watch after 30 to 60 minutes.
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || 1800 + Math.floor(1800 * context.world.random());
  timers.push(
    setTimeout(() => {
      if (bookmarks) bookmark();
      end();
    }, seconds * 1000),
  );
  for (const timer of timers) timer.unref();
  response.on('close', end);
  stopping.addEventListener('abort', end);
}

/** With a selector, an object that comes to fit is ADDED and one that no longer fits is DELETED. */
function changeFor(event: StoreEvent, call: ResourceCall, chooses: (object: StoredObject) => boolean): { readonly type: EventType; readonly object: StoredObject } | undefined {
  if (event.resourceType.kind !== call.type.kind || event.resourceType.group !== call.type.group) return undefined;
  const [before, now] = [event.previous !== undefined && chooses(event.previous), event.type !== 'DELETED' && chooses(event.object)];
  if (event.type === 'DELETED') return before || chooses(event.object) ? { type: 'DELETED', object: event.object } : undefined;
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: event.object };
  // The real server shows the object as it was, with the version of the change.
  if (!before || event.previous === undefined) return undefined;
  return { type: 'DELETED', object: { ...event.previous, metadata: { ...event.previous.metadata, resourceVersion: event.object.metadata.resourceVersion } } };
}

/** As a table, only the first event names the columns. */
function watched(object: StoredObject, { representation, type, apiVersion, includeObject }: Presentation, context: ServerContext, first: boolean): JsonObject {
  if (representation.as === 'metadata') return onlyMetadata(object);
  if (representation.as !== 'table') return object;
  const whole = table([object], { type, apiVersion, includeObject, now: context.world.clock.now(), resourceVersion: object.metadata.resourceVersion });
  return first ? whole : { ...whole, columnDefinitions: null };
}
