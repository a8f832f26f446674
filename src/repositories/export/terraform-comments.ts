/** Comments in the language in which the repository is commented. */
import { roleNameOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import type { StoreService } from '../../resources/stores/store.ts';
import type { ExportStyle } from './style.ts';

export interface TerraformComments {
  readonly user: readonly string[];
  readonly role: readonly string[];
  readonly issuer: readonly string[];
  readonly association: readonly string[];
  readonly anywhere: readonly string[];
  readonly policy: readonly string[];
  readonly attachment: readonly string[];
  readonly profile: readonly string[];
  readonly key: readonly string[];
  readonly stored: Readonly<Record<StoreService, readonly string[]>>;
}

export function terraformComments({ comments, keys }: Pick<ExportStyle, 'comments' | 'keys'>, { metadata, spec }: Pick<Access, 'metadata' | 'spec'>): TerraformComments {
  const { name } = metadata;
  const keyless = roleNameOf(spec.credentials) !== undefined;
  const byProgram = keys === 'program';
  switch (comments) {
    case 'none':
      return { user: [], role: [], issuer: [], association: [], anywhere: [], policy: [], attachment: [], profile: [], key: [keyWarnings.en], stored: { ParameterStore: [], SecretsManager: [] } };
    case 'ja':
      return {
        user: [`${name} が Amazon Bedrock を呼び出すための IAM ユーザー${byProgram ? '（アクセスキーとパラメータは bedrock-access が作成する）' : ''}`],
        role: [`${name} の Pod が${spec.credentials.session !== undefined ? '更新者から受け取るセッションの' : spec.credentials.rolesAnywhere !== undefined ? '証明書と引き換えに引き受ける' : spec.credentials.podIdentity === undefined ? ' ServiceAccount のトークンで引き受ける' : ' EKS から受け取る'} IAM ロール（${spec.credentials.session === undefined ? 'キーはどこにも無い' : '信頼するのは更新者だけ'}）`],
        issuer: ['クラスタのトークン発行者。アカウントに一つだけで、他のロールも参照できる'],
        association: [`EKS Pod Identity が ${name} の Pod にこのロールを渡す`],
        anywhere: ['IAM Roles Anywhere がこのロールのセッションを証明書と引き換えに渡すためのプロファイル'],
        policy: ['宣言されたモデルの呼び出しだけを許可するポリシー'],
        attachment: [`ポリシーを${keyless ? 'ロール' : 'ユーザー'}にアタッチ`],
        profile: [`${name} 専用のアプリケーション推論プロファイル（利用状況をワークロードごとに把握するため）`],
        key: [keyWarnings.ja],
        stored: { ParameterStore: ['External Secrets Operator が読み取る SSM パラメータ'], SecretsManager: ['External Secrets Operator が読み取る Secrets Manager のシークレット'] },
      };
    case 'en':
      return {
        user: [`IAM user that ${name} calls Amazon Bedrock as${byProgram ? ' (its access key and parameter are made by bedrock-access)' : ''}`],
        role: [spec.credentials.session !== undefined ? `IAM role whose sessions are renewed for the pods of ${name}: it trusts their renewer alone` : `IAM role that ${spec.credentials.rolesAnywhere !== undefined ? `the pods of ${name} get for a certificate` : spec.credentials.podIdentity === undefined ? `the pods of ${name} assume with the token of their ServiceAccount` : `EKS gives to the pods of ${name}`}: no key lies anywhere`],
        issuer: ["The cluster's token issuer: one for the account, which other roles may trust too"],
        association: [`EKS Pod Identity gives the role to the pods of ${name}`],
        anywhere: [`IAM Roles Anywhere hands out the role through this profile, for the certificate of ${name}`],
        policy: ['Allows exactly the declared models to be invoked'],
        attachment: [`Attaches the policy to the ${keyless ? 'role' : 'user'}`],
        profile: [`Application inference profile of ${name} alone, for figures per workload`],
        key: [keyWarnings.en],
        stored: { ParameterStore: ['Read by External Secrets Operator'], SecretsManager: ['Read by External Secrets Operator'] },
      };
  }
}

/** Said in any case: whoever reads the file has to know it. */
const keyWarnings = {
  en: 'The secret access key lies in the Terraform state, and in every saved plan, in plain text (terraform-provider-aws#42182)',
  ja: '注意: シークレットアクセスキーは Terraform の state と plan ファイルに平文で保存される (terraform-provider-aws#42182)',
} as const;
