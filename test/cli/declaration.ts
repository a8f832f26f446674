/** A declaration that holds, from which each case departs in one place. */
export function declaration(change: (text: string) => string = (text) => text): string {
  return change(`apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: openhands, namespace: openhands }
spec:
  account: "123456789012"
  region: us-west-2
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: openhands, client: openhands }]
  credentials:
    accessKey:
      secretStore: { kind: ClusterSecretStore, name: parameterstore, service: ParameterStore, region: ap-northeast-1 }
      layout: pair
`);
}
