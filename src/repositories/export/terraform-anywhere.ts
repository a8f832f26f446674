/** The profile of IAM Roles Anywhere that lets the service hand out the access's role. AWS lets several bear one name: it is told by its tags. */
import type { Implied } from '../../resources/kind.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import { rolesAnywhereProfile } from '../../resources/roles-anywhere-profile.ts';
import { isMap } from '../hcl/value.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { hclList, hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';

const anywhereProfileType = 'aws_rolesanywhere_profile';

export interface AnywhereParts {
  readonly role: { readonly type: string; readonly label: string };
  readonly module: TerraformModule;
  /** The provider of a region; undefined for the module's own. */
  readonly providerOf: (region: string) => HclTraversal | undefined;
  readonly tags: readonly (readonly [string, HclExpression])[];
  readonly lifecycle: readonly HclBlockText[];
  readonly comment: readonly string[];
}

/** None in another mode. `enabled` is said: without it the provider leaves it out of CreateProfile, and takes the profile for a disabled one (terraform-provider-aws, rolesanywhere/profile.go). */
export function anywhereProfileBlocks(implied: Implied, { role, module, providerOf, tags, lifecycle, comment }: AnywhereParts): readonly HclBlockText[] {
  return rolesAnywhereProfile.desired(implied).map(({ desired: { region, name, seconds } }) => {
    const provider = providerOf(region);
    return {
      type: 'resource',
      labels: [anywhereProfileType, anywhereProfilesOf(module, implied.access.metadata)[0]?.name ?? labelOf(name)],
      comment,
      attributes: [
        ...(provider === undefined ? [] : [['provider', provider] as const]),
        ['name', hclText(name)],
        ['role_arns', hclList([traversal(role.type, role.label, 'arn')])],
        ['duration_seconds', { type: 'number', value: seconds }],
        ['enabled', { type: 'boolean', value: true }],
        ...tags,
      ],
      ...(lifecycle.length === 0 ? {} : { blocks: lifecycle }),
    };
  });
}

export function anywhereProfilesOf(module: TerraformModule, { namespace, name }: { readonly namespace: string; readonly name: string }): readonly TerraformResource[] {
  return module.resources.filter((resource) => {
    const tags = resource.attribute('tags');
    return resource.mode === 'managed' && resource.type === anywhereProfileType && isMap(tags) && tags[ownerTagKeys.namespace] === namespace && tags[ownerTagKeys.name] === name;
  });
}
