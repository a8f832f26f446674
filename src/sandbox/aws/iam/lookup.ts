import type { Call } from '../call.ts';
import { AwsError } from '../error.ts';
import { awsManagedPolicies } from './aws-managed.ts';
import type { IamGroup, IamPolicy, IamRole, IamState, IamUser } from './state.ts';

export function findUser(call: Call, name: string): IamUser {
  const user = call.state.iam.users.get(name.toLowerCase());
  if (user === undefined) throw new AwsError('NoSuchEntity', 404, `The user with name ${name} cannot be found.`);
  return user;
}

export function findRole(call: Call, name: string): IamRole {
  const role = call.state.iam.roles.get(name.toLowerCase());
  if (role === undefined) throw new AwsError('NoSuchEntity', 404, `The role with name ${name} cannot be found.`);
  return role;
}

/** As an operation names it that answers in its own words where there is none. */
export function roleByArn({ roles }: Pick<IamState, 'roles'>, arn: string): IamRole | undefined {
  return [...roles.values()].find((role) => role.arn === arn);
}

export function findGroup(call: Call, name: string): IamGroup {
  const group = call.state.iam.groups.get(name.toLowerCase());
  if (group === undefined) throw new AwsError('NoSuchEntity', 404, `The group with name ${name} cannot be found.`);
  return group;
}

/** A policy of the account; those of AWS cannot be changed. */
export function findPolicy(call: Call, arn: string): IamPolicy {
  const policy = call.state.iam.policies.get(arn);
  if (policy === undefined) throw new AwsError('NoSuchEntity', 404, `Policy ${arn} was not found.`);
  return policy;
}

export function policyExists(call: Call, arn: string): boolean {
  return call.state.iam.policies.has(arn) || awsManagedPolicies.has(arn);
}

/** The ARN to authorise against: of the user where it exists, else as it would be without a path. */
export function userArn(call: Call, name: string): string {
  return call.state.iam.users.get(name.toLowerCase())?.arn ?? `arn:aws:iam::${call.world.account}:user/${name}`;
}

export function roleArn(call: Call, name: string): string {
  return call.state.iam.roles.get(name.toLowerCase())?.arn ?? `arn:aws:iam::${call.world.account}:role/${name}`;
}

export function groupArn(call: Call, name: string): string {
  return call.state.iam.groups.get(name.toLowerCase())?.arn ?? `arn:aws:iam::${call.world.account}:group/${name}`;
}

/** How many users, roles and groups a policy is attached to. */
export function attachmentCount(call: Call, arn: string): number {
  const { users, roles, groups } = call.state.iam;
  return [...users.values(), ...roles.values(), ...groups.values()].filter((holder) => holder.attached.has(arn)).length;
}

/** How many users and roles have it as their boundary. */
export function boundaryCount(call: Call, arn: string): number {
  const { users, roles } = call.state.iam;
  return [...users.values(), ...roles.values()].filter((holder) => holder.boundary === arn).length;
}
