import { createHash } from 'node:crypto';
import { ownProfileSource } from '../bedrock/own-profile.ts';
import type { ResolvedModel } from '../bedrock/types.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { bearerGrant, type BearerType } from './bearer.ts';
import { attachedPoliciesLimit, listOf, managedPolicyLimit, policySize } from './document.ts';
import { invocationArns, routesGlobally } from './grants.ts';
import type { CompiledPolicy, ConditionBlock, PolicyDocument, PolicyStatement } from './types.ts';

/**
 * `Converse` and `ConverseStream` are authorised as these two. CountTokens is not among them: no client needs it to
 * invoke a model, and the policy stays the smallest that works.
 */
const invokeActions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'] as const;

export interface PolicyInput {
  readonly models: readonly ResolvedModel[];
  /** 12 digits. */
  readonly account: string;
  /** May models be listed and described? */
  readonly discovery: boolean;
  /** The type of API key with which the calls may be made, instead of a signature. */
  readonly bearer?: BearerType | undefined;
  /** Grant only through this VPC endpoint, or from these networks (CIDR). One of the two. */
  readonly endpoint?: { readonly sourceVpce?: string; readonly sourceIp?: readonly string[] };
}

/**
 * The smallest policy that lets exactly the declared models be invoked, streaming included, from their source regions.
 * Models beneath a profile may be invoked through that profile only. Statements are shared where that stays exact: all
 * profiles stand in one, all models beneath the same profile in one, profiles over the same models in one. What is granted
 * through application profiles of the access's own stands in documents of its own.
 *
 * The same models give the same documents, in whatever order they are declared.
 * @throws AccessError `endpoint-conditions-exclude-each-other`
 */
export function compilePolicy(input: PolicyInput): CompiledPolicy {
  const own = input.models.filter((model) => ownProfileSource(model) !== undefined);
  const others = input.models.filter((model) => !own.includes(model));
  const plain = packed({ ...input, models: others }, input.discovery);
  const profiles = own.length === 0 ? [] : packed({ ...input, models: own, bearer: undefined }, false, input.discovery);
  const documents = [...plain, ...profiles];
  const switched = ownKey(own);
  return {
    documents: documents.map(documentOf),
    keys: [...plain.map((_group, index) => String(index + 1)), ...profiles.map((_group, index) => (index === 0 ? switched : `${switched}-${index + 1}`))],
    serves: documents.flatMap((group, document) => group.map(({ models, purpose }, statement) => ({ document, statement, models, purpose }))),
    findings: sizeFindings(documents.length, profiles.length),
  };
}

function packed(input: PolicyInput, lists: boolean, describes = lists): readonly (readonly Purposed[])[] {
  const statements = [...invokeStatements(input), ...(lists ? listStatements(input) : []), ...(describes ? describeStatements(input) : []), ...(input.bearer === undefined ? [] : [bearerStatement(input.bearer)])];
  return pack(statements.flatMap(splitLong));
}

function bearerStatement(type: BearerType): Purposed {
  return { statement: { Sid: 'UseApiKey', ...bearerGrant(type) }, models: [], purpose: `call with a ${type === 'LONG_TERM' ? 'long' : 'short'}-term API key (the action knows no resource)` };
}

function ownKey(models: readonly ResolvedModel[]): string {
  const sources = models.map((model) => `${model.sourceRegion} ${ownProfileSource(model) ?? ''}`).sort();
  return `profiles-${createHash('sha256').update(sources.join('\n')).digest('hex').slice(0, 8)}`;
}

/** A statement with what it is for. */
interface Purposed {
  readonly statement: PolicyStatement;
  readonly models: readonly string[];
  readonly purpose: string;
}

/** Resources to be granted under the same conditions. */
interface Grant {
  readonly resources: readonly string[];
  readonly condition: ConditionBlock;
  /** The profiles through which alone the resources may be reached. */
  readonly through: readonly string[];
  readonly models: readonly string[];
  readonly sid: string;
  readonly purpose: string;
}

function invokeStatements({ models, account, endpoint }: PolicyInput): Purposed[] {
  const restriction = endpointCondition(endpoint);
  const grants = sortedModels(models).flatMap((model) => grantsOf(model, account));
  return mergeGrants(grants).map(({ resources, condition, through, models: references, sid, purpose }) => {
    const conditions = mergeConditions(condition, through.length === 0 ? {} : { StringEquals: { 'bedrock:InferenceProfileArn': oneOrMany(through) } }, restriction);
    return {
      statement: {
        Sid: sid,
        Effect: 'Allow',
        Action: invokeActions,
        Resource: oneOrMany(resources),
        ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
      },
      models: references,
      purpose,
    };
  });
}

function grantsOf(model: ResolvedModel, account: string): Grant[] {
  const { profileArn, models: beneath } = invocationArns(model, account);
  const references = [model.reference];
  if (profileArn === undefined) {
    return [{ resources: beneath.map(({ arn }) => arn), condition: {}, through: [], models: references, sid: 'InvokeDeclared', purpose: 'call declared models and inference profiles' }];
  }
  const own = ownProfileSource(model);
  const name = own === undefined ? sidPart(model.applicationProfileId ?? model.profileId ?? '') : `Own${sidPart(own)}`;
  if (!routesGlobally(model)) {
    return [
      { resources: [profileArn], condition: {}, through: [], models: references, sid: 'InvokeDeclared', purpose: 'call declared models and inference profiles' },
      {
        resources: beneath.map(({ arn }) => arn),
        condition: {},
        through: [profileArn],
        models: references,
        sid: `Through${name}`,
        purpose: `reach the model beneath in the source and every destination region (${beneath.map(({ requestedRegion }) => requestedRegion).join(', ')}), through the profile only`,
      },
    ];
  }
  // The three parts that the user guide gives for a global profile, "IAM policy requirements for global cross-Region inference".
  const from: ConditionBlock = { StringEquals: { 'aws:RequestedRegion': model.sourceRegion } };
  return [
    { resources: [profileArn], condition: from, through: [], models: references, sid: 'InvokeDeclaredGlobal', purpose: 'call declared global inference profiles from the source region' },
    ...beneath.map(({ arn, requestedRegion }) => ({
      resources: [arn],
      condition: { StringEquals: { 'aws:RequestedRegion': requestedRegion } },
      through: [profileArn],
      models: references,
      sid: `Through${name}${requestedRegion === 'unspecified' ? 'Anywhere' : 'Source'}`,
      purpose: requestedRegion === 'unspecified' ? 'reach the model beneath in any commercial region (AWS checks its ARN without a region), through the profile only' : 'reach the model beneath in the source region, through the profile only',
    })),
  ];
}

/**
 * Joins grants where the join grants nothing more: the same conditions and profiles (resources add up), or the same
 * resources and conditions through different profiles (profiles add up).
 */
function mergeGrants(grants: readonly Grant[]): readonly Grant[] {
  const byCondition = mergeBy(grants, ({ condition, through }) => JSON.stringify([condition, through]));
  return mergeBy(byCondition, ({ condition, through, resources }) => JSON.stringify([condition, through.length > 0, resources]));
}

function mergeBy(grants: readonly Grant[], keyOf: (grant: Grant) => string): readonly Grant[] {
  const merged = new Map<string, Grant>();
  for (const grant of grants) {
    const key = keyOf(grant);
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined
        ? grant
        : { ...before, resources: union(before.resources, grant.resources), through: union(before.through, grant.through), models: union(before.models, grant.models) },
    );
  }
  return [...merged.values()];
}

/**
 * ListFoundationModels and ListInferenceProfiles take no resource; GetFoundationModel and GetInferenceProfile are granted
 * on what is declared (service authorization reference, Amazon Bedrock). A runtime VPC endpoint does not carry these
 * calls, so that its condition is left out here.
 */
function listStatements({ endpoint }: PolicyInput): Purposed[] {
  return [
    {
      statement: { Sid: 'ListModels', Effect: 'Allow', Action: ['bedrock:ListFoundationModels', 'bedrock:ListInferenceProfiles'], Resource: '*', ...discoveryCondition(endpoint) },
      models: [],
      purpose: 'list models and inference profiles (these actions know no resource)',
    },
  ];
}

function describeStatements({ models, account, endpoint }: PolicyInput): Purposed[] {
  if (models.length === 0) return [];
  const called = sortedModels(models).map((model) => ({ model, arns: invocationArns(model, account) }));
  const described = union(
    called.flatMap(({ model, arns: { profileArn, models: beneath } }) => [
      ...(profileArn === undefined ? [] : [profileArn]),
      ...beneath.filter(({ requestedRegion }) => requestedRegion === model.sourceRegion).map(({ arn }) => arn),
    ]),
    [],
  );
  // GetInferenceProfile applies to profiles only: beside nothing but foundation models it would never match.
  const describes = ['bedrock:GetFoundationModel', ...(called.some(({ arns }) => arns.profileArn !== undefined) ? ['bedrock:GetInferenceProfile'] : [])];
  return [
    {
      statement: { Sid: 'DescribeDeclared', Effect: 'Allow', Action: oneOrMany(describes), Resource: oneOrMany(described), ...discoveryCondition(endpoint) },
      models: [],
      purpose: 'describe the declared models and profiles',
    },
  ];
}

function discoveryCondition(endpoint: PolicyInput['endpoint']): { readonly Condition?: ConditionBlock } {
  const restriction = endpointCondition(endpoint?.sourceIp === undefined ? undefined : { sourceIp: endpoint.sourceIp });
  return Object.keys(restriction).length === 0 ? {} : { Condition: restriction };
}

function endpointCondition(endpoint: PolicyInput['endpoint']): ConditionBlock {
  if (endpoint?.sourceVpce !== undefined && endpoint.sourceIp !== undefined) {
    throw new AccessError('endpoint-conditions-exclude-each-other', 'sourceVpce and sourceIp are both declared, and no call can meet both.', {
      cause: 'A call through a VPC endpoint has no aws:SourceIp (IAM user guide, "AWS global condition context keys"), so that together they deny every call.',
      remedy: 'Keep `spec.endpoint.sourceVpce` or `spec.endpoint.sourceIp`, not both.',
      place: { field: 'spec.endpoint' },
    });
  }
  if (endpoint?.sourceVpce !== undefined) return { StringEquals: { 'aws:SourceVpce': endpoint.sourceVpce } };
  if (endpoint?.sourceIp !== undefined) return { IpAddress: { 'aws:SourceIp': oneOrMany([...endpoint.sourceIp].sort()) } };
  return {};
}

/** A statement that alone exceeds one managed policy is divided by its resources. */
function splitLong(purposed: Purposed): readonly Purposed[] {
  const resources = listOf(purposed.statement.Resource);
  if (resources.length < 2 || policySize(documentOf([purposed])) <= managedPolicyLimit) return [purposed];
  const half = Math.ceil(resources.length / 2);
  return [resources.slice(0, half), resources.slice(half)].flatMap((part, index) =>
    splitLong({ ...purposed, statement: { ...purposed.statement, Sid: `${purposed.statement.Sid ?? ''}${index === 0 ? 'A' : 'B'}`, Resource: oneOrMany(part) } }),
  );
}

/** First fit, in order: a statement goes into the first document that has room for it. */
function pack(statements: readonly Purposed[]): readonly (readonly Purposed[])[] {
  const documents: Purposed[][] = [];
  for (const statement of statements) {
    const open = documents.find((group) => policySize(documentOf([...group, statement])) <= managedPolicyLimit);
    if (open === undefined) documents.push([statement]);
    else open.push(statement);
  }
  return documents;
}

function documentOf(group: readonly Purposed[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: group.map(({ statement }) => statement) };
}

function sizeFindings(count: number, ofProfiles: number): readonly Finding[] {
  if (count <= 1 || (count === 2 && ofProfiles === 1)) return [];
  // One place stays free for the policy that denies the sessions of a leaked key; and while an access moves from one own
  // profile to another, the policies of both are attached.
  const most = attachedPoliciesLimit - 1 - ofProfiles;
  const tooMany = count > most;
  return [
    {
      id: tooMany ? 'policy-too-large' : 'policy-split',
      severity: tooMany ? 'error' : 'info',
      message: `The declared models need ${count} managed policies${tooMany ? `, and a user takes ${attachedPoliciesLimit}, of which ${attachedPoliciesLimit - most} ${attachedPoliciesLimit - most === 1 ? 'is' : 'are'} kept: one for denying the sessions of a leaked key${ofProfiles === 0 ? '' : ', the others for moving from one application profile to another'}` : ''}.`,
      cause: `A managed policy holds ${managedPolicyLimit} characters without whitespace, and every model is named in each of its regions.`,
      remedy: tooMany ? 'Declare fewer models, or divide them over several accesses.' : 'Nothing to do: each is made and attached. Fewer models need fewer policies.',
    },
  ];
}

/** In an order that does not depend on the declaration, each way to a model once. */
function sortedModels(models: readonly ResolvedModel[]): readonly ResolvedModel[] {
  return [...models].sort((a, b) => compare(`${a.sourceRegion} ${a.invokeId}`, `${b.sourceRegion} ${b.invokeId}`) || compare(a.reference, b.reference));
}

function mergeConditions(...blocks: readonly ConditionBlock[]): ConditionBlock {
  const merged: Record<string, Record<string, string | readonly string[]>> = {};
  for (const block of blocks) for (const [operator, keys] of Object.entries(block)) merged[operator] = { ...merged[operator], ...keys };
  return merged;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}

/** Sids are letters and digits only. `us.anthropic.claude-sonnet-4-6` becomes `UsAnthropicClaudeSonnet46`. */
function sidPart(id: string): string {
  return id.replace(/[^A-Za-z0-9]*([A-Za-z0-9])([A-Za-z0-9]*)/g, (_, first: string, rest: string) => first.toUpperCase() + rest).replace(/[^A-Za-z0-9]/g, '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
