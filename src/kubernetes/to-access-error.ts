import { AccessError, exitCodes } from '../errors/error.ts';
import { KubernetesCallError } from './call-error.ts';

/** What a person reads when a call to the cluster failed. Anything but a {@link KubernetesCallError} becomes `internal-error`. */
export function toAccessError(error: unknown): AccessError {
  if (error instanceof AccessError) return error;
  if (!(error instanceof KubernetesCallError)) {
    return new AccessError('internal-error', error instanceof Error ? `${error.name}: ${error.message}` : String(error), {
      cause: 'A defect of bedrock-access, not of your input.',
      remedy: 'Run the command again with --debug and report what it prints.',
      origin: error,
    });
  }
  const { id, message, cause, remedy } = explain(error);
  const reads = error.verb === 'get' || error.verb === 'list' || error.verb === 'watch';
  return new AccessError(id, message, {
    cause,
    remedy: error.uncertain && !reads ? `${remedy} The change may have been carried out: running the same command again looks first.` : remedy,
    place: { resource: error.target },
    origin: error,
    ...(id === 'kubernetes-permission-missing' ? { exitCode: exitCodes.permission } : {}),
  });
}

function explain(error: KubernetesCallError): { readonly id: string; readonly message: string; readonly cause: string; readonly remedy: string } {
  const said = `The API server answered: ${error.message}.`;
  switch (error.kind) {
    case 'unreachable':
      return {
        id: 'cluster-unreachable',
        message: `the cluster cannot be reached (${error.reason})`,
        cause: `No answer came: ${error.message}.`,
        remedy: 'Check that the cluster is up and that the context is the right one (`kubectl config current-context`, `kubectl version`), then run the command again.',
      };
    case 'unauthorized':
      return {
        id: 'cluster-credentials-refused',
        message: 'the cluster does not accept the credentials of the kubeconfig',
        cause: `${said} The token or certificate has expired, or belongs to another cluster.`,
        remedy: 'Sign in to the cluster again, or choose another context with --context.',
      };
    case 'forbidden': {
      const resource = error.refused?.resource ?? error.target;
      const where = error.refused?.namespace === undefined ? '' : ` -n ${error.refused.namespace}`;
      return {
        id: 'kubernetes-permission-missing',
        message: `the kubeconfig's user may not ${error.verb} ${error.target}`,
        cause: said,
        remedy: `Grant the verb "${error.verb}" on "${resource}"${error.refused?.namespace === undefined ? ' in a ClusterRole' : ` in a Role of namespace ${error.refused.namespace}`}; check with \`kubectl auth can-i ${error.verb} ${resource}${where}\`.`,
      };
    }
    case 'namespace-terminating':
      return {
        id: 'namespace-terminating',
        message: `${error.target} cannot be made: its namespace is being deleted`,
        cause: said,
        remedy: 'Wait until the namespace is gone (`kubectl get namespace`), make it anew and run the command again; to remove the access, run `bedrock-access destroy`, which makes nothing.',
      };
    case 'conflict':
      return error.conflicts === undefined ? changedMeanwhile(error, said) : fieldOwned(error, error.conflicts);
    case 'already-exists':
      return {
        id: 'kubernetes-already-exists',
        message: `${error.target} exists already`,
        cause: said,
        remedy: 'Run `bedrock-access plan` to see whose it is; take it over with `--adopt`, or choose another name under `spec.names`.',
      };
    case 'invalid':
      return {
        id: 'kubernetes-object-invalid',
        message: `the cluster refuses ${error.target} as not valid${error.causes.length === 0 ? '' : ` (${error.causes.map((cause) => cause.field).join(', ')})`}`,
        cause: error.causes.length === 0 ? said : `${error.causes.map((cause) => `${cause.field}: ${cause.message}`).join('; ')}.`,
        remedy: 'Put right the fields that the cluster names; if they do not come from your declaration, an admission webhook or policy of the cluster asks for them, or it is a defect to report.',
      };
    case 'kind-not-served':
      return {
        id: 'kind-not-served',
        message: `the cluster does not know the kind that ${error.verb} ${error.target} is about`,
        cause: 'Its CustomResourceDefinition is not installed, or serves another version.',
        remedy: 'Install what brings it (for ExternalSecret: `helm install external-secrets external-secrets/external-secrets`), then run the command again.',
      };
    case 'not-found':
      return {
        id: 'kubernetes-not-found',
        message: `${error.verb} ${error.target}: it, or its namespace, does not exist`,
        cause: said,
        remedy: 'Check the namespace and the name in the declaration (`kubectl get namespaces`), then run the command again.',
      };
    case 'gone':
      return { id: 'kubernetes-changed-meanwhile', message: `the state of ${error.target} that was read is gone`, cause: said, remedy: 'Run the same command again.' };
    case 'throttled':
    case 'unavailable':
      return {
        id: 'cluster-unavailable',
        message: `the API server failed at ${error.verb} ${error.target} (${error.status} ${error.reason})`,
        cause: said,
        remedy: 'Wait a minute and run the same command again; look at the control plane if it goes on.',
      };
    case 'other':
      return { id: 'kubernetes-call-failed', message: `${error.verb} ${error.target} failed (${error.status} ${error.reason})`, cause: said, remedy: 'Run the command again with --debug; if it stays, report what it prints.' };
  }
}

function changedMeanwhile(error: KubernetesCallError, said: string): { id: string; message: string; cause: string; remedy: string } {
  return {
    id: 'kubernetes-changed-meanwhile',
    message: `${error.target} was changed by somebody else in the meantime`,
    cause: said,
    remedy: 'Run the same command again: it looks first at what is there.',
  };
}

function fieldOwned(error: KubernetesCallError, conflicts: readonly { readonly field: string; readonly manager: string }[]): { id: string; message: string; cause: string; remedy: string } {
  const managers = [...new Set(conflicts.map((conflict) => conflict.manager))];
  return {
    id: 'field-owned-by-other',
    message: `${error.target}: ${conflicts.map((conflict) => `${conflict.field} belongs to ${conflict.manager}`).join(', ')}`,
    cause: `${managers.join(' and ')} set ${conflicts.length === 1 ? 'this field' : 'these fields'} and would set ${conflicts.length === 1 ? 'it' : 'them'} back; the program never takes a field from another manager.`,
    remedy: 'Take the field out of what that manager applies (its manifest in git, its chart values), or make the change there.',
  };
}
