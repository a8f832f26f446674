import { z } from 'zod';
import { renewalJob, rotationJob } from './credential-job.ts';
import { dnsSubdomain, duration, iamUserName, imageReference, principalArn, region, roleArn, trustAnchorArn } from './strings.ts';

export const secretStore = z
  .strictObject({
    kind: z.enum(['ClusterSecretStore', 'SecretStore']).default('ClusterSecretStore').describe('The kind of External Secrets store.'),
    name: dnsSubdomain.describe('The name of the store; it must exist unless `create` is set.'),
    service: z.enum(['ParameterStore', 'SecretsManager']).default('ParameterStore').describe("External Secrets Operator's word for where the secret lies: AWS Systems Manager Parameter Store, or AWS Secrets Manager."),
    region: region.describe("The store's region, where the parameters lie. It need not be the region where Bedrock is called."),
    create: z.boolean().default(false).describe('Make the store too: for a sandbox or a fresh cluster.'),
    role: roleArn.optional().describe("The IAM role that a created store assumes; without it the operator's own credentials are used."),
  })
  .describe('The External Secrets store through which the cluster reads the credential.');

const accessKey = z
  .strictObject({
    secretStore,
    layout: z
      .enum(['single', 'pair'])
      .default('single')
      .describe('`single`: one SecureString, or one secret of Secrets Manager, that holds the key pair as JSON, replaced in one step. `pair`: two parameters, which can be seen half replaced; only in Parameter Store.'),
    rotateAfter: duration.optional().describe('Rotate the key when it is this old: `30d`, `12h`, `90m`.'),
    rotation: rotationJob.optional(),
  })
  .describe('An IAM user with an access key, delivered through External Secrets.');

const role = iamUserName.optional().describe('Name of the IAM role; by default `bedrock-<name>-role`.');

const webIdentity = z
  .strictObject({
    issuer: z.string().max(255).regex(/^https:\/\/[!-~]+$/, 'issuer-malformed').describe("The cluster's public token issuer, to the letter as its tokens say it: `https://oidc.example.com`."),
    audience: z.string().min(1).max(255).default('sts.amazonaws.com').describe('The audience of the tokens.'),
    serviceAccount: dnsSubdomain.describe("The workloads' ServiceAccount: the role trusts this one alone."),
    role,
  })
  .describe('An IAM role that the pods assume with the token of their ServiceAccount (IRSA), without any key.');

const podIdentity = z
  .strictObject({
    cluster: z.string().max(100).regex(/^[0-9A-Za-z][\w-]{0,99}$/, 'cluster-name-malformed').describe('The name of the EKS cluster.'),
    region: region.describe('Where the EKS cluster is. It need not be the region where Bedrock is called.'),
    serviceAccount: dnsSubdomain.describe("The workloads' ServiceAccount: EKS gives the role to its pods."),
    role,
  })
  .describe('An IAM role that EKS gives to the pods of one ServiceAccount (EKS Pod Identity), without any key.');

const rolesAnywhere = z
  .strictObject({
    trustAnchor: trustAnchorArn.describe("ARN of the trust anchor that accepts what the issuer's authority signs."),
    issuer: z.strictObject({ kind: z.enum(['ClusterIssuer', 'Issuer']).default('ClusterIssuer'), name: dnsSubdomain }).describe('The cert-manager issuer of the certificate.'),
    sessionDuration: duration.optional().describe('How long one session lasts, from `15m` to `1h`; default `1h`.'),
    image: imageReference.default('public.ecr.aws/rolesanywhere/credential-helper:latest').describe("AWS's credential helper, which serves the sessions beside the workload. Best named by digest."),
    role,
  })
  .describe('An IAM role whose sessions the pods get for a certificate from cert-manager (IAM Roles Anywhere): for a cluster whose token issuer AWS cannot reach.');

const apiKey = z
  .strictObject({
    secretStore: secretStore.optional(),
    term: z.enum(['long', 'short']).default('long').describe('`long`: a service-specific credential of an IAM user, which needs `secretStore`. `short`: a token that a renewer signs with a session of a role; it needs `renewer`, and the workload is restarted whenever half of its time is over.'),
    renewer: principalArn.optional().describe('With `short`: ARN of the IAM user or role that runs `session renew`: the role trusts this one alone.'),
    sessionDuration: duration.optional().describe('With `short`: how long one token lasts, from `15m` to `12h`; default `1h`, which is the most where the renewer is a role.'),
    renewal: renewalJob.optional(),
    role,
    rotateAfter: duration.optional().describe('Rotate the key when it is this old: `30d`, `12h`, `90m`.'),
    expiresAfter: duration.optional().describe('AWS ends each key at this age, in whole days: `90d`. A rotation is due well before. Without it a key has no end.'),
    rotation: rotationJob.optional(),
  })
  .describe('An Amazon Bedrock API key, a bearer token: long-term, of an IAM user and delivered through External Secrets; or short-term, signed by a renewer.');

const session = z
  .strictObject({
    delivery: z.enum(['sidecar', 'credential-process', 'api-key']).default('sidecar').describe("How the workload gets the session. `sidecar`: the program serves it on the pod's loopback. `credential-process`: the SDK reads a file by a command; the workload's image needs `cat`. `api-key`: what `apiKey` with `term: short` says."),
    renewer: principalArn.describe('ARN of the IAM user or role that runs `session renew`: the role trusts this one alone.'),
    image: imageReference.optional().describe('The image of this program, for the sidecar.'),
    sessionDuration: duration.optional().describe('How long one session lasts, from `15m` to `1h` (with `api-key` to `12h`); default `1h`. It is renewed when half of it is left.'),
    renewal: renewalJob.optional(),
    role,
  })
  .describe('An IAM role whose sessions are renewed into a Secret that the pods mount: for a cluster whose token issuer AWS cannot reach.');

/** Every mode; exactly one may be set. */
export const credentials = z
  .strictObject({
    accessKey: accessKey.optional(),
    webIdentity: webIdentity.optional(),
    podIdentity: podIdentity.optional(),
    rolesAnywhere: rolesAnywhere.optional(),
    apiKey: apiKey.optional(),
    session: session.optional(),
  })
  .describe('How the workload proves who it is: exactly one mode.');
