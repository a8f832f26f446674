import type { Access } from './types.ts';

/**
 * The address of `bedrock-runtime` that the workload calls, where that is not the public endpoint of the region.
 * FIPS host names: AWS General Reference, "Amazon Bedrock endpoints and quotas".
 */
export function endpointUrl({ spec }: Access): string | undefined {
  if (spec.endpoint?.url !== undefined) return spec.endpoint.url;
  return spec.endpoint?.fips === true ? `https://bedrock-runtime-fips.${spec.region}.amazonaws.com` : undefined;
}

/**
 * Regions with a FIPS endpoint for `bedrock-runtime` (same page). Others have none, and the name does not resolve.
 */
export const fipsRegions: readonly string[] = ['ca-central-1', 'us-east-1', 'us-east-2', 'us-gov-east-1', 'us-gov-west-1', 'us-west-1', 'us-west-2'];
