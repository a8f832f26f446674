import type { AuthorizationRequest, ConditionBlock, NamedPolicy, PolicyDocument, PolicySet, PolicyStatement } from '../../src/policy/types.ts';
import type { Dice } from './random.ts';

/** A random question with random policies near it. */
export interface Pair {
  readonly request: AuthorizationRequest;
  readonly set: PolicySet;
}

const account = '123456789012';
const user = `arn:aws:iam::${account}:user/service/app`;
const session = `arn:aws:sts::${account}:assumed-role/App/pod`;

const resources = [
  'arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6',
  'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6',
  'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
  `arn:aws:bedrock:us-west-2:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`,
  `arn:aws:bedrock:us-west-2:${account}:application-inference-profile/abc123`,
  'arn:aws:s3:::team-blue/reports/2026/a.txt',
  `arn:aws:iam::${account}:user/service/app`,
  `arn:aws:ssm:ap-northeast-1:${account}:parameter/bedrock-credentials`,
];
const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:GetInferenceProfile', 's3:GetObject', 'iam:CreateAccessKey', 'ssm:GetParameter'];

/** A kind of condition key with values for both sides; values of the request are near those of the policy. */
interface KeyKind {
  readonly key: string;
  readonly operators: readonly string[];
  readonly values: readonly string[];
  readonly patterns?: readonly string[];
}
const keys: readonly KeyKind[] = [
  {
    key: 'aws:RequestedRegion',
    operators: ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'],
    values: ['us-west-2', 'us-east-1', 'unspecified', 'US-West-2'],
    patterns: ['us-*', '*-1', 'us-????-2', '${aws:PrincipalTag/region}', "${aws:PrincipalTag/region, 'us-west-2'}", '*'],
  },
  {
    key: 'aws:PrincipalTag/team',
    operators: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    values: ['blue', 'Blue', 'green', 'a*b'],
    patterns: ['b*', '?lue', '${aws:username}', "${aws:PrincipalTag/none, 'blue'}"],
  },
  { key: 'aws:MultiFactorAuthAge', operators: ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'], values: ['0', '5', '5.5', '300', '-1', 'many'] },
  {
    key: 'aws:CurrentTime',
    operators: ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
    values: ['2025-03-08T00:00:00Z', '2026-11-24T00:00:00Z', '2026-11-24T09:00:00+09:00', '2025-03-08', 'soon'],
  },
  { key: 'aws:SecureTransport', operators: ['Bool'], values: ['true', 'false', 'True', 'maybe'] },
  { key: 'aws:Binary', operators: ['BinaryEquals'], values: ['YQ==', 'Yg==', 'YWI='] },
  // IPv4 and IPv6 under keys of their own: iam-simulate decides NotIpAddress of the one against the other both ways.
  { key: 'aws:SourceIp', operators: ['IpAddress', 'NotIpAddress'], values: ['203.0.113.7', '198.51.100.7', '198.51.100.200', 'nowhere'], patterns: ['203.0.113.0/24', '203.0.113.7', '198.51.100.0/25', '10.0.0.0/8', '0.0.0.0/1'] },
  { key: 'aws:VpcSourceIp', operators: ['IpAddress', 'NotIpAddress'], values: ['2001:db8::7', '2001:db9::7', '2001:DB8:0:0::8', 'nowhere'], patterns: ['2001:db8::/32', '2001:db8::7', '2001:db8::/127', 'fd00::/8'] },
  {
    key: 'bedrock:InferenceProfileArn',
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'StringEquals', 'StringLike'],
    values: [`arn:aws:bedrock:us-west-2:${account}:inference-profile/us.anthropic.claude-sonnet-4-6`, `arn:aws:bedrock:us-west-2:${account}:inference-profile/global.anthropic.claude-sonnet-4-6`, 'no-arn'],
    patterns: ['arn:aws:bedrock:*:*:inference-profile/us.*', `arn:aws:bedrock:us-west-?:${account}:inference-profile/*`, 'arn:aws:bedrock:*:*:application-inference-profile/*'],
  },
];
/** Multivalued keys, for `ForAllValues` and `ForAnyValue`. */
const sets: readonly KeyKind[] = [
  ...keys.filter(({ key }) => key !== 'aws:PrincipalTag/team'),
  {
    key: 'aws:PrincipalOrgPaths',
    operators: ['StringLike', 'StringNotLike'],
    values: ['o-a/r-b/ou-c/', 'o-a/r-b/ou-d/'],
    patterns: ['o-a/r-b/*', 'o-a/*/ou-c/', 'a${*}b'],
  },
  { key: 'aws:TagKeys', operators: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'], values: ['team', 'cost', 'Team', ''], patterns: ['t*', 'c?st', '*'] },
];

export function randomPair(dice: Dice): Pair {
  const request = randomRequest(dice);
  const near = (): NamedPolicy => ({ name: 'policy', document: randomDocument(dice, request, true) });
  // A session policy with an incomplete ARN is refused as malformed (IAM user guide, "Identify AWS resources with ARNs").
  const nearWholeArns = (): NamedPolicy => ({ name: 'policy', document: randomDocument(dice, request, false) });
  return {
    request,
    set: {
      identity: Array.from({ length: dice.between(1, 2) }, () => near()),
      ...(dice.chance(0.25) ? { boundary: near() } : {}),
      ...(dice.chance(0.25) ? { session: [nearWholeArns()] } : {}),
      ...(dice.chance(0.2) ? { serviceControl: Array.from({ length: dice.between(1, 2) }, () => [dice.chance(0.5) ? fullAccess : nearWholeArns()]) } : {}),
    },
  };
}

const fullAccess: NamedPolicy = { name: 'FullAWSAccess', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

function randomRequest(dice: Dice): AuthorizationRequest {
  const context: Record<string, string | readonly string[]> = {};
  for (const { key, values } of keys) if (dice.chance(0.7)) context[dice.chance(0.1) ? key.toUpperCase() : key] = dice.pick(values);
  if (dice.chance(0.5)) context['aws:TagKeys'] = Array.from({ length: dice.between(1, 3) }, () => dice.pick(['team', 'cost', 'Team', 'other']));
  if (dice.chance(0.3)) context['aws:PrincipalOrgPaths'] = Array.from({ length: dice.between(1, 2) }, () => dice.pick(['o-a/r-b/ou-c/', 'o-a/r-b/ou-d/', 'o-z/r-b/ou-c/']));
  if (dice.chance(0.1)) context['aws:TagKeys'] = '';
  if (dice.chance(0.15)) {
    const { key, values } = dice.pick(keys);
    delete context[key.toUpperCase()];
    context[key] = Array.from({ length: dice.between(1, 3) }, () => dice.pick(values));
  }
  if (dice.chance(0.6)) context['aws:username'] = dice.pick(['app', 'blue', 'a*b']);
  if (dice.chance(0.5)) context['aws:PrincipalTag/region'] = dice.pick(['us-west-2', 'us-east-1']);
  return { principal: dice.chance(0.7) ? user : session, action: dice.pick(actions), resource: dice.pick(resources), context };
}

function randomDocument(dice: Dice, request: AuthorizationRequest, incomplete: boolean): PolicyDocument {
  const statements = Array.from({ length: dice.between(1, 3) }, (_, index): PolicyStatement => {
    const condition = dice.chance(0.6) ? randomCondition(dice, request) : undefined;
    return {
      Sid: `S${index}`,
      Effect: dice.chance(index === 0 ? 0.15 : 0.4) ? 'Deny' : 'Allow',
      ...randomActions(dice, request),
      ...randomResources(dice, request, incomplete),
      ...(condition === undefined ? {} : { Condition: condition }),
    };
  });
  return { Version: dice.chance(0.03) ? '2008-10-17' : '2012-10-17', Statement: statements };
}

function randomActions(dice: Dice, { action }: AuthorizationRequest): Pick<PolicyStatement, 'Action' | 'NotAction'> {
  const service = action.slice(0, action.indexOf(':'));
  const hits = [action, action.toUpperCase().replace(/^.*:/, `${service}:`), `${service}:*`, `${action.slice(0, -3)}*`, `${service}:?${action.slice(service.length + 2)}`, '*', `${service}:*${action.slice(-4)}`];
  const misses = [...actions.filter((other) => other !== action), 'ec2:*', `${service}:List*`];
  const list = Array.from({ length: dice.between(1, 3) }, () => dice.pick(dice.chance(0.55) ? hits : misses));
  if (dice.chance(0.15)) return { NotAction: Array.from({ length: dice.between(1, 2) }, () => dice.pick(dice.chance(0.3) ? hits.filter((hit) => hit !== '*') : misses)) };
  return { Action: list.length === 1 && list[0] !== undefined ? list[0] : list };
}

function randomResources(dice: Dice, { resource }: AuthorizationRequest, incomplete: boolean): Pick<PolicyStatement, 'Resource' | 'NotResource'> {
  const parts = resource.split(':');
  const [head, id] = [parts.slice(0, 5), parts.slice(5).join(':')];
  const slash = id.indexOf('/') + 1;
  const hits = [
    resource,
    '*',
    `${head.slice(0, 3).join(':')}:*:*:${id}`,
    `${head.join(':')}:${id.slice(0, slash)}*`,
    `${head.join(':')}:${id.slice(0, slash)}*${id.slice(-2)}`,
    `${head.join(':')}:${id.slice(0, -1)}?`,
    `${head.join(':')}:*`,
    ...(incomplete ? [head.slice(0, 3).join(':')] : []),
  ];
  const misses = [...resources.filter((other) => other !== resource), `${head.join(':')}:${id}x`, `${head.join(':')}:${id.slice(0, slash)}?`, resource.slice(0, -1), `${head.join(':')}:${id.slice(0, slash)}\${aws:username}`];
  const list = Array.from({ length: dice.between(1, 3) }, () => dice.pick(dice.chance(0.6) ? hits : misses));
  if (dice.chance(0.15)) return { NotResource: Array.from({ length: dice.between(1, 2) }, () => dice.pick(dice.chance(0.25) ? hits.filter((hit) => hit !== '*') : misses)) };
  return { Resource: list.length === 1 && list[0] !== undefined ? list[0] : list };
}

function randomCondition(dice: Dice, request: AuthorizationRequest): ConditionBlock {
  const block: Record<string, Record<string, string | readonly string[]>> = {};
  for (let count = dice.between(1, 2); count > 0; count -= 1) {
    if (dice.chance(0.12)) {
      block['Null'] = { ...block['Null'], [dice.pick(keys).key]: dice.pick(['true', 'false']) };
      continue;
    }
    const quantifier = dice.chance(0.35) ? dice.pick(['ForAllValues:', 'ForAnyValue:']) : '';
    // Kinds with many operators come twice, so that each operator has its share.
    const kinds = quantifier === '' ? keys : sets;
    const kind = dice.pick([...kinds, ...kinds.filter(({ operators }) => operators.length >= 4)]);
    const name = `${quantifier}${dice.pick(kind.operators)}${dice.chance(0.25) ? 'IfExists' : ''}`;
    const own = request.context[kind.key];
    const near = typeof own === 'string' && dice.chance(0.4) ? [own] : [];
    const values = [...near, ...Array.from({ length: dice.between(near.length === 0 ? 1 : 0, 2) }, () => dice.pick(dice.chance(0.5) ? kind.values : (kind.patterns ?? kind.values)))];
    const only = values.length === 1 ? values[0] : undefined;
    block[name] = { ...block[name], [dice.chance(0.1) ? kind.key.toLowerCase() : kind.key]: only ?? values };
  }
  return block;
}
