import type { ErrorPage } from './error.ts';

/** The ids that `bedrock` reports. */
export const bedrockPages = {} as const satisfies Record<string, ErrorPage>;
