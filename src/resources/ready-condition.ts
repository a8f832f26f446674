import type { KubernetesObject } from '../kubernetes/types.ts';
import { recordsAt, textAt } from './json.ts';

/** The condition `Ready`, as External Secrets Operator and cert-manager set it on their objects. */
export function readyCondition(object: KubernetesObject | undefined): { readonly status?: string; readonly reason?: string; readonly message?: string } {
  const condition = recordsAt(object, 'status', 'conditions').find(({ type }) => type === 'Ready');
  const [status, reason, message] = [textAt(condition, 'status'), textAt(condition, 'reason'), textAt(condition, 'message')];
  return { ...(status === undefined ? {} : { status }), ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}

export function isReady(object: KubernetesObject | undefined): boolean {
  return readyCondition(object).status === 'True';
}
