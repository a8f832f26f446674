import { listAt, textAt, type JsonObject } from '../kubernetes/object.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * A status with this condition in it. The same condition again changes nothing; a new reason with the same status keeps the time of the
 * transition (`SetExternalSecretCondition`).
 */
export function withCondition(status: JsonObject, condition: Condition, now: string): JsonObject {
  const conditions = listAt(status, 'conditions');
  const current = conditions.find((each) => textAt(each, 'type') === condition.type);
  const sameStatus = textAt(current, 'status') === condition.status;
  if (sameStatus && textAt(current, 'reason') === condition.reason && textAt(current, 'message') === condition.message) return status;
  const lastTransitionTime = sameStatus ? (textAt(current, 'lastTransitionTime') ?? now) : now;
  return { ...status, conditions: [...conditions.filter((each) => each !== current), { ...condition, lastTransitionTime }] };
}
