import type { NamedPolicy } from '../../../policy/types.ts';

/** Temporary credentials. They expire by the wall clock, since clients refresh them by theirs. */
export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  /** Wall time. */
  readonly expiresAt: Date;
  /** World time. */
  readonly issuedAt: Date;
  /** GetSessionToken of a user, or a role assumed. */
  readonly of: { readonly kind: 'user'; readonly user: string } | { readonly kind: 'role'; readonly role: string; readonly roleId: string; readonly sessionName: string };
  readonly policies: readonly NamedPolicy[];
  readonly tags: Readonly<Record<string, string>>;
}
