/** Does the cluster pass over pods with the label that lets two modes stand side by side? */
import { declaredModeOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import type { RunContext } from '../../engine/types.ts';
import type { Finding } from '../../finding.ts';
import { isGivenDespite } from '../../resources/pod-identity-association.ts';

/** Told by a dry run, while the ServiceAccount is associated. @param giver the mode that gives every new pod its identity; undefined label: nothing is hidden */
export async function unheededLabel({ metadata, spec }: Access, label: string | undefined, { kubernetes }: RunContext): Promise<Finding | undefined> {
  const serviceAccount = spec.credentials.podIdentity?.serviceAccount;
  if (label === undefined || serviceAccount === undefined || !(await isGivenDespite(label, { namespace: metadata.namespace, serviceAccount }, kubernetes))) return undefined;
  return {
    id: 'modes-not-side-by-side',
    severity: 'error',
    message: `pods with the label ${label} are given the identity of ${declaredModeOf(spec.credentials)} all the same`,
    cause: 'While EKS associates the ServiceAccount with a role, it gives every pod that is made the address of its agent, and AWS SDKs ask there before they ask the sidecar. The webhook of this cluster does not pass over pods with that label.',
    remedy: 'Let the webhook pass them over: an objectSelector on it in MutatingWebhookConfiguration pod-identity-webhook. Or go over a mode that SDKs look at first: migrate to accessKey or webIdentity, and from there.',
    place: { field: 'spec.credentials' },
  };
}
