import { throughOwnProfile } from '../bedrock/own-profile.ts';
import { resolveModel } from '../bedrock/resolve.ts';
import type { Catalog, ResolvedModel } from '../bedrock/types.ts';
import type { Finding, Place } from '../finding.ts';
import { accessFinding } from './access-finding.ts';
import type { Access } from './types.ts';

export interface CheckModelsOptions {
  readonly catalog: Catalog;
  readonly now: Date;
  /** Refuse routing that the catalog does not know for certain. Default false. */
  readonly strict?: boolean;
  /** What each application inference profile, by its ARN, was copied from; AWS alone knows. */
  readonly applicationProfiles?: ReadonlyMap<string, string>;
}

export interface CheckedModels {
  /** In the order of `spec.models`, without those that have an error. */
  readonly models: ResolvedModel[];
  /** By role; `default` is there unless it has an error. */
  readonly byRole: ReadonlyMap<string, ResolvedModel>;
  readonly findings: Finding[];
}

/** Works out every declared model for the declared region, each finding at the place of its model. */
export function checkModels(
  { access, place }: { readonly access: Access; readonly place?: (field: string) => Place },
  { catalog, now, strict = false, applicationProfiles }: CheckModelsOptions,
): CheckedModels {
  const { spec } = access;
  const byRole = new Map<string, ResolvedModel>();
  const byInvokeId = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [index, { id, role, applicationProfile }] of spec.models.entries()) {
    const field = `spec.models[${index}].id`;
    const at: Place = place?.(field) ?? { field };
    const resolution = resolveModel(id, { catalog, region: spec.region, account: spec.account, now, ...(applicationProfiles === undefined ? {} : { applicationProfiles }) });
    const problems = resolution.findings.map((finding) => ({ ...finding, severity: strict && finding.id === 'routing-unverified' ? ('error' as const) : finding.severity, place: { ...finding.place, ...at } }));
    findings.push(...problems);
    if (!resolution.ok || problems.some(({ severity }) => severity === 'error')) continue;
    if (applicationProfile && resolution.model.kind === 'application-profile') {
      const own = `spec.models[${index}].applicationProfile`;
      findings.push(accessFinding('application-profile-of-profile', `${own}: ${id} is an application inference profile already.`, place?.(own) ?? { field: own }));
      continue;
    }
    const model = applicationProfile ? throughOwnProfile(resolution.model, spec.account) : resolution.model;
    const same = byInvokeId.get(model.invokeId);
    if (same !== undefined) findings.push(accessFinding('model-declared-twice', `${field}: ${id} is ${model.invokeId}, which is ${same} already.`, at, { severity: 'warning' }));
    byInvokeId.set(model.invokeId, same ?? `spec.models[${index}]`);
    byRole.set(role, model);
  }
  return { models: [...byRole.values()], byRole, findings };
}
