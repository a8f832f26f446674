/**
 * Who can read what lies in Parameter Store or Secrets Manager through a store: the identity that External Secrets Operator takes, whoever
 * may assume that identity, and the namespaces whose ExternalSecrets the store serves.
 */
import type { Finding } from '../../finding.ts';
import { roleOpenTo } from '../store-openness.ts';
import { evaluate } from '../../policy/evaluate.ts';
import { trustOf } from '../../policy/trust.ts';
import { judgedArn, keyUse } from '../../resources/stores/iam.ts';
import { storeOf } from '../../resources/stores/index.ts';
import type { AuthorizationRequest, PolicyStatement, Verdict } from '../../policy/types.ts';
import type { FollowedIdentity, StoreFacts } from './store-facts.ts';

export interface StoreReaders {
  /** One line: identity, who may assume it, namespaces. */
  readonly told: string;
  readonly undecided: boolean;
  /** Who can read and is hardly meant to: any principal, every identity of a provider. */
  readonly openTo: readonly string[];
  /** It reads parameters that nobody has declared. */
  readonly readsEverything: boolean;
  /** What it needs and IAM does not allow. */
  readonly refused: readonly { readonly request: AuthorizationRequest; readonly verdict: Verdict }[];
}

export function storeReaders(facts: StoreFacts): StoreReaders {
  const { identity } = facts;
  const where = facts.namespaces === 'every' ? 'ExternalSecrets of every namespace' : `ExternalSecrets of ${facts.namespaces.join(', ')}`;
  if ('undecided' in identity) return { told: `undecided: ${identity.undecided}; the store admits ${where}`, undecided: true, openTo: [], readsEverything: false, refused: [] };
  const trust = identity.trust === undefined ? undefined : trustOf(identity.arn, identity.trust);
  const judged = requestsOf(facts, identity).map((request) => ({ request, verdict: evaluate(request, identity.policies) }));
  const refused = judged.filter(({ verdict }) => verdict.decision !== 'allow');
  const { iam, noun } = storeOf(facts);
  const readsEverything = evaluate(requestTo(iam.readAction, parameterOfNobody(facts), {}, facts, identity), identity.policies).decision === 'allow';
  const assumed = trust === undefined ? '' : `, assumed by ${trust.named.join(', ') || 'nobody'}`;
  const reach = refused.length > 0 ? `cannot read the ${noun}` : readsEverything ? `reads every ${noun} of the account` : `reads the ${noun}`;
  return { told: `${identity.arn} (${identity.by}) ${reach}${assumed}; the store admits ${where}`, undecided: false, openTo: trust?.open ?? [], readsEverything, refused };
}

/**
 * The most that is asked of a store's identity: reading the parameter, and its key (Systems Manager user guide, "How AWS Systems
 * Manager Parameter Store uses AWS KMS"; Secrets Manager user guide, "Secret encryption and decryption").
 */
function requestsOf(facts: StoreFacts, identity: FollowedIdentity): readonly AuthorizationRequest[] {
  const { kmsKey, region } = facts;
  const { iam } = storeOf(facts);
  return facts.judgedArns.flatMap((arn) => [
    requestTo(iam.readAction, arn, {}, facts, identity),
    ...(kmsKey === undefined
      ? []
      : [
          requestTo(
            'kms:Decrypt',
            keyBehind(kmsKey),
            { 'kms:ViaService': `${iam.viaService}.${region}.amazonaws.com`, [`kms:EncryptionContext:${iam.contextKey}`]: arn, 'kms:EncryptionContextKeys': iam.contextKeys, ...(isAlias(kmsKey) ? { 'kms:ResourceAliases': [aliasOf(kmsKey)] } : {}) },
            facts,
            identity,
          ),
        ]),
  ]);
}

function requestTo(action: string, resource: string, context: AuthorizationRequest['context'], { account, partition, region }: StoreFacts, { arn }: FollowedIdentity): AuthorizationRequest {
  const role = /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  return {
    principal: role === undefined ? arn : `arn:${partition}:sts::${account}:assumed-role/${role}/external-secrets`,
    action,
    resource,
    context: { 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': account, 'aws:RequestedRegion': region, 'aws:SecureTransport': 'true', ...context },
  };
}

/** The least statements that a store's identity needs, to be put into its policy. */
export function storeStatements({ parameterArns, kmsKey, region, service }: Pick<StoreFacts, 'parameterArns' | 'kmsKey' | 'region' | 'service'>): readonly PolicyStatement[] {
  const { iam } = storeOf({ service });
  return [
    { Sid: 'ReadParameters', Effect: 'Allow', Action: iam.readAction, Resource: parameterArns },
    ...(kmsKey === undefined
      ? []
      : [
          {
            Sid: 'DecryptParameters',
            Effect: 'Allow' as const,
            Action: 'kms:Decrypt',
            Resource: isAlias(kmsKey) ? kmsKey.replace(/:alias\/.*$/, ':key/*') : kmsKey,
            Condition: {
              ...keyUse({ service, region, arns: parameterArns }),
              // An alias is no resource of a grant (KMS developer guide, "Using aliases to control access to KMS keys").
              ...(isAlias(kmsKey) ? { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliasOf(kmsKey) } } : {}),
            },
          },
        ]),
  ];
}

/** What is wrong with the readers, for `verify`. */
export function storeReadersProblems(facts: StoreFacts): readonly Finding[] {
  return [...storeOpen(facts), ...storeUndecided(facts), ...storeCannotRead(facts)];
}

/** Of the store's identity: that any principal can take it; else how wide it is. */
export function storeOpen(facts: StoreFacts): readonly Finding[] {
  const { openTo, readsEverything } = storeReaders(facts);
  const store = `${facts.kind} ${facts.name}`;
  const arn = 'undecided' in facts.identity ? '' : facts.identity.arn;
  const wide = roleOpenTo({ anyone: false, everything: readsEverything });
  const ways = [...openTo, ...(facts.namespaces === 'every' ? ['an ExternalSecret of any namespace of the cluster'] : []), ...wide];
  if (ways.length === 0) return [];
  return [
    {
      id: 'secret-store-open',
      severity: openTo.length > 0 ? 'error' : 'warning',
      message: `what ${store} can read is open to ${ways.join(', and to ')}`,
      cause:
        openTo.length > 0
          ? `The trust policy of ${arn} lets a stranger assume it: whoever does reads the access key.`
          : facts.namespaces === 'every'
            ? 'The store has no `spec.conditions`, so whoever may write an ExternalSecret anywhere reads every parameter that the store reads.'
            : `The policies of ${arn} are not confined to the parameters that are meant.`,
      remedy:
        openTo.length > 0
          ? `Name in the trust policy of ${arn} the one principal that needs it, or bind it with a condition (aws:PrincipalArn, aws:PrincipalOrgID, the provider's :sub). If it is meant so: apply --allow-open-store.`
          : 'Limit `spec.conditions[].namespaces` of the store, and the parameters that its identity reads.',
      place: { resource: store },
    },
  ];
}

function storeUndecided({ identity, kind, name }: StoreFacts): readonly Finding[] {
  if (!('undecided' in identity)) return [];
  return [
    {
      id: 'secret-store-identity-undecided',
      severity: 'info',
      message: `who can read through ${kind} ${name} is undecided: ${identity.undecided}`,
      cause: identity.missing === undefined ? 'The store does not say in the cluster or in IAM which identity it reads with.' : `The program is not allowed ${identity.missing}.`,
      remedy: identity.missing === undefined ? 'Give the store an identity of its own (spec.provider.aws.role or auth.jwt), confined to the parameters that are meant.' : `Allow it (bedrock-access permissions prints the statement ReadStoreIdentity), or look at the role's trust policy by hand.`,
      place: { resource: `${kind} ${name}` },
    },
  ];
}

function storeCannotRead(facts: StoreFacts): readonly Finding[] {
  const { refused } = storeReaders(facts);
  const [first] = refused;
  if (first === undefined || 'undecided' in facts.identity) return [];
  const actions = [...new Set(refused.map(({ request }) => request.action))];
  const { arn, unread } = facts.identity;
  // A key's own policy may allow what the identity's policies do not (KMS developer guide, "Key policies"), and so may a group's.
  const certain = actions.includes(storeOf(facts).iam.readAction) && unread.length === 0;
  return [
    {
      id: 'secret-store-cannot-read',
      severity: certain ? 'error' : 'warning',
      message: `${arn}, the identity of ${facts.kind} ${facts.name}, is not allowed ${refused.map(({ request }) => `${request.action} on ${request.resource}`).join(' and ')}`,
      cause: [...first.verdict.explanation, ...(actions.includes('kms:Decrypt') ? ["(The key's own policy was not looked at: it may allow what these policies do not.)"] : []), ...(unread.length === 0 ? [] : [`(Not looked at: ${unread.join(', ')}.)`])].join(' '),
      remedy: `Give ${arn} this statement: ${JSON.stringify(storeStatements(facts).filter(({ Action }) => typeof Action === 'string' && actions.includes(Action)))}`,
      place: { resource: arn },
    },
  ];
}

/** A parameter that no declaration names. */
function parameterOfNobody(facts: StoreFacts): string {
  return judgedArn(storeOf(facts).iam.arnOf('of/nobody/bedrock-access-asks', facts));
}

/** Which key an alias stands for is not known here: one of a name that only a wildcard matches. */
function keyBehind(kmsKey: string): string {
  return isAlias(kmsKey) ? kmsKey.replace(/:alias\/.*$/, ':key/behind-the-alias') : kmsKey;
}

function isAlias(kmsKey: string): boolean {
  return kmsKey.includes(':alias/');
}

function aliasOf(kmsKey: string): string {
  return kmsKey.slice(kmsKey.indexOf('alias/'));
}
