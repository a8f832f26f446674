/** The role that pods call as, whatever mode gives it to them: name, trust policy, tags, and its attachments. */
import type { DesiredRole } from '../../resources/iam-role.ts';
import { hclText, labelOf, traversal, type HclBlockText, type HclExpression } from './hcl-emit.ts';
import type { ExportStyle } from './style.ts';
import type { ModuleLabels } from './terraform-blocks.ts';
import type { TerraformComments } from './terraform-comments.ts';
import { writtenPolicy, type ArnNames } from './terraform-policy.ts';

export interface HolderBlocks {
  readonly type: 'aws_iam_user' | 'aws_iam_role';
  readonly label: string;
  readonly block: HclBlockText;
  /** Of its trust policy, where the repository uses data sources. */
  readonly document?: HclBlockText;
}

export interface RoleText {
  readonly labels: ModuleLabels;
  readonly names: ArnNames;
  readonly style: Pick<ExportStyle, 'policy'>;
  readonly comments: TerraformComments;
  readonly tags: readonly (readonly [string, HclExpression])[];
  /** Marks that the program writes on it. */
  readonly lifecycle: readonly HclBlockText[];
}

export function roleBlocks({ name, path, description, trust, permissionsBoundary, sessionSeconds }: DesiredRole, { labels, names, style, comments, tags, lifecycle }: RoleText): HolderBlocks {
  const label = labels.named('aws_iam_role', name) ?? labelOf(name);
  const { expression, document } = writtenPolicy(trust, `${label}_trust`, style, names);
  return {
    type: 'aws_iam_role',
    label,
    ...(document === undefined ? {} : { document }),
    block: {
      type: 'resource',
      labels: ['aws_iam_role', label],
      comment: comments.role,
      attributes: [
        ['name', hclText(name)],
        ['path', hclText(path)],
        ['description', hclText(description)],
        ...(permissionsBoundary === undefined ? [] : [['permissions_boundary', names.text(permissionsBoundary)] as const]),
        // AWS allows an hour where nothing is said (IAM API reference, CreateRole, MaxSessionDuration).
        ...(sessionSeconds === undefined ? [] : [['max_session_duration', { type: 'number', value: sessionSeconds }] as const]),
        ['assume_role_policy', expression],
        ...tags,
      ],
      ...(lifecycle.length === 0 ? {} : { blocks: lifecycle }),
    },
  };
}

/** `aws_iam_role_policy_attachment`, `aws_iam_user_policy_attachment`. */
export function attachmentBlock({ type, label }: Pick<HolderBlocks, 'type' | 'label'>, policy: string, labels: ModuleLabels, comment: readonly string[]): HclBlockText {
  return {
    type: 'resource',
    labels: [`${type}_policy_attachment`, labels.attachment(type, label, policy) ?? `${policy}_attachment`],
    comment,
    attributes: [
      [type === 'aws_iam_user' ? 'user' : 'role', traversal(type, label, 'name')],
      ['policy_arn', traversal('aws_iam_policy', policy, 'arn')],
    ],
  };
}
