import { AwsError } from './error.ts';

/** What a text field must fulfil, from the service's API model. */
export interface TextRule {
  readonly min?: number;
  readonly max?: number;
  /** Matches the whole text. */
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

/** How a service names its validation error. */
export type ValidationCode = 'ValidationError' | 'ValidationException';

/**
 * The members of a request's structure. A member that breaks its rule is answered as AWS does: `1 validation error
 * detected: Value 'x' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64`.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #code: ValidationCode;
  readonly #place: string;

  constructor(values: Readonly<Record<string, unknown>>, code: ValidationCode, place = '') {
    this.#values = values;
    this.#code = code;
    this.#place = place;
  }

  text(name: string, rule: TextRule = {}): string {
    const value = this.optionalText(name, rule);
    if (value === undefined) throw this.#violation(undefined, name, 'Member must not be null');
    return value;
  }

  optionalText(name: string, rule: TextRule = {}): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw new AwsError('SerializationException', 400, `${this.#path(name)} must be a string`);
    if (rule.min !== undefined && value.length < rule.min) throw this.#violation(value, name, `Member must have length greater than or equal to ${rule.min}`);
    if (rule.max !== undefined && value.length > rule.max) throw this.#violation(value, name, `Member must have length less than or equal to ${rule.max}`);
    if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) throw this.#violation(value, name, `Member must satisfy enum value set: [${rule.oneOf.join(', ')}]`);
    if (rule.pattern !== undefined && !new RegExp(`^(?:${rule.pattern.source})$`, rule.pattern.flags).test(value)) {
      throw this.#violation(value, name, `Member must satisfy regular expression pattern: ${rule.pattern.source}`);
    }
    return value;
  }

  /** A whole number; the Query protocol and query strings send it as text. */
  optionalNumber(name: string, range: { readonly min?: number; readonly max?: number } = {}): number | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'number' ? value : Number(value);
    if (!Number.isInteger(number)) throw new AwsError('SerializationException', 400, `${this.#path(name)} must be an integer`);
    if (range.min !== undefined && number < range.min) throw this.#violation(String(number), name, `Member must have value greater than or equal to ${range.min}`);
    if (range.max !== undefined && number > range.max) throw this.#violation(String(number), name, `Member must have value less than or equal to ${range.max}`);
    return number;
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    return value === true || value === 'true';
  }

  /** Undefined for an absent list. */
  optionalTexts(name: string, rule: { readonly min?: number; readonly max?: number; readonly each?: TextRule } = {}): readonly string[] | undefined {
    const list = this.#list(name, rule);
    return list?.map((value, index) => new Fields({ value }, this.#code, `${this.#path(name)}.${index + 1}.member`).text('value', rule.each));
  }

  texts(name: string, rule: { readonly min?: number; readonly max?: number; readonly each?: TextRule } = {}): readonly string[] {
    const list = this.optionalTexts(name, rule);
    if (list === undefined) throw this.#violation(undefined, name, 'Member must not be null');
    return list;
  }

  /** An empty list for an absent one. */
  structures(name: string, rule: { readonly min?: number; readonly max?: number } = {}): readonly Fields[] {
    return (this.#list(name, rule) ?? []).map((value, index) => new Fields(isRecord(value) ? value : {}, this.#code, `${this.#path(name)}.${index + 1}.member`));
  }

  optionalStructure(name: string): Fields | undefined {
    const value = this.#values[name];
    return isRecord(value) ? new Fields(value, this.#code, this.#path(name)) : undefined;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  /** As it came, for free-form documents. */
  raw(name: string): unknown {
    return this.#values[name];
  }

  #list(name: string, rule: { readonly min?: number; readonly max?: number }): readonly unknown[] | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) {
      if (value === '') return []; // the Query protocol's empty list
      throw new AwsError('SerializationException', 400, `${this.#path(name)} must be a list`);
    }
    if (rule.min !== undefined && value.length < rule.min) throw this.#violation('[]', name, `Member must have length greater than or equal to ${rule.min}`);
    if (rule.max !== undefined && value.length > rule.max) throw this.#violation('[...]', name, `Member must have length less than or equal to ${rule.max}`);
    return value;
  }

  #path(name: string): string {
    const own = name.charAt(0).toLowerCase() + name.slice(1);
    return this.#place === '' ? own : `${this.#place}.${own}`;
  }

  #violation(value: string | undefined, name: string, constraint: string): AwsError {
    const shown = value === undefined ? 'Value' : `Value '${value}'`;
    return new AwsError(this.#code, 400, `1 validation error detected: ${shown} at '${this.#path(name)}' failed to satisfy constraint: ${constraint}`);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
