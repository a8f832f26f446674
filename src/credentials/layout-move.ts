/** From one parameter with both halves of a key to two, or back: a rotation whose new key goes into the other layout. */
import { keyMode } from '../access/credential-mode.ts';
import { accessDigest } from '../access/digest.ts';
import type { Access } from '../access/types.ts';
import { footprint as footprintOf } from '../engine/footprint.ts';
import { beginRevision } from '../engine/revision.ts';
import type { Revision, RunContext } from '../engine/types.ts';
import { accessPages } from '../errors/access-pages.ts';
import { AccessError } from '../errors/error.ts';
import type { AppliedAccess } from './applied.ts';
import type { RotateOptions } from './types.ts';

/** The access with its parameters in another layout: the rotation's new key goes there, and the old parameters are removed. */
export function inLayout(access: Access, layout: RotateOptions['layout']): Access {
  const { accessKey } = access.spec.credentials;
  if (layout === undefined || layout === keyMode(access, 'a rotation').layout) return access;
  if (accessKey === undefined) throw new AccessError('mode-without-key', 'an API key is one value: there are no halves to lie in two parameters', { cause: 'Two parameters are of the mode accessKey.', remedy: 'Rotate without a layout.' });
  if (layout === 'pair' && accessKey.secretStore.service === 'SecretsManager') {
    const { cause, remedy } = accessPages['layout-not-in-store'];
    throw new AccessError('layout-not-in-store', 'with service SecretsManager the pair lies in one secret, as JSON', { cause, remedy });
  }
  return { ...access, spec: { ...access.spec, credentials: { accessKey: { ...accessKey, layout } } } };
}

/** From here on the access is one of that layout, which its revision says. */
export function beginMove(access: Access, { revisions }: AppliedAccess, context: RunContext): Promise<Revision> {
  const { catalog, clusterId, clock } = context;
  return beginRevision(footprintOf(access, { catalog, clusterId, now: clock.now() }), revisions, context);
}

/** Does the last revision, which did not come to its end, differ from the one before by the layout alone? */
export function movesOnly({ access, complete, revisions }: AppliedAccess): boolean {
  const before = revisions.find(({ state }) => state === 'complete')?.access;
  return !complete && before !== undefined && accessDigest(inLayout(before, keyMode(access, 'a rotation').layout)) === accessDigest(access);
}
