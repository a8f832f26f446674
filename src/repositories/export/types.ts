import type { ParsedAccess } from '../../access/parse.ts';
import type { Access } from '../../access/types.ts';
import type { Catalog } from '../../bedrock/types.ts';
import type { Finding } from '../../finding.ts';
import type { ExportStyle } from './style.ts';
import type { FileEdit } from './workspace.ts';

export interface ExportRequest {
  readonly declared: ParsedAccess;
  /** Where the user stands: messages name files from there. */
  readonly directory: string;
  /** The file of the declaration as the user named it. */
  readonly declarationFile: string;
  /** A target's folder; new or not. */
  readonly terraform?: string;
  /** The app's folder; new or not. */
  readonly manifests?: string;
  readonly style: Partial<ExportStyle>;
  readonly keys: ExportStyle['keys'];
  /** UID of the namespace `kube-system`, or the id that the platform set. */
  readonly clusterId?: string;
  readonly catalog: Catalog;
  readonly now: Date;
}

export interface ExportOutcome {
  /** The access with the names and keepers that were decided. */
  readonly access: Access;
  /** Where the declaration lies for the program and for `check`. */
  readonly declaration: string;
  readonly edits: readonly FileEdit[];
  readonly findings: readonly Finding[];
  /** What to do after the edits, in this order. */
  readonly order: readonly OrderStep[];
  readonly style: ExportStyle;
}

export interface OrderStep {
  readonly title: string;
  readonly why: string;
  /** Commands or files, a line each. */
  readonly lines: readonly string[];
}
