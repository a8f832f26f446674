/** The EKS Pod Identity association of the pods' ServiceAccount, as Terraform has it: there is one at most for a ServiceAccount of a cluster. */
import { podIdentityAssociation } from '../../resources/pod-identity-association.ts';
import type { Implied } from '../../resources/kind.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';

export const associationType = 'aws_eks_pod_identity_association';

export interface AssociationParts {
  readonly role: { readonly type: string; readonly label: string };
  readonly module: TerraformModule;
  /** The provider of a region; undefined for the module's own. */
  readonly providerOf: (region: string) => HclTraversal | undefined;
  readonly tags: readonly (readonly [string, HclExpression])[];
  readonly comment: readonly string[];
}

/** None in another mode. */
export function associationBlocks(implied: Implied, { role, module, providerOf, tags, comment }: AssociationParts): readonly HclBlockText[] {
  return podIdentityAssociation.desired(implied).map(({ desired }) => {
    const { cluster, region, namespace, serviceAccount } = desired;
    const there = module.resources.find((resource) => isOf(resource, desired));
    const provider = providerOf(region);
    return {
      type: 'resource',
      labels: [associationType, there?.name ?? labelOf(`${namespace}_${serviceAccount}`)],
      comment,
      attributes: [
        ...(provider === undefined ? [] : [['provider', provider] as const]),
        ['cluster_name', hclText(cluster)],
        ['namespace', hclText(namespace)],
        ['service_account', hclText(serviceAccount)],
        ['role_arn', traversal(role.type, role.label, 'arn')],
        ...tags,
      ],
    };
  });
}

function isOf(resource: TerraformResource, { cluster, namespace, serviceAccount }: { readonly cluster: string; readonly namespace: string; readonly serviceAccount: string }): boolean {
  return resource.mode === 'managed' && resource.type === associationType && resource.attribute('cluster_name') === cluster && resource.attribute('namespace') === namespace && resource.attribute('service_account') === serviceAccount;
}
