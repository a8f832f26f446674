/** The names that a repository may keep in a `variable` or in `locals`, and how it is seen to keep them. */
import type { Expression, HclBlock } from '../hcl/syntax.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { mostCommon } from './majority.ts';
import type { ExportStyle } from './style.ts';

export type Kept = ExportStyle['variables'];

/** One argument of some types, and what a variable for it is called where nobody shows another name. */
export interface Slot {
  readonly types: readonly string[];
  readonly attribute: string;
  readonly variable: string;
  /** What a variable's name has to hold, so that an equal value is no coincidence. */
  readonly word: RegExp;
  readonly description: Readonly<Record<'en' | 'ja', string>>;
}

export const nameSlots: readonly Slot[] = [
  { types: ['aws_iam_user'], attribute: 'name', variable: 'user_name', word: /user/, description: { en: 'Name of the IAM user', ja: 'IAM ユーザーの名前' } },
  { types: ['aws_iam_role'], attribute: 'name', variable: 'role_name', word: /role/, description: { en: 'Name of the IAM role', ja: 'IAM ロールの名前' } },
  { types: ['aws_iam_policy'], attribute: 'name', variable: 'policy_name', word: /policy/, description: { en: 'Name of the IAM policy', ja: 'IAM ポリシーの名前' } },
  { types: ['aws_ssm_parameter'], attribute: 'name', variable: 'parameter_name', word: /param|ssm/, description: { en: 'Name of the SSM parameter', ja: 'SSM パラメータの名前' } },
  { types: ['aws_secretsmanager_secret'], attribute: 'name', variable: 'secret_name', word: /secret/, description: { en: 'Name of the secret in Secrets Manager', ja: 'Secrets Manager のシークレットの名前' } },
  { types: ['aws_bedrock_inference_profile'], attribute: 'name', variable: 'profile_name', word: /profile/, description: { en: 'Name of the application inference profile', ja: 'アプリケーション推論プロファイルの名前' } },
  { types: ['aws_rolesanywhere_profile'], attribute: 'name', variable: 'roles_anywhere_profile_name', word: /profile/, description: { en: 'Name of the Roles Anywhere profile', ja: 'Roles Anywhere プロファイルの名前' } },
];

/** Not the access's own names, but the cluster's: kept so where others are seen to do it, or by `--style`. */
export const placeSlots: readonly Slot[] = [
  { types: ['aws_eks_pod_identity_association'], attribute: 'cluster_name', variable: 'cluster_name', word: /cluster/, description: { en: 'Name of the EKS cluster', ja: 'EKS クラスタの名前' } },
  { types: ['aws_eks_pod_identity_association'], attribute: 'namespace', variable: 'namespace', word: /namespace/, description: { en: 'Namespace of the pods', ja: 'Pod の namespace' } },
  { types: ['aws_eks_pod_identity_association'], attribute: 'service_account', variable: 'service_account', word: /account/, description: { en: 'ServiceAccount of the pods', ja: 'Pod の ServiceAccount' } },
];

/** Kept so only where others are seen to do it. */
export const settingSlots: readonly Slot[] = [
  { types: ['aws_iam_user', 'aws_iam_role', 'aws_iam_policy'], attribute: 'path', variable: 'iam_path', word: /path/, description: { en: 'Path of IAM users and policies', ja: 'IAM ユーザーとポリシーのパス' } },
];

/** Used where it is there, never declared. */
export const regionSlot: Slot = { types: ['aws'], attribute: 'region', variable: 'region', word: /region/, description: { en: 'Region of the provider', ja: 'プロバイダーのリージョン' } };

export const tagsDescription: Slot['description'] = { en: 'Tags of everything that takes tags', ja: 'すべてのリソースに付けるタグ' };

export interface Declared {
  readonly root: 'var' | 'local';
  readonly name: string;
}

export interface Seen {
  readonly kept: Kept;
  /** What the argument refers to. */
  readonly declared: readonly Declared[];
  /** The argument is the reference alone, and no text around it. */
  readonly whole: boolean;
}

/** Undefined where an argument comes from something else, which shows no habit. */
export function seenIn(expression: Expression | undefined): Seen | undefined {
  if (expression === undefined) return undefined;
  if (expression.type === 'literal') return typeof expression.value === 'string' ? { kept: 'literals', declared: [], whole: false } : undefined;
  if (expression.type === 'reference') {
    const declared = declaredBy(expression);
    return declared === undefined ? undefined : { kept: keptAs(declared), declared: [declared], whole: true };
  }
  if (expression.type !== 'template') return undefined;
  const pieces = expression.parts.filter((part) => typeof part !== 'string');
  if (pieces.length === 0) return { kept: 'literals', declared: [], whole: false };
  const declared = pieces.flatMap((piece) => declaredBy(piece) ?? []);
  const [first] = declared;
  return first === undefined ? undefined : { kept: keptAs(first), declared, whole: expression.parts.length === 1 };
}

/** Of tags: a map of its own, a variable or local, or one of these with more put into it. */
export function tagsSeenIn(expression: Expression | undefined): Seen | undefined {
  if (expression?.type === 'object') return { kept: 'literals', declared: [], whole: false };
  if (expression?.type === 'call' && expression.name === 'merge') return expression.arguments.map((argument) => (argument.type === 'reference' ? seenIn(argument) : undefined)).find((seen) => seen !== undefined);
  return expression?.type === 'reference' ? seenIn(expression) : undefined;
}

function declaredBy(expression: Expression): Declared | undefined {
  if (expression.type !== 'reference' || (expression.root !== 'var' && expression.root !== 'local')) return undefined;
  const [step, ...more] = expression.steps;
  return step?.type === 'attribute' && more.length === 0 ? { root: expression.root, name: step.name } : undefined;
}

function keptAs({ root }: Declared): Kept {
  return root === 'var' ? 'variables' : 'locals';
}

/** How most of these resources have their names. */
export function keptOf(resources: readonly TerraformResource[]): Kept | undefined {
  return mostCommon(resources.flatMap((resource) => seenIn(resource.block.body.attributes.get('name')?.expression)?.kept ?? []));
}

export interface Declaration {
  readonly declared: Declared;
  readonly file: string;
  readonly text: string;
  readonly block: HclBlock;
  /** Of a local. */
  readonly expression?: Expression;
}

/** Every `variable` and every name in `locals`. */
export function declarationsIn({ files }: Pick<TerraformModule, 'files'>): readonly Declaration[] {
  return files.flatMap(({ file, text, body }) =>
    body.blocks.flatMap((block): readonly Declaration[] => {
      if (block.type === 'variable') return [{ declared: { root: 'var', name: block.labels[0] ?? '' }, file, text, block }];
      return block.type === 'locals' ? [...block.body.attributes.values()].map(({ name, expression }) => ({ declared: { root: 'local', name }, file, text, block, expression })) : [];
    }),
  );
}

export function referenceTo({ root, name }: Declared): string {
  return `${root}.${name}`;
}
