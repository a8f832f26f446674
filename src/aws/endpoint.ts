/** A service as the endpoint variables call it (AWS SDKs and Tools Reference Guide, "Service-specific endpoints"). */
export type EndpointService = 'IAM' | 'STS' | 'SSM' | 'SECRETS_MANAGER' | 'ROLESANYWHERE' | 'BEDROCK' | 'BEDROCK_RUNTIME' | 'EKS' | 'EKS_AUTH' | 'CLOUDTRAIL';

/**
 * The endpoint to use instead of AWS's own: the given one, then `AWS_ENDPOINT_URL_<SERVICE>`, then `AWS_ENDPOINT_URL`.
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` turns the variables off. Undefined means AWS's own.
 */
export function endpointOf(service: EndpointService, given: string | undefined, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (given !== undefined) return given;
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const url = environment[`AWS_ENDPOINT_URL_${service}`] || environment['AWS_ENDPOINT_URL'];
  return url === '' ? undefined : url;
}
