/** The one call of the EKS Auth API: what the agent on a node asks for a pod. A whole SDK client for one request is not worth its size. */
import type { Secret } from '../secret.ts';
import { credentialsIn } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { restCaller } from './rest-json.ts';
import { reading } from './session.ts';
import type { Session } from './session.ts';
import type { AwsCredentials } from './types.ts';

/**
 * A session of the role that is associated with the ServiceAccount of this token (EKS API reference, AssumeRoleForPodIdentity).
 * The token is for the audience `pods.eks.amazonaws.com` and bound to a pod that runs.
 */
export function assumeRoleForPod(session: Session, region: string, { cluster, token }: { readonly cluster: string; readonly token: Secret }): Promise<AwsCredentials> {
  const where: CallPlace = { action: 'eks-auth:AssumeRoleForPodIdentity', region, resource: cluster };
  // AWS General Reference, "Amazon EKS endpoints and quotas": dual-stack addresses only.
  const call = restCaller(session, { signingName: 'eks-auth', endpoint: 'EKS_AUTH', region, dualStack: true });
  return reading(session, where, async () => credentialsIn(await call({ method: 'POST', path: `/clusters/${encodeURIComponent(cluster)}/assume-role-for-pod-identity`, body: { token: token.reveal('exchange') } }), where));
}
