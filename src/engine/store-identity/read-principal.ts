import type { Aws } from '../../aws/types.ts';
import type { FollowedIdentity } from '../../checks/live/store-facts.ts';
import type { NamedPolicy, PolicyDocument } from '../../policy/types.ts';
import type { Readings } from '../../resources/readings.ts';

/** A role with everything that AWS judges it by; undefined when there is none. */
export async function readRole(name: string, by: string, readings: Readings): Promise<FollowedIdentity | undefined> {
  const found = await readings.roleWithPolicies(name);
  if (found === undefined) return undefined;
  const { role } = found;
  const [attached, boundary] = await Promise.all([managedPolicies(found.attached, readings), boundaryOf(role.permissionsBoundary, readings)]);
  const inline = found.inline.map((policy) => named(`inline policy ${policy.name}`, policy.document)).filter((policy) => policy !== undefined);
  return { arn: role.arn, by, policies: { identity: [...attached, ...inline], ...boundary }, trust: role.trust, unread: [] };
}

/** A user likewise; the policies of its groups are not looked at. */
export async function readUser(name: string, by: string, { iam }: Aws, readings: Readings): Promise<FollowedIdentity | undefined> {
  const user = await readings.user(name);
  if (user === undefined) return undefined;
  const [attached, inline, groups, boundary] = await Promise.all([
    readings.attachedPolicies(name).then((arns) => managedPolicies(arns, readings)),
    iam.listUserPolicies(name).then((names) => inlinePolicies(names ?? [], (policy) => iam.getUserPolicy(name, policy))),
    iam.listGroupsForUser(name),
    boundaryOf(user.permissionsBoundary, readings),
  ]);
  return { arn: user.arn, by, policies: { identity: [...attached, ...inline], ...boundary }, unread: (groups ?? []).map((group) => `policies of the group ${group}`) };
}

async function managedPolicies(arns: readonly string[], readings: Readings): Promise<readonly NamedPolicy[]> {
  const policies = await Promise.all(
    arns.map(async (arn): Promise<NamedPolicy | undefined> => {
      const policy = await readings.policy(arn);
      return policy === undefined ? undefined : named(arn, await readings.policyDocument(arn, policy.defaultVersionId));
    }),
  );
  return policies.filter((policy) => policy !== undefined);
}

async function inlinePolicies(names: readonly string[], read: (name: string) => Promise<PolicyDocument | undefined>): Promise<readonly NamedPolicy[]> {
  const policies = await Promise.all(names.map(async (name) => named(`inline policy ${name}`, await read(name))));
  return policies.filter((policy) => policy !== undefined);
}

async function boundaryOf(arn: string | undefined, readings: Readings): Promise<{ readonly boundary?: NamedPolicy }> {
  const [boundary] = arn === undefined ? [] : await managedPolicies([arn], readings);
  return boundary === undefined ? {} : { boundary };
}

function named(name: string, document: PolicyDocument | undefined): NamedPolicy | undefined {
  return document === undefined ? undefined : { name, document };
}
