/** A Deployment whose container has these env entries, for the examples of rules. */
export function deploymentWith(environment: string, { annotations = '', podSpec = '', image = 'docker.all-hands.dev/all-hands-ai/openhands:0.28' } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: openhands
  namespace: openhands
${annotations === '' ? '' : `  annotations:\n    ${annotations}\n`}spec:
  selector: { matchLabels: { app: openhands } }
  template:
    metadata: { labels: { app: openhands } }
    spec:
${podSpec === '' ? '' : `      ${podSpec}\n`}      containers:
        - name: openhands
          image: ${image}
          env:
${environment.split('\n').map((line) => `            ${line}`).join('\n')}
`;
}

/** A policy in Terraform with one statement, attached to a user. */
export function policyWith(actions: readonly string[], resources: readonly string[]): string {
  const list = (items: readonly string[]): string => items.map((item) => `          ${JSON.stringify(item)},\n`).join('');
  return `data "aws_caller_identity" "current" {}
resource "aws_iam_user" "u" {
  name = "bedrock-openhands-user"
  path = "/service/"
}
resource "aws_iam_policy" "p" {
  name = "bedrock-openhands-policy"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
${list(actions)}        ]
        Resource = [
${list(resources)}        ]
      }
    ]
  })
}
resource "aws_iam_user_policy_attachment" "a" {
  user       = aws_iam_user.u.name
  policy_arn = aws_iam_policy.p.arn
}
`;
}

export const invokeActions: readonly string[] = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
const account = '${data.aws_caller_identity.current.account_id}';
export const profileArn = (profile: string, region = 'us-west-2'): string => `arn:aws:bedrock:${region}:${account}:inference-profile/${profile}`;
export const modelArn = (model: string, region: string): string => `arn:aws:bedrock:${region}::foundation-model/${model}`;

/** Everything that Claude Sonnet 4.6 needs when called from us-west-2 through its US profile. */
export const sonnetResources: readonly string[] = [
  profileArn('us.anthropic.claude-sonnet-4-6'),
  ...['us-east-1', 'us-east-2', 'us-west-2'].map((region) => modelArn('anthropic.claude-sonnet-4-6', region)),
];
