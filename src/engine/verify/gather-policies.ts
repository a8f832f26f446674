import type { PolicyFacts } from '../../checks/live/facts.ts';
import type { NamedPolicy } from '../../policy/types.ts';
import type { Inquiry } from './inquiry.ts';
import { callableModels } from './own-profiles.ts';

/** Every policy that AWS would look at for the user, boundary included; undefined when there is no such user. */
export async function gatherPolicies(inquiry: Inquiry): Promise<PolicyFacts | undefined> {
  const { access, context, readings } = inquiry;
  const { iam } = context.aws;
  const userName = access.spec.names.user;
  const user = await readings.user(userName);
  if (user === undefined) return undefined;
  const [attached, inline, groups, boundary] = await Promise.all([
    readings.attachedPolicies(userName).then((arns) => Promise.all(arns.map((arn) => managed(arn)))),
    iam.listUserPolicies(userName).then((names) =>
      Promise.all((names ?? []).map(async (name): Promise<NamedPolicy | undefined> => named(`inline policy ${name}`, await iam.getUserPolicy(userName, name)))),
    ),
    iam.listGroupsForUser(userName),
    user.permissionsBoundary === undefined ? undefined : managed(user.permissionsBoundary),
  ]);

  async function managed(arn: string): Promise<NamedPolicy | undefined> {
    const policy = await readings.policy(arn);
    return policy === undefined ? undefined : named(arn, await readings.policyDocument(arn, policy.defaultVersionId));
  }

  return {
    access,
    models: callableModels(inquiry),
    principal: user.arn,
    policies: { identity: [...attached, ...inline].filter((policy) => policy !== undefined), ...(boundary === undefined ? {} : { boundary }) },
    groups: groups ?? [],
  };
}

function named(name: string, document: NamedPolicy['document'] | undefined): NamedPolicy | undefined {
  return document === undefined ? undefined : { name, document };
}
