/** What an access is in Terraform: user or role, policies, attachments; with `keys: terraform` the key and its parameters too. */
import { keyMode } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { managedPolicy } from '../../resources/managed-policy.ts';
import { iamRole } from '../../resources/iam-role.ts';
import { iamUser } from '../../resources/iam-user.ts';
import type { Implied } from '../../resources/kind.ts';
import { keeperTagKey, markKeys, ownerTagKeys, ownerTags } from '../../resources/owner.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import { deliveredBySecret } from '../../resources/profile-delivery.ts';
import { hclList, hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import type { TerraformModule } from '../terraform/types.ts';
import type { ExportStyle } from './style.ts';
import { profileBlocks, profileLabels, profileParameterBlocks } from './terraform-profiles.ts';
import { terraformComments, type TerraformComments } from './terraform-comments.ts';
import { storedBlocks, type StoredLabels } from './terraform-stored.ts';
import { issuerInTerraform } from './terraform-issuer.ts';
import { ArnNames, jsonencode, writtenPolicy } from './terraform-policy.ts';
import { anywhereProfileBlocks } from './terraform-anywhere.ts';
import { associationBlocks } from './terraform-association.ts';
import { attachmentBlock, roleBlocks, type HolderBlocks } from './terraform-role.ts';

export interface TerraformBlocks {
  /** In the order in which they are read: user or role, policies, attachments. */
  readonly iam: readonly HclBlockText[];
  /** Key and parameters, where Terraform makes the key; and the parameters that carry profiles' ARNs. */
  readonly parameters: readonly HclBlockText[];
  /** Data sources that the blocks refer to; each is written only where the module has none. */
  readonly data: readonly HclBlockText[];
}

/** The labels under which a module has things already: what is there under another label keeps it. */
export interface ModuleLabels extends StoredLabels {
  readonly data: (type: string) => string | undefined;
  readonly attachment: (holder: 'aws_iam_user' | 'aws_iam_role', holderLabel: string, policyLabel: string) => string | undefined;
  readonly key: (userLabel: string) => string | undefined;
}

/** What the module and the targets beside it hold already. */
export interface Surroundings {
  readonly module: TerraformModule;
  readonly others: readonly TerraformModule[];
  /** The provider of a region; undefined for the module's own. */
  readonly providerOf: (region: string) => HclTraversal | undefined;
}

export function terraformBlocks(implied: Implied, style: ExportStyle, labels: ModuleLabels, clusterKnown: boolean, { module, others, providerOf }: Surroundings): TerraformBlocks {
  const { access, owner } = implied;
  const comments = terraformComments(style, access);
  const ownedByProgram = style.keys === 'program';
  const ownership = ownedByProgram ? { ...Object.fromEntries(Object.entries(ownerTags(owner)).filter(([key]) => clusterKnown || key !== ownerTagKeys.cluster)), [keeperTagKey]: 'terraform' } : {};
  const policyTags = { ...style.tags, ...ownership };
  const issuer = issuerInTerraform(implied, module, others, { tags: tagsAttribute(policyTags), comment: comments.issuer });
  const profiles = profileLabels(implied, labels.named);
  const names = new ArnNames(access, implied.partition, style, labels, { profiles, known: new Map(issuer === undefined ? [] : [[issuer.arn, issuer.reference]]) });
  const holder = holderBlocks(implied, { labels, names, style, comments, tags: policyTags, clusterKnown });
  const policyLabel = (name: string): string => labels.named('aws_iam_policy', name) ?? labelOf(name);
  const documents: HclBlockText[] = holder.document === undefined ? [] : [holder.document];
  const parts = { labels: profiles, named: labels.named, version: labels.version, text: (text: string) => names.text(text), providerOf, comments, tags: tagsAttribute(policyTags), parameterTags: tagsAttribute(style.tags) };
  const iam: HclBlockText[] = [...(issuer?.block === undefined ? [] : [issuer.block]), holder.block, ...profileBlocks(implied, parts)];
  const policies = managedPolicy.desired(implied);
  for (const policy of policies) {
    const label = policyLabel(policy.name);
    const written = writtenPolicy(policy.desired.document, label, style, names);
    if (written.document !== undefined) documents.push(written.document);
    iam.push({
      type: 'resource',
      labels: ['aws_iam_policy', label],
      comment: comments.policy,
      attributes: [
        ['name', hclText(policy.desired.name)],
        ['path', hclText(policy.desired.path)],
        ['description', hclText(policyDescription(access.metadata))],
        ['policy', written.expression],
        ...tagsAttribute(policyTags),
      ],
    });
  }
  iam.push(...anywhereProfileBlocks(implied, { role: holder, module, providerOf, tags: tagsAttribute(policyTags), lifecycle: clusterKnown ? [] : [ignoreChanges([ownerTagKeys.cluster])], comment: comments.anywhere }));
  iam.push(...associationBlocks(implied, { role: holder, module, providerOf, tags: tagsAttribute(policyTags), comment: comments.association }));
  for (const policy of policies) iam.push(attachmentBlock(holder, policyLabel(policy.name), labels, comments.attachment));
  const carried = deliveredBySecret(access) ? profileParameterBlocks(implied, keyMode(access, 'an export').secretStore, parts) : [];
  const parameters = ownedByProgram ? [] : keyBlocks(access, holder.label, style, comments, labels);
  return { iam: [...documents, ...iam], parameters: [...parameters, ...carried], data: names.used() };
}

interface HolderText {
  readonly labels: ModuleLabels;
  readonly names: ArnNames;
  readonly style: ExportStyle;
  readonly comments: TerraformComments;
  readonly tags: Readonly<Record<string, string>>;
  readonly clusterKnown: boolean;
}

/** The user with a key, or the role that pods call as. */
function holderBlocks(implied: Implied, text: HolderText): HolderBlocks {
  const { labels, names, style, comments, tags, clusterKnown } = text;
  const [role] = iamRole.desired(implied);
  if (role !== undefined) return roleBlocks(role.desired, { labels, names, style, comments, tags: tagsAttribute(tags), lifecycle: clusterKnown ? [] : [ignoreChanges([ownerTagKeys.cluster])] });
  const [user] = iamUser.desired(implied);
  if (user === undefined) throw new TypeError('an access has a user or a role');
  const ownedByProgram = style.keys === 'program';
  const label = labels.named('aws_iam_user', user.name) ?? labelOf(user.name);
  const { permissionsBoundary } = user.desired;
  return {
    type: 'aws_iam_user',
    label,
    block: {
      type: 'resource',
      labels: ['aws_iam_user', label],
      comment: comments.user,
      attributes: [
        ['name', hclText(user.desired.name)],
        ['path', hclText(user.desired.path)],
        ...(permissionsBoundary === undefined ? [] : [['permissions_boundary', names.text(permissionsBoundary)] as const]),
        ...tagsAttribute(ownedByProgram ? { ...tags, [markKeys.regions]: [...user.desired.regions].sort().join(' ') } : tags),
      ],
      ...(ownedByProgram ? { blocks: [ignoreMarks(clusterKnown)] } : {}),
    },
  };
}

function tagsAttribute(tags: Readonly<Record<string, string>>): readonly (readonly [string, HclExpression])[] {
  const entries = Object.entries(tags);
  return entries.length === 0 ? [] : [['tags', { type: 'object', entries: entries.map(([key, value]) => [key, hclText(value)] as const) }]];
}

/** As the kind `managed-policy` describes a policy: IAM cannot change a description, so that it must be the same. */
export function policyDescription({ namespace, name }: Access['metadata']): string {
  return `Models on Amazon Bedrock for ${namespace}/${name} (bedrock-access)`;
}

/** The marks that the program writes on the user: Terraform must not take them off again. */
function ignoreMarks(clusterKnown: boolean): HclBlockText {
  return ignoreChanges([...(clusterKnown ? [] : [ownerTagKeys.cluster]), markKeys.keys, markKeys.regions, markKeys.profiles, markKeys.removing]);
}

function ignoreChanges(tags: readonly string[]): HclBlockText {
  return { type: 'lifecycle', labels: [], attributes: [['ignore_changes', hclList(tags.map((key): HclTraversal => ({ type: 'traversal', steps: ['tags'], key })))]] };
}

function keyBlocks({ metadata, spec }: Access, userLabel: string, style: ExportStyle, comments: TerraformComments, labels: ModuleLabels): readonly HclBlockText[] {
  const keyLabel = labels.key(userLabel) ?? `${userLabel}_key`;
  const key = (field: 'id' | 'secret'): HclTraversal => traversal('aws_iam_access_key', keyLabel, field);
  const { names, credentials, parameterKmsKeyId } = spec;
  const service = credentials.accessKey?.secretStore.service ?? 'ParameterStore';
  const stored = (name: string, what: string, value: HclExpression): readonly HclBlockText[] => {
    const description = `${what} of ${metadata.namespace}/${metadata.name} for Amazon Bedrock`;
    return storedBlocks(service, { name, description, value, tags: tagsAttribute(style.tags), ...(parameterKmsKeyId === undefined ? {} : { kmsKeyId: parameterKmsKeyId }) }, labels, comments.stored[service]);
  };
  const pair: HclExpression = { type: 'object', entries: [[credentialFields.accessKeyId, key('id')], [credentialFields.secretAccessKey, key('secret')]] };
  return [
    { type: 'resource', labels: ['aws_iam_access_key', keyLabel], comment: comments.key, attributes: [['user', traversal('aws_iam_user', userLabel, 'name')]] },
    ...(credentials.accessKey?.layout !== 'pair'
      ? stored(names.parameter, 'Access key', jsonencode(pair))
      : [...stored(names.accessKeyIdParameter, 'Access key id', key('id')), ...stored(names.secretAccessKeyParameter, 'Secret access key', key('secret'))]),
  ];
}
