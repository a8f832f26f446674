/**
 * Who keeps a workload as it is in git. What such a controller owns it puts back for ever, so the program never writes it:
 * the change becomes an edit in that repository.
 */
import type { Tags } from '../aws/types.ts';
import type { Finding } from '../finding.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { keeperTagKey } from './owner.ts';

export interface GitOpsKeeper {
  /** `Argo CD`, `Flux`, `Helm`, `Terraform` */
  readonly tool: string;
  /** The application, kustomization or release, where it is known. */
  readonly name?: string;
}

/** By the marks that each tool puts on what it applies, and by its field manager. */
export function gitOpsKeeper(object: KubernetesObject): GitOpsKeeper | undefined {
  const labels = object.metadata.labels ?? {};
  const annotations = object.metadata.annotations ?? {};
  const managers = new Set((object.metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined).map(({ manager }) => manager));
  const keeper = (tool: string, name: string | undefined): GitOpsKeeper => (name === undefined ? { tool } : { tool, name });

  // Argo CD, "Resource tracking": by annotation (default since 3.0) or by the instance label.
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  if (tracking !== undefined) return keeper('Argo CD', tracking.split(':')[0]);
  if (labels['argocd.argoproj.io/instance'] !== undefined) return keeper('Argo CD', labels['argocd.argoproj.io/instance']);
  if (managers.has('argocd-controller') || managers.has('argocd-application-controller')) return keeper('Argo CD', labels['app.kubernetes.io/instance']);
  // Flux, "Kustomization" and "HelmRelease": labels put on every applied object.
  if (labels['kustomize.toolkit.fluxcd.io/name'] !== undefined) return keeper('Flux', labels['kustomize.toolkit.fluxcd.io/name']);
  if (labels['helm.toolkit.fluxcd.io/name'] !== undefined) return keeper('Flux', labels['helm.toolkit.fluxcd.io/name']);
  if (managers.has('kustomize-controller') || managers.has('helm-controller')) return keeper('Flux', undefined);
  // Helm, "Labels and annotations" of released objects.
  if (annotations['meta.helm.sh/release-name'] !== undefined) return keeper('Helm', annotations['meta.helm.sh/release-name']);
  if (labels['app.kubernetes.io/managed-by'] === 'Helm' || managers.has('helm')) return keeper('Helm', labels['app.kubernetes.io/instance']);
  return undefined;
}

/** Terraform would make anew what the program removes, and fail on what it finds changed. */
export function keeperByTags(tags: Tags): GitOpsKeeper | undefined {
  return tags[keeperTagKey] === 'terraform' ? { tool: 'Terraform' } : undefined;
}

export function keeperShown({ tool, name }: GitOpsKeeper): string {
  return name === undefined ? tool : `${tool} (${name})`;
}

/** The edit that git needs where it keeps an object as a whole; `fields` are those that differ, undefined for its removal. */
export function keptByGit(keeper: GitOpsKeeper, resource: string, fields: readonly string[] | undefined): Finding {
  return {
    id: 'object-kept-by-git',
    severity: 'error',
    message: `${resource} is kept by ${keeperShown(keeper)}, ${fields === undefined ? 'and is to be removed' : `and differs in ${fields.join(', ')}`}`,
    cause: `${keeper.tool} would put back what the program changes or removes.`,
    remedy: fields === undefined ? 'Remove it from git, then run the command again.' : 'Edit it in git (`bedrock-access plan` shows the values, `bedrock-access export` writes them), or leave it out there: the program then makes it itself.',
    place: { resource },
  };
}
