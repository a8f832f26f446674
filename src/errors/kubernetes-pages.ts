import type { ErrorPage } from './error.ts';

/** The ids that `kubernetes` reports. */
export const kubernetesPages = {} as const satisfies Record<string, ErrorPage>;
