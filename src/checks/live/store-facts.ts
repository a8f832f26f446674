/** What the rules about a store's readers judge: the store, and the identity that External Secrets Operator reads with through it. */
import type { Partition } from '../../bedrock/types.ts';
import type { PolicyDocument, PolicySet } from '../../policy/types.ts';
import type { StoreService } from '../../resources/stores/store.ts';

export interface StoreFacts {
  readonly kind: 'ClusterSecretStore' | 'SecretStore';
  readonly name: string;
  /** Where an ExternalSecret may use it; `every` for a ClusterSecretStore without `spec.conditions`. */
  readonly namespaces: 'every' | readonly string[];
  readonly identity: StoreIdentity;
  readonly account: string;
  readonly partition: Partition;
  readonly service: StoreService;
  readonly region: string;
  /** As a policy names them, with wildcards for what AWS adds to a name. */
  readonly parameterArns: readonly string[];
  /** As a call on them is judged. */
  readonly judgedArns: readonly string[];
  /** The customer's own key of the parameters: its ARN, or an alias's. */
  readonly kmsKey?: string;
}

export type StoreIdentity = FollowedIdentity | UndecidedIdentity;

export interface FollowedIdentity {
  /** ARN of the role or user. */
  readonly arn: string;
  /** Where the store says so: `spec.provider.aws.role`. */
  readonly by: string;
  readonly policies: PolicySet;
  /** Of a role. */
  readonly trust?: PolicyDocument;
  /** What was not looked at: policies of groups. */
  readonly unread: readonly string[];
}

export interface UndecidedIdentity {
  readonly undecided: string;
  /** What the program would have to be allowed: `iam:GetRole on arn:…`. */
  readonly missing?: string;
}
