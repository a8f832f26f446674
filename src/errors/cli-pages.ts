import type { ErrorPage } from './error.ts';

/** The ids that `cli` reports. */
export const cliPages = {} as const satisfies Record<string, ErrorPage>;
