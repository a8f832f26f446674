import { resolveModel } from '../../bedrock/resolve.ts';
import { bearerRequest } from '../../policy/bearer.ts';
import { evaluate } from '../../policy/evaluate.ts';
import { invocationRequests } from '../../policy/invocation.ts';
import type { PolicyDocument, PolicyStatement } from '../../policy/types.ts';
import { parseBedrockArn } from '../bedrock-arn.ts';
import type { PolicyFact, StatementFact, Text } from '../facts.ts';
import { containersOf, grantOf, namedModel, regionsIn, type Grant } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith, invokeActions, modelArn, policyWith, sonnetResources } from './examples.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

export const policyDeniesModel: Rule = {
  id: 'policy-denies-model',
  severity: 'error',
  summary: "A container's environment names a model that its own identity's policy denies.",
  *check(facts, { catalog, now }) {
    for (const use of containersOf(facts)) {
      const grant = grantOf(use, facts);
      const region = regionsIn(use.container)[0]?.value;
      if (!grant || region === undefined) continue;
      for (const { name, value, valuePlace } of use.container.environment) {
        const reference = namedModel(name, value);
        if (reference === undefined) continue;
        const account = accountOf(grant);
        // An ended model is another rule's finding: whether the policy allows it is judged while it lived.
        const resolution = [now, new Date('2025-06-01')].map((at) => resolveModel(reference, { catalog, region, account, now: at })).find(({ ok }) => ok);
        if (!resolution?.ok) continue;
        const principal = `arn:${resolution.model.partition}:iam::${account}:user/checked`;
        const policies = { identity: grant.policies.map((policy) => ({ name: policy.address, document: documentOf(policy, account) })) };
        const token = use.container.environment.some((entry) => entry.name === 'AWS_BEARER_TOKEN_BEDROCK') ? [bearerRequest({ principal, region, context: {} })] : [];
        const denied = [...token, ...['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'].flatMap((action) => invocationRequests({ principal, action, model: resolution.model, account }))]
          .map((request) => ({ request, verdict: evaluate(request, policies) }))
          .find(({ verdict }) => verdict.decision !== 'allow');
        if (!denied) continue;
        yield {
          message: `${name} names ${reference}, and ${grant.policies.map(({ address }) => address).join(', ')} denies ${denied.request.action} on ${denied.request.resource}`,
          cause: denied.verdict.explanation.at(-1) ?? 'No statement allows it.',
          remedy: 'Make the policy from the model: `bedrock-access policy` prints one that allows exactly it.',
          place: valuePlace,
        };
      }
    }
  },
  examples: { bad: story([modelArn('anthropic.claude-sonnet-4-6', 'us-west-2')]), good: story(sonnetResources) },
};

/** The account that the policy's own ARNs name, else a stand-in: unknown pieces of ARNs become it too. */
function accountOf(grant: Grant): string {
  const accounts = grant.statements.flatMap(({ resources }) => resources.map(({ text }) => parseBedrockArn(text)?.account)).filter((account) => account !== undefined && /^\d{12}$/.test(account));
  return accounts[0] ?? '123456789012';
}

function documentOf(policy: PolicyFact, account: string): PolicyDocument {
  return { Version: '2012-10-17', Statement: policy.statements.map((statement) => statementOf(statement, account)) };
}

function statementOf(statement: StatementFact, account: string): PolicyStatement {
  const known = (texts: readonly Text[]): string[] => texts.map(({ text }) => text.replaceAll(/\$\{(?!aws:)[^}]*\}/g, account));
  const condition: Record<string, Record<string, readonly string[]>> = {};
  // A key that Terraform fills in is taken to be met.
  for (const { operator, key, values } of statement.conditions.filter((each) => !/\$\{(?!aws:)/.test(each.operator + each.key))) (condition[operator] ??= {})[key] = known(values);
  return {
    Effect: statement.effect === 'Deny' ? 'Deny' : 'Allow',
    ...(statement.sid === undefined ? {} : { Sid: statement.sid }),
    ...(statement.notActions.length > 0 ? { NotAction: known(statement.notActions) } : { Action: known(statement.actions) }),
    ...(statement.notResources.length > 0 ? { NotResource: known(statement.notResources) } : { Resource: known(statement.resources) }),
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}

function story(resources: readonly string[]): Readonly<Record<string, string>> {
  return {
    'terraform/iam.tf': `${policyWith(invokeActions, resources)}resource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\nresource "aws_ssm_parameter" "id" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = aws_iam_access_key.k.id\n}\n`,
    'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id'),
    'manifests/deployment.yaml': deploymentWith('- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }\n- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }'),
  };
}
