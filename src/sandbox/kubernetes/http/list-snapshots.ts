import { Buffer } from 'node:buffer';
import { isObject, numberAt, type StoredObject, textAt } from '../object.ts';
import { badRequest, expired } from '../status-error.ts';

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
    let id;
    let start;
    try {
      const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
      [id, start] = isObject(content) ? [textAt(content, 'list'), numberAt(content, 'start')] : [];
    } catch {
      throw badRequest('continue key is not valid: illegal base64 data');
    }
    if (id === undefined || start === undefined) throw badRequest('continue key is not valid');
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
