import type { Rule } from '../rule.ts';

const service = 'pods.eks.amazonaws.com';

/** AWS's guide shows the conditions on the session's tags (EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity"). */
export const podIdentityTrustOpen: Rule = {
  id: 'pod-identity-trust-open',
  severity: 'warning',
  summary: 'A role that EKS Pod Identity hands out to pods that nobody chose.',
  *check(facts) {
    for (const policy of facts.policies.filter(({ kind }) => kind === 'trust')) {
      for (const statement of policy.statements.filter(({ effect }) => effect === 'Allow')) {
        for (const { identifier } of statement.principals.filter(({ type, identifier: { text } }) => type === 'Service' && text === service)) {
          const has = (tag: string): boolean => statement.conditions.some(({ key }) => key.toLowerCase() === `aws:requesttag/${tag}`);
          const account = has('kubernetes-namespace') && has('kubernetes-service-account');
          const cluster = has('eks-cluster-arn') || has('eks-cluster-name') || statement.conditions.some(({ key }) => /^aws:SourceArn$/i.test(key));
          if (account && cluster) continue;
          yield {
            message: `${policy.address} is handed out to ${account ? 'the ServiceAccount of that name of every cluster in the account' : cluster ? 'whichever ServiceAccount of the cluster it is associated with' : 'whichever pod of the account it is associated with'}`,
            cause: `Its trust policy has no condition on ${account ? 'the cluster' : 'namespace and ServiceAccount'}: whoever may make associations decides alone who calls as it.`,
            remedy: `Add \`StringEquals\` on ${[...(cluster ? [] : ['`aws:RequestTag/eks-cluster-arn`']), ...(account ? [] : ['`aws:RequestTag/kubernetes-namespace`', '`aws:RequestTag/kubernetes-service-account`'])].join(', ')}.`,
            place: identifier.place,
          };
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': trust('') },
    good: {
      'terraform/iam.tf': trust(`
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-arn"             = "arn:aws:eks:ap-northeast-1:123456789012:cluster/lolice"
          "aws:RequestTag/kubernetes-namespace"        = "openhands"
          "aws:RequestTag/kubernetes-service-account"  = "openhands"
        }
      }`),
    },
  },
};

function trust(condition: string): string {
  return `resource "aws_iam_role" "caller" {
  name = "bedrock-openhands-role"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "${service}" }${condition}
    }]
  })
}
`;
}
