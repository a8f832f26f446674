import type { ErrorPage } from './error.ts';

/** The ids that `checks` reports. */
export const checksPages = {} as const satisfies Record<string, ErrorPage>;
