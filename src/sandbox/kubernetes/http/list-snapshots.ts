import { Buffer } from 'node:buffer';
import { numberAt, type StoredObject, textAt } from '../object.ts';
import { badRequest, expired, type StatusError } from '../status-error.ts';

interface Snapshot {
  readonly resourceVersion: string;
  readonly objects: readonly StoredObject[];
  readonly filtered: boolean;
}

export interface Page {
  readonly resourceVersion: string;
  readonly objects: readonly StoredObject[];
  readonly continueToken?: string;
  readonly remaining?: number;
}

/** Paged lists show one moment: the rest of a list is kept for its `continue` tokens. */
export class ListSnapshots {
  readonly #kept = new Map<string, Snapshot>();
  #count = 0;

  /** The first page of a list. */
  first(objects: readonly StoredObject[], resourceVersion: string, limit: number, filtered: boolean): Page {
    if (limit <= 0 || objects.length <= limit) return { resourceVersion, objects };
    this.#count += 1;
    const id = String(this.#count);
    this.#kept.set(id, { resourceVersion, objects, filtered });
    if (this.#kept.size > mostSnapshots) this.#kept.delete([...this.#kept.keys()][0]!);
    return this.#page(id, 0, limit);
  }

  /** The page that a token names. Throws 410 when its list is no longer kept. */
  next(token: string, limit: number): Page {
    const content = readToken(token);
    const [id, start] = [textAt(content, 'list'), numberAt(content, 'start')];
    if (id === undefined || start === undefined) throw badRequest('invalid continue token: continue key is not valid: unrecognized encoded start key (value meta.k8s.io/v1)');
    if (!this.#kept.has(id)) {
      throw expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.');
    }
    return this.#page(id, start, limit);
  }

  /** Tokens from before are too old. */
  forget(): void {
    this.#kept.clear();
  }

  #page(id: string, start: number, limit: number): Page {
    const { resourceVersion, objects, filtered } = this.#kept.get(id)!;
    const end = limit <= 0 ? objects.length : start + limit;
    const page = objects.slice(start, end);
    if (end >= objects.length) return { resourceVersion, objects: page };
    const continueToken = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: Number(resourceVersion), list: id, start: end })).toString('base64url');
    // With a selector the real server does not know how many are left.
    return { resourceVersion, objects: page, continueToken, ...(filtered ? {} : { remaining: objects.length - end }) };
  }
}

const mostSnapshots = 100;

/** The words of Go's decoders, as the real server passes them on (apiserver: storage/continue.go). */
function readToken(token: string): unknown {
  const invalid = (why: string): StatusError => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const stray = token.search(/[^A-Za-z0-9_-]/);
  if (stray !== -1) throw invalid(`illegal base64 data at input byte ${stray}`);
  const bytes = Buffer.from(token, 'base64url');
  try {
    return JSON.parse(bytes.toString());
  } catch {
    const first = bytes[0] ?? 0;
    const shown = first >= 0x20 && first < 0x7f ? String.fromCharCode(first) : `\\u${first.toString(16).padStart(4, '0')}`;
    throw invalid(`invalid character '${shown}' looking for beginning of value`);
  }
}
