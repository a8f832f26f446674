import type { Finding, Place } from '../finding.ts';

/** Who has to act: the author of the declaration, the AWS side, the cluster side, or this program. */
export type Fault = 'input' | 'aws' | 'cluster' | 'program';

/** What is known of an id before anything happens: the source of `explain ID` and of `docs/errors`. */
export interface ErrorPage {
  /** One line: what it means. */
  readonly summary: string;
  readonly cause: string;
  readonly remedy: string;
  readonly fault: Fault;
}

export interface ErrorDetails {
  /** Why it happened here. */
  readonly cause: string;
  /** The command or edit that mends it. */
  readonly remedy: string;
  readonly place?: Place;
  /** All problems, where there are several; the first is the message. */
  readonly findings?: readonly Finding[];
  /** The process's exit code; see {@link exitCodes}. Default 1. */
  readonly exitCode?: number;
  /** The error beneath, kept for `--debug`; never shown as such. */
  readonly origin?: unknown;
}

/** 0 ok, 1 error, 2 changes (`--detailed-exitcode`), 3 findings, 4 permission, 130 interrupted. */
export const exitCodes = { ok: 0, error: 1, changes: 2, findings: 3, permission: 4, interrupted: 130 } as const;

/** Ids that mean: a permission is missing. Where nothing else is wrong, the exit code is that of {@link exitCodes}`.permission`. */
export const permissionIds: ReadonlySet<string> = new Set(['aws-permission-missing', 'kubernetes-permission-missing']);

/**
 * The one error that the program throws on purpose. It is told apart by its `id`, never by its message.
 * `id` is a key of the pages in `errors/pages.ts`.
 */
export class AccessError extends Error {
  readonly id: string;
  readonly details: ErrorDetails;

  constructor(id: string, message: string, details: ErrorDetails) {
    super(message, details.origin === undefined ? undefined : { cause: details.origin });
    this.name = 'AccessError';
    this.id = id;
    this.details = details;
  }
}
