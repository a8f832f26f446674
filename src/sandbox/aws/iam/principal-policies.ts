import { parsePolicy } from '../../../policy/parse.ts';
import type { NamedPolicy, PolicySet } from '../../../policy/types.ts';
import { awsManagedPolicies } from './aws-managed.ts';
import type { IamPrincipal, IamState, IamUser, IamRole } from './state.ts';

/** The policies that bind a user: its own, its groups', its boundary. */
export function userPolicies(iam: IamState, user: IamUser): PolicySet {
  const groups = [...iam.groups.values()].filter((group) => group.members.has(user.name.toLowerCase()));
  return policySet(iam, [user, ...groups], user.boundary);
}

export function rolePolicies(iam: IamState, role: IamRole): PolicySet {
  return policySet(iam, [role], role.boundary);
}

/** A managed policy's document in force, of the account or of AWS; undefined where there is none. */
export function managedPolicyDocument(iam: IamState, arn: string): string | undefined {
  const own = iam.policies.get(arn);
  return own === undefined ? awsManagedPolicies.get(arn)?.document : own.versions.find((version) => version.id === own.defaultVersion)?.document;
}

function policySet(iam: IamState, holders: readonly IamPrincipal[], boundary: string | undefined): PolicySet {
  const managed = (arn: string): NamedPolicy[] => {
    const document = managedPolicyDocument(iam, arn);
    return document === undefined ? [] : [{ name: arn, document: parsePolicy(document) }];
  };
  const identity = holders.flatMap((holder) => [
    ...Array.from(holder.attached).flatMap(managed),
    ...Array.from(holder.inline, ([name, document]) => ({ name: `${name} of ${holder.name}`, document: parsePolicy(document) })),
  ]);
  if (boundary === undefined) return { identity };
  // A boundary whose policy is gone allows nothing (IAM user guide, "Permissions boundaries").
  const [limit = { name: boundary, document: { Version: '2012-10-17', Statement: [] } } satisfies NamedPolicy] = managed(boundary);
  return { identity, boundary: limit };
}
