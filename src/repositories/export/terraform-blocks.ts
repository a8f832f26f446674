/** What an access is in Terraform: user, policies, attachments; with `keys: terraform` the key and its parameters too. */
import { keyMode } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { ownProfilesIn } from '../../bedrock/own-profile.ts';
import type { Partition } from '../../bedrock/types.ts';
import { policyAttachment } from '../../resources/policy-attachment.ts';
import { managedPolicy } from '../../resources/managed-policy.ts';
import { iamUser } from '../../resources/iam-user.ts';
import type { Implied } from '../../resources/kind.ts';
import { keeperTagKey, markKeys, ownerTagKeys, ownerTags } from '../../resources/owner.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import { deliveredBySecret } from '../../resources/profile-delivery.ts';
import type { PolicyDocument, PolicyStatement } from '../../policy/types.ts';
import { hclList, hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import type { ExportStyle } from './style.ts';
import { profileBlocks, profileLabels, profileParameterBlocks } from './terraform-profiles.ts';
import { terraformComments, type TerraformComments } from './terraform-comments.ts';

export interface TerraformBlocks {
  /** In the order in which they are read: user, policies, attachments. */
  readonly iam: readonly HclBlockText[];
  /** Key and parameters, where Terraform makes the key; and the parameters that carry profiles' ARNs. */
  readonly parameters: readonly HclBlockText[];
  /** Data sources that the blocks refer to; each is written only where the module has none. */
  readonly data: readonly HclBlockText[];
}

/** The labels under which a module has things already: what is there under another label keeps it. */
export interface ModuleLabels {
  readonly data: (type: string) => string | undefined;
  readonly named: (type: string, name: string) => string | undefined;
  readonly attachment: (userLabel: string, policyLabel: string) => string | undefined;
  readonly key: (userLabel: string) => string | undefined;
}

export function terraformBlocks(implied: Implied, style: ExportStyle, labels: ModuleLabels, clusterKnown: boolean, providerOf: (region: string) => HclTraversal | undefined): TerraformBlocks {
  const { access, owner } = implied;
  const profiles = profileLabels(implied, labels.named);
  const names = new ArnNames(access, implied.partition, style, labels, profiles);
  const comments = terraformComments(style, access);
  const [user] = iamUser.desired(implied);
  if (user === undefined) throw new TypeError('an access has a user');
  const userLabel = labels.named('aws_iam_user', user.name) ?? labelOf(user.name);
  const policyLabel = (name: string): string => labels.named('aws_iam_policy', name) ?? labelOf(name);
  const ownedByProgram = style.keys === 'program';
  const ownership = ownedByProgram ? { ...Object.fromEntries(Object.entries(ownerTags(owner)).filter(([key]) => clusterKnown || key !== ownerTagKeys.cluster)), [keeperTagKey]: 'terraform' } : {};
  const policyTags = { ...style.tags, ...ownership };
  const tags = ownedByProgram ? { ...policyTags, [markKeys.regions]: [...user.desired.regions].sort().join(' ') } : policyTags;
  const { permissionsBoundary } = user.desired;
  const iam: HclBlockText[] = [
    {
      type: 'resource',
      labels: ['aws_iam_user', userLabel],
      comment: comments.user,
      attributes: [
        ['name', hclText(user.desired.name)],
        ['path', hclText(user.desired.path)],
        ...(permissionsBoundary === undefined ? [] : [['permissions_boundary', names.text(permissionsBoundary)] as const]),
        ...tagsAttribute(tags),
      ],
      ...(ownedByProgram ? { blocks: [ignoreMarks(clusterKnown)] } : {}),
    },
  ];
  const parts = { labels: profiles, named: labels.named, text: (text: string) => names.text(text), providerOf, comments, tags: tagsAttribute(policyTags), parameterTags: tagsAttribute(style.tags) };
  iam.push(...profileBlocks(implied, parts));
  const documents: HclBlockText[] = [];
  for (const policy of managedPolicy.desired(implied)) {
    const label = policyLabel(policy.name);
    if (style.policy === 'document') documents.push(policyDocumentBlock(label, policy.desired.document, names));
    iam.push({
      type: 'resource',
      labels: ['aws_iam_policy', label],
      comment: comments.policy,
      attributes: [
        ['name', hclText(policy.desired.name)],
        ['path', hclText(policy.desired.path)],
        ['description', hclText(policyDescription(access.metadata))],
        ['policy', style.policy === 'document' ? traversal('data', 'aws_iam_policy_document', label, 'json') : jsonencode(documentExpression(policy.desired.document, names))],
        ...tagsAttribute(policyTags),
      ],
    });
  }
  for (const [index, attachment] of policyAttachment.desired(implied).entries()) {
    const policy = policyLabel(managedPolicy.desired(implied)[index]?.name ?? attachment.name);
    iam.push({
      type: 'resource',
      labels: ['aws_iam_user_policy_attachment', labels.attachment(userLabel, policy) ?? `${policy}_attachment`],
      comment: comments.attachment,
      attributes: [
        ['user', traversal('aws_iam_user', userLabel, 'name')],
        ['policy_arn', traversal('aws_iam_policy', policy, 'arn')],
      ],
    });
  }
  const carried = deliveredBySecret(access) ? profileParameterBlocks(implied, keyMode(access, 'an export').secretStore.region, parts) : [];
  const parameters = ownedByProgram ? [] : keyBlocks(access, userLabel, style, comments, labels);
  return { iam: [...documents, ...iam], parameters: [...parameters, ...carried], data: names.used() };
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
  const parameter = (name: string, what: string, value: HclExpression, comment: readonly string[]): HclBlockText => ({
    type: 'resource',
    labels: ['aws_ssm_parameter', labels.named('aws_ssm_parameter', name) ?? labelOf(name)],
    comment,
    attributes: [
      ['name', hclText(name)],
      ['description', hclText(`${what} of ${metadata.namespace}/${metadata.name} for Amazon Bedrock`)],
      ['type', hclText('SecureString')],
      ...(parameterKmsKeyId === undefined ? [] : [['key_id', hclText(parameterKmsKeyId)] as const]),
      ['value', value],
      ...tagsAttribute(style.tags),
    ],
  });
  const pair: HclExpression = { type: 'object', entries: [[credentialFields.accessKeyId, key('id')], [credentialFields.secretAccessKey, key('secret')]] };
  return [
    { type: 'resource', labels: ['aws_iam_access_key', keyLabel], comment: comments.key, attributes: [['user', traversal('aws_iam_user', userLabel, 'name')]] },
    ...(credentials.accessKey?.layout !== 'pair'
      ? [parameter(names.parameter, 'Access key', jsonencode(pair), comments.parameter)]
      : [parameter(names.accessKeyIdParameter, 'Access key id', key('id'), comments.parameter), parameter(names.secretAccessKeyParameter, 'Secret access key', key('secret'), comments.parameter)]),
  ];
}

function jsonencode(argument: HclExpression): HclExpression {
  return { type: 'call', name: 'jsonencode', arguments: [argument] };
}

function documentExpression({ Version, Statement }: PolicyDocument, names: ArnNames): HclExpression {
  return {
    type: 'object',
    entries: [
      ['Version', hclText(Version)],
      ['Statement', hclList(Statement.map((statement): HclExpression => ({ type: 'object', entries: statementEntries(statement, names) })))],
    ],
  };
}

function statementEntries({ Sid, Effect, Action, Resource, Condition }: PolicyStatement, names: ArnNames): readonly (readonly [string, HclExpression])[] {
  return [
    ...(Sid === undefined ? [] : [['Sid', hclText(Sid)] as const]),
    ['Effect', hclText(Effect)],
    ['Action', oneOrMany(Action, (text) => hclText(text))],
    ['Resource', oneOrMany(Resource, (text) => names.text(text))],
    ...(Condition === undefined
      ? []
      : [
          [
            'Condition',
            {
              type: 'object',
              entries: Object.entries(Condition).map(([operator, keys]) => [operator, { type: 'object', entries: Object.entries(keys).map(([key, values]) => [key, oneOrMany(values, (text) => names.text(text))] as const) }] as const),
            },
          ] as const,
        ]),
  ];
}

function policyDocumentBlock(label: string, { Statement }: PolicyDocument, names: ArnNames): HclBlockText {
  const many = (values: string | readonly string[] | undefined): HclExpression => hclList((typeof values === 'string' ? [values] : (values ?? [])).map((text) => names.text(text)));
  return {
    type: 'data',
    labels: ['aws_iam_policy_document', label],
    attributes: [],
    blocks: Statement.map(({ Sid, Effect, Action, Resource, Condition }) => ({
      type: 'statement',
      labels: [],
      attributes: [...(Sid === undefined ? [] : [['sid', hclText(Sid)] as const]), ['effect', hclText(Effect)], ['actions', many(Action)], ['resources', many(Resource)]],
      blocks: Object.entries(Condition ?? {}).flatMap(([test, keys]) =>
        Object.entries(keys).map(([variable, values]) => ({ type: 'condition', labels: [], attributes: [['test', hclText(test)], ['variable', hclText(variable)], ['values', many(values)]] as const })),
      ),
    })),
  };
}

function oneOrMany(values: string | readonly string[] | undefined, make: (text: string) => HclExpression): HclExpression {
  return typeof values === 'string' ? make(values) : hclList((values ?? []).map(make));
}

/** Writes ARNs with account and partition taken from data sources, and remembers which of them were needed. */
class ArnNames {
  readonly #access: Access;
  readonly #partition: Partition;
  readonly #style: ExportStyle;
  readonly #labels: ModuleLabels;
  readonly #profiles: ReadonlyMap<string, string>;
  readonly #used = new Set<string>();

  constructor(access: Access, partition: Partition, style: ExportStyle, labels: ModuleLabels, profiles: ReadonlyMap<string, string>) {
    this.#access = access;
    this.#profiles = profiles;
    this.#partition = partition;
    this.#style = style;
    this.#labels = labels;
  }

  /** A text; an ARN of this account or partition with traversals in its place. */
  text(text: string): HclExpression {
    const [source] = ownProfilesIn(text);
    if (source !== undefined) return traversal('aws_bedrock_inference_profile', this.#profiles.get(source) ?? '', 'arn');
    const [arn, partition, service, region, account, ...rest] = text.split(':');
    if (arn !== 'arn' || partition !== this.#partition || rest.length === 0) return hclText(text);
    const own = account === this.#access.spec.account;
    return hclText(
      'arn:',
      this.#style.partition === 'data' ? this.#data('aws_partition', 'partition') : partition,
      `:${service}:${region}:`,
      own ? this.#data('aws_caller_identity', 'account_id') : (account ?? ''),
      `:${rest.join(':')}`,
    );
  }

  used(): readonly HclBlockText[] {
    return [...this.#used].sort().map((type) => ({ type: 'data', labels: [type, 'current'], attributes: [] }));
  }

  #data(type: string, attribute: string): HclTraversal {
    this.#used.add(type);
    return traversal('data', type, this.#labels.data(type) ?? 'current', attribute);
  }
}
