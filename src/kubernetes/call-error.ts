import type { KubernetesCallErrorFields, KubernetesErrorKind } from './types.ts';

/** Where an error happened, as `kubectl auth can-i` would name it. */
export interface RefusedResource {
  /** `deployments.apps`, `secrets`, `serviceaccounts/token`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** The one error that calls of {@link Kubernetes} throw; told apart by `kind`, `status` and `reason`, never by its message. */
export class KubernetesCallError extends Error implements KubernetesCallErrorFields {
  readonly kind: KubernetesErrorKind;
  readonly status: number;
  readonly reason: string;
  readonly verb: string;
  readonly target: string;
  readonly uncertain: boolean;
  readonly conflicts?: readonly { readonly field: string; readonly manager: string }[];
  readonly refused?: RefusedResource;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfter?: number;
  /** Fields that the server named as not valid, with its reason for each. */
  readonly causes: readonly { readonly field: string; readonly message: string }[];

  constructor(
    message: string,
    fields: KubernetesCallErrorFields & {
      readonly refused?: RefusedResource;
      readonly retryAfter?: number | undefined;
      readonly causes?: readonly { readonly field: string; readonly message: string }[];
    },
  ) {
    super(message);
    this.name = 'KubernetesCallError';
    this.kind = fields.kind;
    this.status = fields.status;
    this.reason = fields.reason;
    this.verb = fields.verb;
    this.target = fields.target;
    this.uncertain = fields.uncertain;
    this.causes = fields.causes ?? [];
    if (fields.conflicts !== undefined) this.conflicts = fields.conflicts;
    if (fields.refused !== undefined) this.refused = fields.refused;
    if (fields.retryAfter !== undefined) this.retryAfter = fields.retryAfter;
  }
}
