import type { PolicyFact, StatementFact, Text } from '../../checks/facts.ts';
import type { Place } from '../../finding.ts';
import { isList, isMap, Unknown, UnknownKeys, type Value, type ValueMap } from '../hcl/value.ts';
import type { TerraformBlock, TerraformModule, TerraformResource } from '../terraform/types.ts';
import { placeOfSpan, spanWithin, textOf, textsOf } from './text.ts';

/** Where each kind of resource writes a policy. */
const carriers: readonly { readonly type: string; readonly attribute: string; readonly kind: PolicyFact['kind'] }[] = [
  { type: 'aws_iam_policy', attribute: 'policy', kind: 'managed' },
  { type: 'aws_iam_user_policy', attribute: 'policy', kind: 'inline' },
  { type: 'aws_iam_role_policy', attribute: 'policy', kind: 'inline' },
  { type: 'aws_iam_group_policy', attribute: 'policy', kind: 'inline' },
  { type: 'aws_iam_role', attribute: 'assume_role_policy', kind: 'trust' },
];

/** Every policy of a module, with the principals that it is attached to. */
export function policyFacts(module: TerraformModule, target: string): readonly PolicyFact[] {
  return module.resources.flatMap((resource) => {
    const carrier = carriers.find(({ type }) => type === resource.type);
    if (!carrier) return [];
    const document = resource.attribute(carrier.attribute);
    if (document === undefined) return [];
    const name = resource.attribute('name');
    return [
      {
        address: resource.address,
        ...(typeof name === 'string' ? { name } : {}),
        kind: carrier.kind,
        statements: statementFacts(module, resource, carrier.attribute, readDocument(document)),
        attachedTo: carrier.kind === 'trust' ? [resource.address] : attachedTo(module, resource),
        place: placeOfSpan(resource.placeOf()),
        target,
      },
    ];
  });
}

/** A document may be a JSON text in a heredoc; jsonencode and policy documents are values already. */
function readDocument(document: Value): ValueMap | undefined {
  if (isMap(document)) return document;
  if (typeof document !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(document);
    return isPlainMap(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isPlainMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function statementFacts(module: TerraformModule, resource: TerraformResource, attribute: string, document: ValueMap | undefined): readonly StatementFact[] {
  const written = document?.['Statement'];
  if (written === undefined) return [];
  const single = !isList(written);
  const statements = (isList(written) ? written : [written]).filter(isMap);
  const blocks = documentBlocks(module, resource, attribute);
  return statements.map((statement, index) => {
    const block = blocks?.[index];
    const placeOf = (field: string, argument: string, position?: number): Place => {
      if (block) {
        const found = block.block.body.attributes.get(argument);
        if (found) return placeOfSpan(spanWithin(found.expression, position === undefined ? [] : [position]));
        return placeOfSpan(block.block.span);
      }
      const expression = resource.block.body.attributes.get(attribute)?.expression;
      const path = single ? ['Statement', field] : ['Statement', index, field];
      return placeOfSpan(expression ? spanWithin(expression, field === '' ? path.slice(0, -1) : [...path, ...(position === undefined ? [] : [position])]) : resource.placeOf());
    };
    const texts = (field: string, argument: string): readonly Text[] => textsOf(statement[field], (position) => placeOf(field, argument, position));
    const effect = statement['Effect'];
    const sid = statement['Sid'];
    return {
      effect: typeof effect === 'string' ? effect : 'Allow',
      ...(typeof sid === 'string' ? { sid } : {}),
      actions: texts('Action', 'actions'),
      notActions: texts('NotAction', 'not_actions'),
      resources: texts('Resource', 'resources'),
      notResources: texts('NotResource', 'not_resources'),
      principals: principals(statement['Principal'], placeOf('Principal', 'principals')),
      conditions: conditions(statement['Condition'], placeOf('Condition', 'condition')),
      place: block ? placeOfSpan(block.block.span) : placeOf('', ''),
    };
  });
}

/** The `statement` blocks of the policy document that an argument refers to; undefined for anything else. */
function documentBlocks(module: TerraformModule, resource: TerraformResource, attribute: string): readonly TerraformBlock[] | undefined {
  const expression = resource.block.body.attributes.get(attribute)?.expression;
  if (expression?.type !== 'reference' || expression.root !== 'data') return undefined;
  const [type, name] = expression.steps;
  if (type?.type !== 'attribute' || name?.type !== 'attribute') return undefined;
  return module.resources.find((candidate) => candidate.mode === 'data' && candidate.type === type.name && candidate.name === name.name)?.nested('statement');
}

function principals(value: Value | undefined, place: Place): StatementFact['principals'] {
  if (value === '*') return [{ type: 'AWS', identifier: { text: '*', known: true, place } }];
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([type, identifiers]) => textsOf(identifiers, () => place).map((identifier) => ({ type, identifier })));
}

/** A condition of which something is not known is still there: it narrows what nobody can say. */
function conditions(value: Value | undefined, place: Place): StatementFact['conditions'] {
  if (value === undefined || value === null) return [];
  const named = (key: Value): string => textOf(key, place)?.text ?? '${…}';
  return entriesOf(value).flatMap(([operator, keys]) => entriesOf(keys).map(([key, values]) => ({ operator: named(operator), key: named(key), values: textsOf(values, () => place) })));
}

/** Of what is not known as a whole one that says so. */
function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (isMap(value)) return Object.entries(value);
  if (value instanceof UnknownKeys) return value.entries;
  return value instanceof Unknown ? [[value, value]] : [];
}

/** Addresses of the users and roles to which a policy is attached, inline ones by their own argument. */
function attachedTo(module: TerraformModule, policy: TerraformResource): readonly string[] {
  const found = new Set<string>();
  const add = (resource: TerraformResource, attribute: string, type: string): void => {
    const value = resource.attribute(attribute);
    for (const item of value !== undefined && isList(value) ? value : [value]) {
      const principal = principalOf(module, item, type);
      if (principal) found.add(principal);
    }
  };
  if (policy.type === 'aws_iam_user_policy') add(policy, 'user', 'aws_iam_user');
  if (policy.type === 'aws_iam_role_policy') add(policy, 'role', 'aws_iam_role');
  for (const attachment of module.resources) {
    if (!['aws_iam_user_policy_attachment', 'aws_iam_role_policy_attachment', 'aws_iam_policy_attachment'].includes(attachment.type)) continue;
    const arn = attachment.attribute('policy_arn');
    if (!(arn instanceof Unknown) || arn.reference?.startsWith(`${policy.address}.`) !== true) continue;
    for (const [attribute, type] of [['user', 'aws_iam_user'], ['users', 'aws_iam_user'], ['role', 'aws_iam_role'], ['roles', 'aws_iam_role']] as const) add(attachment, attribute, type);
  }
  return [...found];
}

/** The principal that a name or reference means. */
export function principalOf(module: TerraformModule, value: Value | undefined, type: string): string | undefined {
  if (value instanceof Unknown) return module.resources.find((resource) => resource.type === type && value.reference?.startsWith(`${resource.address}.`))?.address;
  const text = textOf(value, {})?.text;
  return text === undefined ? undefined : module.resources.find((resource) => resource.type === type && textOf(resource.attribute('name'), {})?.text === text)?.address;
}
