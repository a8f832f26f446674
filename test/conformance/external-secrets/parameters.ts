import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** Puts and removes parameters where the operator reads them. */
export interface ParameterChange {
  put(name: string, value: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** A secret of Secrets Manager; `versionId` has 32 characters. */
  createSecret(name: string, value: string, versionId: string): Promise<void>;
  putSecret(name: string, value: string, versionId: string): Promise<void>;
  /** With a recovery window. */
  deleteSecret(name: string): Promise<void>;
  /** Makes a role that may read `access-key-id` only. Answers its ARN. */
  roleThatReads(name: string): Promise<string>;
  close(): void;
}

export function parameterStore(endpoint: string, region: string, credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }): ParameterChange {
  const client = new SSMClient({ endpoint, region, credentials });
  const secrets = new SecretsManagerClient({ endpoint, region, credentials });
  return {
    async put(Name, Value) {
      await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
    },
    async remove(Name) {
      await client.send(new DeleteParameterCommand({ Name }));
    },
    async createSecret(Name, SecretString, ClientRequestToken) {
      await secrets.send(new CreateSecretCommand({ Name, SecretString, ClientRequestToken, Tags: [{ Key: 'team', Value: 'platform' }] }));
    },
    async putSecret(SecretId, SecretString, ClientRequestToken) {
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
    },
    async deleteSecret(SecretId) {
      await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    },
    async roleThatReads(RoleName) {
      const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials });
      const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' }] };
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
      const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: `arn:aws:ssm:${region}:123456789012:parameter/access-key-id` }] };
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument: JSON.stringify(policy) }));
      iam.destroy();
      return Role?.Arn ?? '';
    },
    close() {
      client.destroy();
      secrets.destroy();
    },
  };
}
