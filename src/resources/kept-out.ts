/**
 * A label of the pod template by which pods are passed over when others give pods an identity as they are made. While two modes
 * stand side by side, it keeps what the one gives to every new pod from pods of the other, in which SDKs would find it first.
 *
 * EKS's webhook has an `objectSelector` on it, `DoesNotExist`, so that any value will do (amazon-eks-pod-identity-webhook,
 * deploy/mutatingwebhook.yaml and its pull request 216; `iam-for-pods.amazonaws.com` of EKS clusters has the same).
 */
import type { KubernetesObject } from '../kubernetes/types.ts';
import { at, isRecord, textAt } from './json.ts';
import type { State } from './kind.ts';
import { fieldManager } from './workload-containers.ts';
import { workloadShape } from './workload-kinds.ts';

export const skipPodIdentityLabel = 'eks.amazonaws.com/skip-pod-identity-webhook';
const labels = [skipPodIdentityLabel];

/** How a workload stands to the other mode. */
export interface KeptOut {
  readonly label: string;
  /** True: what the other mode gives must not get into its pods; false: its own mode gives it, and the other's pods have the label. */
  readonly wanted: boolean;
}

/** @param by and `what`: a workload as each mode wants it. @returns the label that pods of `what` need while `by` gives every new pod what hides theirs */
export function labelAgainst(by: unknown, what: unknown): string | undefined {
  const hiddenBy = at(what, 'identity', 'hiddenBy');
  const variable = textAt(by, 'identity', 'givenAtStart', 'variable');
  return variable !== undefined && Array.isArray(hiddenBy) && hiddenBy.includes(variable) ? textAt(by, 'identity', 'givenAtStart', 'keptOutBy') : undefined;
}

/** Of a workload in one mode, while that is side by side with the other. */
export function keptOutBeside(desired: unknown, other: unknown): KeptOut | undefined {
  const [kept, keeps] = [labelAgainst(other, desired), labelAgainst(desired, other)];
  if (kept !== undefined) return { label: kept, wanted: true };
  return keeps === undefined ? undefined : { label: keeps, wanted: false };
}

export interface TemplateLabel {
  readonly value: string;
  /** Applied by us, and by nobody else. */
  readonly ours: boolean;
}

export function templateLabel(object: KubernetesObject, label: string): TemplateLabel | undefined {
  const { template } = workloadShape(object.kind);
  const value = textAt(object, ...template, 'metadata', 'labels', label);
  if (value === undefined) return undefined;
  const path = [...template, 'metadata', 'labels', label].map((field) => `f:${field}`);
  const owners = (object.metadata.managedFields ?? []).filter(({ fieldsV1, subresource }) => subresource === undefined && at(fieldsV1, ...path) !== undefined);
  return { value, ours: owners.length > 0 && owners.every(({ manager, operation }) => manager === fieldManager && operation === 'Apply') };
}

/** One line of the labels that a mode may want. */
export function labelsFound(object: KubernetesObject): State {
  return Object.fromEntries(labels.flatMap((label) => { const there = templateLabel(object, label); return there === undefined ? [] : [[line(label), there.value]]; }));
}

/** What is to be there; one of ours that only another mode wanted goes where it would keep the pods from what this one gives, and else with the next change of the template, which restarts them anyway. */
export function labelsWanted(keptOut: KeptOut | undefined, givenBy: string | undefined, object: KubernetesObject | undefined): State {
  if (object === undefined) return {};
  if (keptOut?.wanted === true) return { [line(keptOut.label)]: templateLabel(object, keptOut.label)?.value ?? 'true' };
  return givenBy !== undefined && templateLabel(object, givenBy)?.ours === true ? { [line(givenBy)]: '' } : {};
}

/** What the program writes of it: nothing where somebody else has set it. */
export function labelsWritten(keptOut: KeptOut | undefined, object: KubernetesObject): Readonly<Record<string, string>> {
  if (keptOut?.wanted !== true) return {};
  const there = templateLabel(object, keptOut.label);
  return there === undefined || there.ours ? { [keptOut.label]: there?.value ?? 'true' } : {};
}

function line(label: string): string {
  return `label ${label}`;
}

/** Has a pod, or a pod template, the label? */
export function isKeptOut(pod: unknown, label: string): boolean {
  const found = at(pod, 'metadata', 'labels');
  return isRecord(found) && label in found;
}
