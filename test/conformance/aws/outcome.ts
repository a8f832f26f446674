/** What one request came to: what is compared between the sandbox and an emulator. */

export interface Outcome {
  /** `200`, or the error's status and code. */
  readonly answer: string;
  /** The fields that the product reads, made comparable. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Sends, and keeps status, error code and the named fields of the answer (`User.Arn`, `AccessKeyMetadata.0.Status`, `Tags.length`). */
export async function outcome(sent: Promise<object>, ...fields: readonly string[]): Promise<Outcome> {
  try {
    const answer = await sent;
    const { $metadata } = Object(answer);
    return { answer: String(Object($metadata).httpStatusCode), ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields.map((field) => [field, comparable(fieldOf(answer, field))])) }) };
  } catch (error) {
    const { name, $metadata } = Object(error);
    const status: unknown = Object($metadata).httpStatusCode;
    if (typeof status !== 'number') throw error;
    return { answer: `${status} ${String(name).replace(/Exception$/, '')}` };
  }
}

export function fieldOf(answer: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined), answer);
}

/** Ids, keys and times differ everywhere; that they are there is what counts. */
function comparable(value: unknown): unknown {
  if (value instanceof Date) return '<time>';
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'string') return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, each]) => [key, comparable(each)])) : value;
  return value.replace(/\bA(?:KIA|IDA|NPA|ROA|SIA)[A-Z0-9]{12,}\b/g, '<id>').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}
