/** Policies and trust policies in HCL: as `jsonencode` or as `aws_iam_policy_document`, whichever the repository uses. */
import type { Access } from '../../access/types.ts';
import { ownProfilesIn } from '../../bedrock/own-profile.ts';
import type { Partition } from '../../bedrock/types.ts';
import type { PolicyDocument, PolicyStatement, PrincipalElement } from '../../policy/types.ts';
import { hclList, hclText, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import type { ExportStyle } from './style.ts';
import type { ModuleLabels } from './terraform-blocks.ts';

export interface WrittenPolicy {
  /** What an argument such as `policy` or `assume_role_policy` holds. */
  readonly expression: HclExpression;
  /** The data source that it comes from, where it is one. */
  readonly document?: HclBlockText;
}

/** @param label of the data source, where the repository uses them */
export function writtenPolicy(document: PolicyDocument, label: string, style: Pick<ExportStyle, 'policy'>, names: ArnNames): WrittenPolicy {
  if (style.policy !== 'document') return { expression: jsonencode(documentExpression(document, names)) };
  return { expression: traversal('data', 'aws_iam_policy_document', label, 'json'), document: policyDocumentBlock(label, document, names) };
}

export function jsonencode(argument: HclExpression): HclExpression {
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

function statementEntries({ Sid, Effect, Principal, Action, Resource, Condition }: PolicyStatement, names: ArnNames): readonly (readonly [string, HclExpression])[] {
  return [
    ...(Sid === undefined ? [] : [['Sid', hclText(Sid)] as const]),
    ['Effect', hclText(Effect)],
    ...(Principal === undefined ? [] : [['Principal', principalExpression(Principal, names)] as const]),
    ['Action', oneOrMany(Action, (text) => hclText(text))],
    // A trust policy has none: its resource is the role that it lies on.
    ...(Resource === undefined ? [] : [['Resource', oneOrMany(Resource, (text) => names.text(text))] as const]),
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

function principalExpression(principal: PrincipalElement, names: ArnNames): HclExpression {
  return principal === '*' ? hclText('*') : { type: 'object', entries: Object.entries(principal).map(([type, ids]) => [type, oneOrMany(ids, (text) => names.text(text))] as const) };
}

function policyDocumentBlock(label: string, { Statement }: PolicyDocument, names: ArnNames): HclBlockText {
  const many = (values: string | readonly string[] | undefined): HclExpression => hclList((typeof values === 'string' ? [values] : (values ?? [])).map((text) => names.text(text)));
  return {
    type: 'data',
    labels: ['aws_iam_policy_document', label],
    attributes: [],
    blocks: Statement.map(({ Sid, Effect, Principal, Action, Resource, Condition }) => ({
      type: 'statement',
      labels: [],
      attributes: [...(Sid === undefined ? [] : [['sid', hclText(Sid)] as const]), ['effect', hclText(Effect)], ['actions', many(Action)], ...(Resource === undefined ? [] : [['resources', many(Resource)] as const])],
      blocks: [
        ...Object.entries(principalsOf(Principal)).map(([type, ids]) => ({ type: 'principals', labels: [], attributes: [['type', hclText(type)], ['identifiers', many(ids)]] as const })),
        ...Object.entries(Condition ?? {}).flatMap(([test, keys]) =>
          Object.entries(keys).map(([variable, values]) => ({ type: 'condition', labels: [], attributes: [['test', hclText(test)], ['variable', hclText(variable)], ['values', many(values)]] as const })),
        ),
      ],
    })),
  };
}

function principalsOf(principal: PrincipalElement | undefined): Readonly<Record<string, string | readonly string[]>> {
  return principal === '*' ? { '*': '*' } : (principal ?? {});
}

function oneOrMany(values: string | readonly string[] | undefined, make: (text: string) => HclExpression): HclExpression {
  return typeof values === 'string' ? make(values) : hclList((values ?? []).map(make));
}

/** Writes ARNs with account and partition taken from data sources, and remembers which of them were needed. */
export class ArnNames {
  readonly #access: Access;
  readonly #partition: Partition;
  readonly #style: ExportStyle;
  readonly #labels: ModuleLabels;
  /** ARNs of what the module has or reads. */
  readonly #known: ReadonlyMap<string, HclTraversal>;
  /** Labels of the access's own application inference profiles, by what they copy. */
  readonly #profiles: ReadonlyMap<string, string>;
  readonly #used = new Set<string>();

  constructor(access: Access, partition: Partition, style: ExportStyle, labels: ModuleLabels, { known, profiles }: { readonly known: ReadonlyMap<string, HclTraversal>; readonly profiles: ReadonlyMap<string, string> }) {
    this.#known = known;
    this.#profiles = profiles;
    this.#access = access;
    this.#partition = partition;
    this.#style = style;
    this.#labels = labels;
  }

  /** A text; an ARN of this account or partition with traversals in its place. */
  text(text: string): HclExpression {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
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
