import type { ErrorPage } from './error.ts';

/** The ids that `policy` reports. */
export const policyPages = {} as const satisfies Record<string, ErrorPage>;
