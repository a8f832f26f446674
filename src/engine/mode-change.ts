/** Which way from one mode of credentials to another is under way: told by the revisions alone. */
import { accessDigest } from '../access/digest.ts';
import { isSameMode, modesByName } from '../access/credential-mode.ts';
import type { Access } from '../access/types.ts';
import type { Finding } from '../finding.ts';
import type { Revision } from './types.ts';

export interface ModeChange {
  /** The latest revision, not complete: the mode to come. */
  readonly to: ReadableRevision;
  /** The mode that is left: what was applied before, or what was on its way when a person turned back. */
  readonly from: ReadableRevision;
  /** It leads back to what was complete before. */
  readonly back: boolean;
}

/** A revision whose declaration this version can read. */
export type ReadableRevision = Revision & { readonly access: Access };

/** @param revisions latest first */
export function modeChangeOf(revisions: readonly Revision[]): ModeChange | undefined {
  const [to, ...before] = revisions;
  if (to === undefined || !isReadable(to) || to.state === 'complete') return undefined;
  const complete = before.findIndex(({ state }) => state === 'complete');
  // Without a complete one nothing was ever in use: there is nothing to leave side by side.
  if (complete === -1) return undefined;
  const from = before.slice(0, complete + 1).find((revision) => isReadable(revision) && !isSameMode(revision.access.spec.credentials, to.access.spec.credentials));
  if (from === undefined || !isReadable(from)) return undefined;
  return { to, from, back: from.state === 'pending' && before[complete]?.accessDigest === accessDigest(to.access) };
}

export function isReadable(revision: Revision): revision is ReadableRevision {
  return revision.access !== undefined;
}

/** What every other run than a migration says of a mode that is not the one in use. */
export function modeFindings(access: Access, revisions: readonly Revision[]): readonly Finding[] {
  const { metadata, spec } = access;
  const change = modeChangeOf(revisions);
  const place = { field: 'spec.credentials' };
  const name = `--name ${metadata.namespace}/${metadata.name}`;
  if (change !== undefined) {
    const [was, will] = modesByName(change.from.access.spec.credentials, change.to.access.spec.credentials);
    return [
      {
        id: 'migration-under-way',
        severity: 'error',
        message: `the access is on its way from ${was} to ${will}`,
        cause: 'Both are valid side by side until the workload has moved; anything else would take one of them away too early.',
        remedy: `Go on with \`bedrock-access migrate ${name}\`, or go back with \`bedrock-access migrate --undo ${name}\`.`,
        place,
      },
    ];
  }
  const before = revisions.find(isReadable)?.access;
  if (before === undefined) return [];
  if (isSameMode(spec.credentials, before.spec.credentials)) return [];
  const [was, is] = modesByName(before.spec.credentials, spec.credentials);
  return [
    {
      id: 'mode-changed',
      severity: 'error',
      message: `the access was applied with credentials of the mode ${was}, and the declaration now says ${is}`,
      cause: 'Apply would take the old credential away before the new one is proven.',
      remedy: `Move to it with both valid side by side: \`bedrock-access migrate\` with this declaration (\`--plan\` shows the way).`,
      place,
    },
  ];
}
