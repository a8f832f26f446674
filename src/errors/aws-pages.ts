import type { ErrorPage } from './error.ts';

/** The ids that `aws` reports. */
export const awsPages = {} as const satisfies Record<string, ErrorPage>;
