import type { ErrorPage } from './error.ts';

/** What stands in the way of calls for a certificate (IAM Roles Anywhere), and of a sidecar. */
export const rolesAnywherePages = {
  'trust-anchor-missing': {
    summary: 'AWS has no trust anchor of this ARN.',
    cause: 'It tells AWS whose certificates to accept. The platform makes it, once for each authority and region; an access never does.',
    remedy: 'Let the platform make it of the authority of the cert-manager issuer, or correct the declaration.',
    fault: 'input',
  },
  'trust-anchor-disabled': {
    summary: 'The trust anchor is disabled.',
    cause: 'While it is disabled, no certificate of its authority gets a session.',
    remedy: 'Let its owner enable it: aws rolesanywhere enable-trust-anchor.',
    fault: 'aws',
  },
  'roles-anywhere-profile-missing': {
    summary: 'The profile of IAM Roles Anywhere is not there.',
    cause: 'It was deleted, or the access was not applied. Without it AWS hands the role out to no certificate.',
    remedy: 'Run bedrock-access apply.',
    fault: 'aws',
  },
  'roles-anywhere-profile-differs': {
    summary: 'The profile does not hand out the role as declared.',
    cause: 'Somebody disabled it, took the role out of it, or narrowed it by a session policy.',
    remedy: 'bedrock-access plan shows the difference, apply puts it right. A session policy is taken off by whoever put it there.',
    fault: 'aws',
  },
  'cert-manager-absent': {
    summary: 'cert-manager is not installed.',
    cause: 'It makes the certificate for which the pods get their sessions, and renews it.',
    remedy: 'Install it: helm install cert-manager oci://quay.io/jetstack/charts/cert-manager -n cert-manager --create-namespace --set crds.enabled=true',
    fault: 'cluster',
  },
  'certificate-issuer-missing': {
    summary: 'The declared issuer of the certificate does not exist.',
    cause: "It signs the certificate, and is the platform's: an access never makes one.",
    remedy: 'Name one that exists: kubectl get clusterissuers.',
    fault: 'input',
  },
  'certificate-issuer-not-ready': {
    summary: 'The issuer of the certificate is not Ready.',
    cause: 'It cannot sign: mostly the Secret of its authority is missing. A certificate that is there is good until its end.',
    remedy: 'Look at its condition: kubectl describe clusterissuer.',
    fault: 'cluster',
  },
  'certificate-not-ready': {
    summary: 'The certificate was not issued, or is not valid any more.',
    cause: 'Mostly its issuer is not Ready, or an approver has not approved the request.',
    remedy: 'Look at the conditions: kubectl describe certificate,certificaterequest.',
    fault: 'cluster',
  },
  'certificate-missing': {
    summary: 'There is no certificate to get a session for.',
    cause: 'The Secret was deleted, or was never issued.',
    remedy: 'Look at the Certificate: kubectl describe certificate. bedrock-access apply makes one that is missing.',
    fault: 'cluster',
  },
  'certificate-out-of-force': {
    summary: 'The certificate is expired, or not valid yet.',
    cause: 'cert-manager did not renew it in time, or the clock of the cluster is wrong.',
    remedy: 'Look at the Certificate and its issuer: kubectl describe certificate,clusterissuer. Compare the clocks of the nodes.',
    fault: 'cluster',
  },
  'certificate-not-of-trust-anchor': {
    summary: "The trust anchor's authorities did not sign the certificate.",
    cause: 'The issuer signs with another authority than the trust anchor holds: the authority was renewed, or the trust anchor is of another cluster. Only the authority that signs directly counts.',
    remedy: 'Put the certificate of the issuer (ca.crt of the Secret) into the trust anchor: aws rolesanywhere update-trust-anchor.',
    fault: 'cluster',
  },
  'certificate-session-refused': {
    summary: 'AWS gives no session for the certificate.',
    cause: 'The trust policy of the role, the profile or the trust anchor is not as declared, or a change is not known everywhere yet.',
    remedy: 'See the other findings; bedrock-access apply puts role and profile right.',
    fault: 'aws',
  },
  'host-network-shares-identity': {
    summary: "Pods in their node's network cannot have a sidecar that serves sessions.",
    cause: "Their loopback is the node's: every process there could take the session.",
    remedy: 'Remove hostNetwork from the workload, or declare another mode of credentials.',
    fault: 'cluster',
  },
  'init-container-before-sidecar': {
    summary: 'An init container would call before the sidecar serves sessions.',
    cause: 'Init containers start one after the other, and the sidecar is the last of them.',
    remedy: 'Name only containers that are no init containers in spec.workloads[].containers.',
    fault: 'input',
  },
} as const satisfies Readonly<Record<string, ErrorPage>>;
