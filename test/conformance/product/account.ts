/** What an AWS account holds of scenarios, through the API alone, so that it works with every emulator. */
import type { Aws } from '../../../src/aws/types.ts';

const parameterRegions = ['ap-northeast-1', 'us-east-1'];
const parameterNames = ['bedrock-access-key-id', 'bedrock-secret-access-key', 'bedrock-openhands-credentials'];
/** The path of the product's users; emulators keep users of their own elsewhere. */
const path = '/service/';

/** `{}` for an empty account; secrets, times and ids that AWS chooses are left out. */
export async function inAccount(aws: Aws): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  for (const user of await usersOf(aws)) {
    const keys = (await aws.iam.listAccessKeys(user.name)) ?? [];
    found[`user ${user.name}`] = { tags: user.tags, attached: [...user.attachedPolicies].sort(), keys: keys.map(({ id, active }) => ({ id, active })) };
    for (const arn of user.attachedPolicies) found[`policy ${arn}`] = await policyOf(aws, arn);
  }
  for (const arn of await likelyPolicies(aws)) found[`policy ${arn}`] ??= await policyOf(aws, arn);
  for (const region of parameterRegions) {
    for (const { name, version, description } of await aws.ssm(region).describeParameters(parameterNames)) found[`parameter ${region} ${name}`] = { version, description };
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function emptyAccount(aws: Aws): Promise<void> {
  const policies = new Set(await likelyPolicies(aws));
  for (const user of await usersOf(aws)) {
    for (const { id } of (await aws.iam.listAccessKeys(user.name)) ?? []) await aws.iam.deleteAccessKey(user.name, id);
    for (const arn of user.attachedPolicies) {
      await aws.iam.detachUserPolicy(user.name, arn);
      policies.add(arn);
    }
    await aws.iam.deleteUser(user.name);
  }
  for (const arn of policies) {
    if ((await aws.iam.getPolicy(arn)) === undefined) continue;
    for (const { id, isDefault } of await aws.iam.listPolicyVersions(arn)) if (!isDefault) await aws.iam.deletePolicyVersion(arn, id);
    await aws.iam.deletePolicy(arn);
  }
  for (const region of parameterRegions) {
    for (const { name } of await aws.ssm(region).describeParameters(parameterNames)) await aws.ssm(region).deleteParameter(name);
  }
}

async function usersOf(aws: Aws): ReturnType<Aws['iam']['listUsersWithTags']> {
  return (await aws.iam.listUsersWithTags()).filter((user) => user.path === path);
}

async function policyOf(aws: Aws, arn: string): Promise<unknown> {
  const policy = await aws.iam.getPolicy(arn);
  return policy === undefined ? undefined : { description: policy.description, tags: policy.tags, document: await aws.iam.getPolicyDocument(arn, policy.defaultVersionId) };
}

/** Those that a scenario may have left without a user. */
async function likelyPolicies(aws: Aws): Promise<readonly string[]> {
  const { account } = await aws.sts.getCallerIdentity();
  const names = ['bedrock-openhands-policy', 'bedrock-other-policy'];
  const arns = names.map((name) => `arn:aws:iam::${account}:policy${path}${name}`);
  const there = await Promise.all(arns.map((arn) => aws.iam.getPolicy(arn)));
  return arns.filter((_, index) => there[index] !== undefined);
}
