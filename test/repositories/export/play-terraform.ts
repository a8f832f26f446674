import type { Aws } from '../../../src/aws/types.ts';
import { parsePolicy } from '../../../src/policy/parse.ts';
import { isRecord as isObject } from '../../../src/repositories/export/yaml-change.ts';
import { PartialText, Unknown, type Value } from '../../../src/repositories/hcl/value.ts';
import { readTerraformModule } from '../../../src/repositories/terraform/read-module.ts';

/** What `terraform apply` would do with the module: user, policies, attachments. */
export async function playTerraform(directory: string, aws: Aws): Promise<void> {
  const { account } = await aws.sts.getCallerIdentity();
  const module = await readTerraformModule(directory);
  const of = (type: string) => module.resources.filter((resource) => resource.mode === 'managed' && resource.type === type);
  const text = (value: Value | undefined): string => (value instanceof PartialText || value instanceof Unknown ? value.toString().replaceAll('${data.aws_caller_identity.current.account_id}', account) : typeof value === 'string' ? value : '');
  const tagsOf = (value: Value | undefined): Record<string, string> => Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, tag]) => [key, text(typeof tag === 'string' ? tag : undefined)]));
  for (const user of of('aws_iam_user')) await aws.iam.createUser({ name: text(user.attribute('name')), path: text(user.attribute('path')), tags: tagsOf(user.attribute('tags')) });
  const arns = new Map<string, string>();
  for (const policy of of('aws_iam_policy')) {
    const json: unknown = JSON.parse(JSON.stringify(policy.attribute('policy'), (_key, value: unknown) => (value instanceof PartialText ? text(value) : value)));
    const document = parsePolicy(json);
    const made = await aws.iam.createPolicy({ name: text(policy.attribute('name')), path: text(policy.attribute('path')), description: text(policy.attribute('description')), document, tags: tagsOf(policy.attribute('tags')) });
    arns.set(`\${${policy.address}.arn}`, made.arn);
  }
  for (const attachment of of('aws_iam_user_policy_attachment')) await aws.iam.attachUserPolicy(text(attachment.attribute('user')), arns.get(text(attachment.attribute('policy_arn'))) ?? '');
}
