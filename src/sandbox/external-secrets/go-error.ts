/** Tells an error of the AWS SDK as aws-sdk-go-v2 words it, which is what stands in the operator's events (smithy-go errors.go). */
export function goError(service: 'SSM' | 'STS' | 'Secrets Manager', operation: string, error: unknown): string {
  const head = `operation error ${service}: ${operation}`;
  if (!(error instanceof Error)) return `${head}, ${String(error)}`;
  const metadata = '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null ? error.$metadata : {};
  const status = 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
  const requestId = 'requestId' in metadata && typeof metadata.requestId === 'string' ? metadata.requestId : '';
  if (status === 0) return `${head}, https response error StatusCode: 0, RequestID: , request send failed, ${error.message}`;
  // Errors that the service's model names print their own name, all others as "api error".
  const named = modeled[service].has(error.name);
  return `${head}, https response error StatusCode: ${status}, RequestID: ${requestId}, ${named ? '' : 'api error '}${error.name}: ${error.message}`;
}

const modeled = {
  SSM: new Set(['InternalServerError', 'InvalidKeyId', 'ParameterNotFound', 'ParameterVersionNotFound']),
  'Secrets Manager': new Set(['DecryptionFailure', 'InternalServiceError', 'InvalidParameterException', 'InvalidRequestException', 'ResourceNotFoundException']),
  STS: new Set(['ExpiredTokenException', 'IDPCommunicationError', 'IDPRejectedClaim', 'InvalidIdentityToken', 'MalformedPolicyDocument', 'PackedPolicyTooLarge', 'RegionDisabledException']),
} as const;
