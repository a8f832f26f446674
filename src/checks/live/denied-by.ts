import type { Denial, DenyingPolicy } from '../../policy/denial.ts';

/** A cause that lies outside of the access's own policy: which page explains it, and who alone can mend it. */
export interface DeniedBy {
  readonly id: string;
  /** `a service control policy` */
  readonly policy: string;
  readonly cause: string;
  readonly remedy: string;
}

/**
 * What stands against a call by AWS's own words. Undefined where the identity's own policies do, or where the words
 * name nobody: those are for the access itself.
 */
export function deniedBy({ by, explicit, policyArn }: Denial, { action, principal }: { readonly action: string; readonly principal: string }): DeniedBy | undefined {
  const known = addressees[by];
  if (known === undefined) return undefined;
  const which = policyArn === undefined ? known.policy : `${known.policy} (${policyArn})`;
  const mend = explicit ? `take ${action} out of its Deny, or except ${principal} by a condition` : `allow ${action} in it`;
  return { id: known.id, policy: known.policy, cause: `${explicit ? `A Deny in ${which} applies.` : `No ${known.name} allows it.`} ${known.why}`, remedy: `Ask ${known.owner} to ${mend}. ${known.hint}` };
}

interface Addressee {
  readonly id: string;
  readonly policy: string;
  readonly name: string;
  readonly why: string;
  readonly owner: string;
  readonly hint: string;
}

/** Whose each is: AWS Organizations user guide ("Service control policies", "Resource control policies"), IAM user guide ("Permissions boundaries", "Session policies"), AWS PrivateLink guide ("Control access to VPC endpoints using endpoint policies"). */
const addressees: Partial<Readonly<Record<DenyingPolicy, Addressee>>> = {
  'service-control': {
    id: 'denied-by-service-control-policy',
    policy: 'a service control policy',
    name: 'service control policy',
    why: 'It limits every identity of the account, whatever its own policies allow; nothing in the account can change it.',
    owner: "the organisation's administrator (the management account of AWS Organizations)",
    hint: 'A cross-region profile needs every destination region: policies that name regions often forget them. No change of the access helps, but for a profile whose destinations are allowed.',
  },
  'resource-control': {
    id: 'denied-by-resource-control-policy',
    policy: 'a resource control policy',
    name: 'resource control policy',
    why: "It limits who may use the account's resources, whatever the identity's policies allow.",
    owner: "the organisation's administrator (the management account of AWS Organizations)",
    hint: 'No change of the access helps.',
  },
  boundary: {
    id: 'denied-by-permissions-boundary',
    policy: 'the permissions boundary of the user',
    name: 'permissions boundary',
    why: 'A boundary grants nothing: it limits what the identity policies may grant.',
    owner: 'whoever owns the boundary (`spec.permissionsBoundary`; `bedrock-access permissions` prints one that lets every access through)',
    hint: 'Or declare another boundary under `spec.permissionsBoundary`.',
  },
  session: {
    id: 'denied-by-session-policy',
    policy: 'a session policy',
    name: 'session policy',
    why: 'It was passed when the role was assumed or the user federated, and limits that session only.',
    owner: 'whoever or whatever assumed the role (the `Policy` and `PolicyArns` of its AssumeRole call)',
    hint: 'The credentials that the workload holds are not those that this program gave: see also the check "Pod environment".',
  },
  'vpc-endpoint': {
    id: 'denied-by-vpc-endpoint-policy',
    policy: 'a VPC endpoint policy',
    name: 'VPC endpoint policy',
    why: 'The call went through an interface endpoint for bedrock-runtime, whose own policy limits what may pass.',
    owner: 'the network team (who owns the VPC endpoint)',
    hint: 'Calls that take another way are not met by it.',
  },
};
