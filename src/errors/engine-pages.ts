import type { ErrorPage } from './error.ts';

/** The ids that `engine` reports. */
export const enginePages = {} as const satisfies Record<string, ErrorPage>;
