import type { ErrorPage } from './error.ts';

/** The ids that `access` reports. */
export const accessPages = {} as const satisfies Record<string, ErrorPage>;
