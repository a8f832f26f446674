/** Annotations that the program writes. */
export const annotationKeys = {
  /** On the Secret, by the ExternalSecret's template: which key it holds. */
  accessKeyId: 'bedrock-access.dev/access-key-id',
  /** On the Secret: the parameter version that it was made of. */
  parameterVersion: 'bedrock-access.dev/parameter-version',
  /** On the pod template: the key's id; a new one restarts the workload. */
  credential: 'bedrock-access.dev/credential',
  /** On the pod template: digest of the variables' values; a new one restarts the workload. */
  environment: 'bedrock-access.dev/environment',
  /** On the workload: the access whose variables it has. */
  access: 'bedrock-access.dev/access',
  /** On the Secret with a session: when it ends. */
  sessionEnds: 'bedrock-access.dev/session-ends',
  /** On the Secret with a session: the role that it is of. */
  sessionRole: 'bedrock-access.dev/session-role',
} as const;
