/**
 * What an expression comes to without running Terraform. What cannot be decided stays visible as {@link Unknown}, alone
 * or inside a text, so that a rule can say "undecided" and never has to guess.
 */
export type Value = string | number | boolean | null | readonly Value[] | ValueMap | Unknown | PartialText;

export interface ValueMap {
  readonly [key: string]: Value;
}

/** A value that only an apply, a caller or a service knows. */
export class Unknown {
  /** As Terraform writes it, `aws_iam_user.bedrock_user.arn`; undefined for the outcome of an operation. */
  readonly reference: string | undefined;
  readonly reason: string;

  constructor(reason: string, reference?: string) {
    this.reason = reason;
    this.reference = reference;
  }

  toString(): string {
    return `\${${this.reference ?? '…'}}`;
  }
}

/** A text with unknown pieces: `arn:aws:iam::${data.aws_caller_identity.current.account_id}:user/x`. */
export class PartialText {
  readonly parts: readonly (string | Unknown)[];

  constructor(parts: readonly (string | Unknown)[]) {
    this.parts = parts;
  }

  toString(): string {
    return this.parts.map(String).join('');
  }
}

/** An object with keys that are not all known: what it holds under a name cannot be said, and what stands in it can. */
export class UnknownKeys extends Unknown {
  readonly entries: readonly (readonly [key: Value, value: Value])[];

  constructor(entries: readonly (readonly [key: Value, value: Value])[]) {
    super('a key that is not known');
    this.entries = entries;
  }
}

/** An object of its entries; of two with the same key the last. */
export function objectOf(entries: readonly (readonly [key: Value, value: Value])[]): ValueMap | UnknownKeys {
  const map: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) {
    if (typeof key !== 'string' && typeof key !== 'number') return new UnknownKeys(entries);
    map[String(key)] = value;
  }
  return map;
}

export function isKnown(value: Value): boolean {
  if (value instanceof Unknown || value instanceof PartialText) return false;
  if (isList(value)) return value.every(isKnown);
  if (isMap(value)) return Object.values(value).every(isKnown);
  return true;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown) && !(value instanceof PartialText);
}

/** Joins pieces to the simplest form: a string where all is known. */
export function joinText(pieces: readonly Value[]): Value {
  const parts: (string | Unknown)[] = [];
  const add = (part: string | Unknown): void => {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  for (const piece of pieces) {
    if (piece instanceof PartialText) piece.parts.forEach(add);
    else if (piece instanceof Unknown) add(piece);
    else if (typeof piece === 'string' || typeof piece === 'number' || typeof piece === 'boolean') add(String(piece));
    else add(new Unknown('a list or map inside a text'));
  }
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  return parts.length === 1 ? parts[0]! : new PartialText(parts);
}
