import { EventStreamCodec } from '@smithy/eventstream-codec';
import { Body } from '../call.ts';

export interface StreamEvent {
  /** The member of the stream's union, `contentBlockDelta`. */
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** Events as `application/vnd.amazon.eventstream` (Smithy, "Amazon event stream encoding"). */
export function streamBody(events: readonly StreamEvent[], headers: Readonly<Record<string, string>> = {}): Body {
  return new Body('application/vnd.amazon.eventstream', frames(events), headers);
}

async function* frames(events: readonly StreamEvent[]): AsyncGenerator<Uint8Array> {
  for (const event of events) {
    yield codec.encode({
      headers: {
        ':event-type': { type: 'string', value: event.type },
        ':content-type': { type: 'string', value: 'application/json' },
        ':message-type': { type: 'string', value: 'event' },
      },
      body: Buffer.from(JSON.stringify(event.payload)),
    });
  }
}
