/** The application inference profiles of the access's own: their ids, which AWS chose, in place of what stands for them. */
import { asApplicationProfile } from '../../bedrock/resolve.ts';
import { ownProfileSource } from '../../bedrock/own-profile.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import { profileMissing } from '../../checks/live/profile-missing.ts';
import { applicationInferenceProfile } from '../../resources/application-inference-profile.ts';
import type { Looked } from './check.ts';
import type { Inquiry } from './inquiry.ts';

/** Undefined for an access without such profiles. The inquiry that comes back knows the ids of those that are there. */
export function lookForProfiles(inquiry: Inquiry): Promise<{ readonly known: Inquiry; readonly looked: Looked }> | undefined {
  const { implied, readings, access } = inquiry;
  const wanted = applicationInferenceProfile.desired(implied);
  if (wanted.length === 0) return undefined;
  return Promise.all(wanted.map(async (resource) => ({ resource, found: await applicationInferenceProfile.observe(resource, readings, implied.owner) }))).then((all) => {
    const ids = new Map(all.flatMap(({ resource, found }) => (found === undefined ? [] : [[resource.key, found.id] as const])));
    const models = implied.models.map((model): ResolvedModel => {
      const id = ids.get(ownProfileSource(model) ?? '');
      return id === undefined ? model : asApplicationProfile(model, id, access.spec.account);
    });
    return {
      known: { ...inquiry, implied: { ...implied, models } },
      looked: {
        detail: all.map(({ resource, found }) => `${resource.name} ${found === undefined ? 'missing' : `is ${found.id} over ${resource.key}`}`).join(', '),
        findings: all.flatMap(({ resource, found }) => profileMissing({ name: resource.name, region: resource.desired.region, ...(found === undefined ? {} : { status: found.status }) })),
      },
    };
  });
}

/** Those whose ids are known. */
export function callableModels({ implied }: Inquiry): readonly ResolvedModel[] {
  return implied.models.filter((model) => ownProfileSource(model) === undefined);
}
