import type { PolicySet } from '../../policy/types.ts';

/** Who calls, and which policies bind it, as the replica that answers knows them. */
export interface Identity {
  readonly kind: 'user' | 'assumed-role' | 'session-token' | 'anonymous';
  readonly arn: string;
  readonly account: string;
  /** `AIDA…`; `AROA…:session` for a role session. */
  readonly userId: string;
  /** The IAM user's or role's name. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: PolicySet;
  /** For temporary credentials: when they were made (`aws:TokenIssueTime`). */
  readonly issuedAt?: Date;
}
