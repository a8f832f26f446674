import { inspect } from 'node:util';

/** Why a secret is read. Each purpose has exactly one file that calls `reveal`; the lint rule lists them. */
export type RevealPurpose = 'store' | 'sign' | 'compare' | 'deliver' | 'present' | 'certify' | 'exchange' | 'handover';

/**
 * A value that must never be seen: it prints, serialises and inspects as `[secret]`.
 * The only way to the value is {@link Secret.reveal}, with the purpose named.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** A JSON object of strings as a new secret; secrets among the fields go in without being shown to the caller. */
  static json(fields: Readonly<Record<string, string | Secret>>): Secret {
    const plain = Object.entries(fields).map(([name, field]) => [name, field instanceof Secret ? field.#value : field]);
    return new Secret(JSON.stringify(Object.fromEntries(plain)));
  }

  /** One field of a JSON object as a secret of its own; undefined when there is none of that name, or no JSON object. */
  field(name: string): Secret | undefined {
    try {
      const value: unknown = JSON.parse(this.#value);
      const found: unknown = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
      return typeof found === 'string' ? new Secret(found) : undefined;
    } catch {
      // JSON.parse quotes what it cannot read: its message is not kept.
      return undefined;
    }
  }

  reveal(_purpose: RevealPurpose): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
