import type { Access } from '../access/types.ts';
import { ownerOf } from '../engine/rollback.ts';
import { revisionsOf } from '../engine/revision.ts';
import type { AccessName, Beyond, Revision, RunContext } from '../engine/types.ts';
import { AccessError } from '../errors/error.ts';
import { keySorts } from '../resources/key-sort.ts';
import { stores } from '../resources/stores/index.ts';
import { takeReadings } from '../resources/readings.ts';

/** A rotation changes the key, where it lies, and what denies the sessions of a leaked one. */
const stored = stores.map(({ kind }) => kind);
const beyond: Beyond = { byName: stored, byOwner: [...keySorts.map(({ kind }) => kind), ...stored, 'deny-policy'] };

export interface AppliedAccess {
  readonly access: Access;
  /** The run's context with the catalog of that revision, so that a rotation changes nothing but the key. */
  readonly context: RunContext;
  /** Latest first. */
  readonly revisions: readonly Revision[];
  /** The last apply came to its end. */
  readonly complete: boolean;
}

/**
 * The access as it was last applied in this cluster: a rotation needs no document.
 * @throws AccessError `access-not-found` when the cluster holds no revision that this version can read
 */
export async function appliedAccess(name: AccessName, context: RunContext): Promise<AppliedAccess> {
  const revisions = await revisionsOf(ownerOf(name, context), takeReadings(context.aws, context.kubernetes));
  const [latest] = revisions;
  if (latest?.access !== undefined) return { access: latest.access, context: { ...context, catalog: latest.catalog ?? context.catalog, beyond }, revisions, complete: latest.state === 'complete' };
  throw new AccessError('access-not-found', `the cluster holds no revision of an access ${name.namespace}/${name.name}${latest === undefined ? '' : ' that this version can read'}`, {
    cause: latest === undefined ? 'It was never applied here, or is destroyed.' : `Revision ${latest.number} was written by version ${latest.programVersion}.`,
    remedy: latest === undefined ? 'See which there are with `bedrock-access list`; apply it first.' : `Use version ${latest.programVersion}, or apply the declaration with this one.`,
  });
}
