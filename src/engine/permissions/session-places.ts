/** Which action is allowed on what for an access whose sessions are renewed. As `action-places.ts`. */
import type { ActionPlace } from './action-places.ts';

export const sessionPlaces: readonly ActionPlace[] = [
  // Whoever applies gets the first session, where it is the renewer that the role trusts.
  { sid: 'TakeSession', actions: ['sts:AssumeRole'], when: ({ identity }) => identity?.session === true, resources: ({ identity }) => (identity === undefined ? [] : [identity.roleArn]) },
];

/** The kinds that only an access of this mode has. */
export const sessionKinds: ReadonlySet<string> = new Set(['session-secret']);
