import type { ErrorPage } from './error.ts';

/** The ids that `kubernetes` reports. */
export const kubernetesPages = {
  'kubeconfig-missing': {
    summary: 'No kubeconfig was found.',
    cause: 'Neither --kubeconfig, nor KUBECONFIG, nor ~/.kube/config names a file that exists, and this is no pod with a service account.',
    remedy: 'Set KUBECONFIG or pass --kubeconfig FILE; `bedrock-access sandbox` gives a cluster to try with.',
    fault: 'input',
  },
  'kubeconfig-invalid': {
    summary: 'The kubeconfig cannot be used.',
    cause: 'It is not YAML, or its context, cluster, user or certificate files do not fit together.',
    remedy: 'Check it with `kubectl config view`, or choose another context with --context.',
    fault: 'input',
  },
  'cluster-credentials-failed': {
    summary: 'The credential plugin of the kubeconfig failed.',
    cause: 'The command or identity provider that gives the credentials ended with an error, or asks for signing in.',
    remedy: 'Run `kubectl get namespaces` with the same context and do what the plugin asks for.',
    fault: 'cluster',
  },
  'cluster-credentials-refused': {
    summary: 'The cluster does not accept the credentials.',
    cause: 'The token or client certificate has expired, or belongs to another cluster.',
    remedy: 'Sign in to the cluster again, or choose another context.',
    fault: 'input',
  },
  'cluster-unreachable': {
    summary: 'The cluster cannot be reached.',
    cause: 'Its address does not resolve, the connection is refused or cut off, or its certificate is not trusted.',
    remedy: 'Check with `kubectl version` that the cluster is up and the context is the right one.',
    fault: 'cluster',
  },
  'cluster-unavailable': {
    summary: 'The API server answered with an error of its own, or kept throttling.',
    cause: 'The control plane is overloaded or has a fault.',
    remedy: 'Wait a minute and run the same command again.',
    fault: 'cluster',
  },
  'kubernetes-permission-missing': {
    summary: "The kubeconfig's user lacks a permission in the cluster.",
    cause: 'No Role or ClusterRole bound to the user allows the verb on that resource.',
    remedy: 'Grant the verb and resource that the message names; `kubectl auth can-i` checks it.',
    fault: 'input',
  },
  'namespace-terminating': {
    summary: 'The namespace is being deleted.',
    cause: 'In a namespace that is on its way out the API server lets nothing new be made, not even the Lease of a run. It stays there as long as finalizers keep something in it.',
    remedy: 'Wait until it is gone, make it anew and run the command again; `kubectl get namespace NAME -o yaml` tells what it still waits for. To remove the access, run `bedrock-access destroy`: it needs nothing new there.',
    fault: 'input',
  },
  'lease-held': {
    summary: 'Another run is changing this access.',
    cause: 'Every run that changes something holds the Lease `bedrock-access-<name>` in the namespace of the access; a live run of somebody else has it.',
    remedy: 'Wait until that run has ended; the Lease of a killed run ends by itself within its duration.',
    fault: 'input',
  },
  'lease-lost': {
    summary: 'This run has lost its Lease and stopped.',
    cause: 'It stood still for longer than the Lease holds and another run took it over, or somebody changed the Lease by hand.',
    remedy: 'Run the same command again: it looks first at what is there and goes on.',
    fault: 'cluster',
  },
  'field-owned-by-other': {
    summary: 'A field belongs to another manager.',
    cause: 'Server-side apply records who set a field; Argo CD, Flux, Helm or a person set this one and would set it back.',
    remedy: 'Take the field out of what that manager applies, or make the change there.',
    fault: 'input',
  },
  'kubernetes-already-exists': {
    summary: 'An object of that name exists already.',
    cause: 'Somebody else made it.',
    remedy: 'Look at `bedrock-access plan`; take it over with `--adopt` or choose another name.',
    fault: 'input',
  },
  'kubernetes-changed-meanwhile': {
    summary: 'An object was changed by somebody else while the command ran.',
    cause: 'Every write carries the version that was read, and that version is old.',
    remedy: 'Run the same command again.',
    fault: 'cluster',
  },
  'kubernetes-object-invalid': {
    summary: 'The cluster refuses an object as not valid.',
    cause: 'Its schema, an admission webhook or a policy of the cluster asks for something else.',
    remedy: 'Put right the fields that the cluster names.',
    fault: 'cluster',
  },
  'kubernetes-not-found': {
    summary: 'An object or its namespace does not exist.',
    cause: 'The name in the declaration is wrong, or somebody removed it while the command ran.',
    remedy: 'Check the names with `kubectl get`, then run the command again.',
    fault: 'input',
  },
  'kind-not-served': {
    summary: 'The cluster does not know a kind.',
    cause: 'Its CustomResourceDefinition is not installed, or serves only other versions.',
    remedy: 'Install or upgrade the operator that brings it.',
    fault: 'cluster',
  },
  'kubernetes-call-failed': {
    summary: 'A call to the cluster failed in a way that this program does not know.',
    cause: 'The status that the server gave is shown with the error.',
    remedy: 'Run the command again with --debug and report it if it stays.',
    fault: 'cluster',
  },
} as const satisfies Record<string, ErrorPage>;
