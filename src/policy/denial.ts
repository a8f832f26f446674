/**
 * Which sort of policy stopped a call, as AWS's answer says it. No field of an answer carries it, only the message: so a
 * denial is told by its kind and code, and the message adds whom to turn to. Words: IAM user guide, "Troubleshoot access
 * denied error messages". A service may leave them out ("Some AWS services do not support this … format").
 *
 *   denialOf('… is not authorized to perform: bedrock:InvokeModel on resource: … with an explicit deny in a service control policy')
 *   // { by: 'service-control', explicit: true }
 */
export interface Denial {
  readonly by: DenyingPolicy;
  /** A Deny applied; else no Allow did. */
  readonly explicit: boolean;
  /** The policy's ARN, where AWS names it. */
  readonly policyArn?: string;
}

/** The sorts of policy that AWS names. */
export type DenyingPolicy = 'identity' | 'boundary' | 'session' | 'service-control' | 'resource-control' | 'vpc-endpoint' | 'resource' | 'role-trust';

/** What the message of a denial says; undefined where it names no sort of policy. */
export function denialOf(message: string): Denial | undefined {
  const text = message.replaceAll(/\s+/g, ' ');
  const explicit = /with an explicit deny in (?:an? |the )([a-z -]+?) ?(policy|boundary)\b/i.exec(text);
  const found = explicit ?? /because no ([a-z -]+?) ?(policy|boundary) allows\b/i.exec(text);
  if (found === null) return undefined;
  // "in a VPC endpoint policy transitively through a service control policy": the latter is what has to change.
  const through = /^[^.]*? transitively through (?:an? |the )([a-z -]+?) ?(policy|boundary)\b/i.exec(text.slice(found.index + found[0].length));
  const by = namedBy(through ?? found);
  if (by === undefined) return undefined;
  const policyArn = explicit === null ? undefined : /\barn:aws[a-z-]*:(?:iam|organizations)::[^\s,;"')]*policy\/[^\s,;"')]+/.exec(text.slice(found.index))?.[0].replace(/\.$/, '');
  return { by, explicit: explicit !== null, ...(policyArn === undefined ? {} : { policyArn }) };
}

/** What to do about a denial that the policies of the caller itself do not decide; undefined for any other. */
export function outsiderRemedy(message: string, action: string): string | undefined {
  const by = denialOf(message)?.by;
  const outsider = by === undefined ? undefined : outsiders[by];
  return outsider === undefined ? undefined : `The caller's own policies do not decide this: ask ${outsider} to let ${action} through, or use another identity (AWS_PROFILE).`;
}

const outsiders: Partial<Readonly<Record<DenyingPolicy, string>>> = {
  'service-control': "the organisation's administrator (who keeps its service control policies)",
  'resource-control': "the organisation's administrator (who keeps its resource control policies)",
  boundary: "whoever owns the caller's permissions boundary",
  session: "whoever assumed the caller's role (with a session policy)",
  'vpc-endpoint': 'the network team (who keeps the policy of the VPC endpoint)',
};

/** As AWS writes them; "sessions policy" is one of the guide's own examples. */
const names: Readonly<Record<string, DenyingPolicy>> = {
  'identity-based policy': 'identity',
  'permissions boundary': 'boundary',
  'session policy': 'session',
  'sessions policy': 'session',
  'service control policy': 'service-control',
  'resource control policy': 'resource-control',
  'vpc endpoint policy': 'vpc-endpoint',
  'resource-based policy': 'resource',
  'role trust policy': 'role-trust',
};

function namedBy([, sort = '', noun = '']: RegExpExecArray): DenyingPolicy | undefined {
  return names[`${sort} ${noun}`.toLowerCase()];
}
