/**
 * The declaration as users write it, `bedrock-access.dev/v1alpha1`, shorthands expanded. JSON Schema and CRD are
 * generated from here (`npm run generate`); what a schema cannot say is in `rules/`.
 */
import { z } from 'zod';
import { credentials } from './credentials.ts';
import { names } from './names.ts';
import { duration, account, amount, dnsLabel, endpointUrl, kmsKeyId, network, policyArn, region, vpcEndpointId } from './strings.ts';
import { model, workload } from './workloads.ts';

export const apiVersion = 'bedrock-access.dev/v1alpha1';
export const kind = 'BedrockAccess';

const endpoint = z
  .strictObject({
    url: endpointUrl.optional().describe('The address of a PrivateLink endpoint for `bedrock-runtime`, `https://…`.'),
    fips: z.boolean().optional().describe('Call the FIPS endpoint of the region. Not together with `url`.'),
    sourceVpce: vpcEndpointId.optional().describe('Grant only to calls through this VPC endpoint (`aws:SourceVpce`).'),
    sourceIp: z.array(network).min(1).max(32).optional().describe('Grant only to calls from these networks (`aws:SourceIp`), in CIDR notation.'),
  })
  .describe('Where and from where Bedrock is called, when that is not the public endpoint of the region.');

const budget = z
  .strictObject({
    monthly: amount.describe('An amount per calendar month, as a decimal string: `"50"`, `"12.50"`.'),
    currency: z.enum(['USD']).default('USD').describe('AWS bills Bedrock in US dollars.'),
    whenExceeded: z.enum(['warn', 'deny']).default('warn').describe('Tell, or deny further calls until the month ends.'),
  })
  .describe('What the access may cost.');

const restartWindow = z
  .strictObject({
    schedule: z.string().min(9).max(128).describe('When it opens: five fields, as a CronJob has them: `0 2 * * 1-5`.'),
    duration: duration.describe('How long it stays open: `2h`, `90m`.'),
    timeZone: z.string().min(1).max(64).default('Etc/UTC').describe('Of the schedule, an IANA name: `Asia/Tokyo`.'),
  })
  .describe('With `restart: window`: the time in which pods may be restarted.');

const managedBy = z
  .strictObject({
    iam: z.enum(['program', 'terraform']).default('program').describe('Who makes user, policy and attachment.'),
    cluster: z.enum(['program', 'manifests']).default('program').describe("Who makes the ExternalSecret and the workload's environment."),
  })
  .describe('Who makes which part.');

export const spec = z
  .strictObject({
    account: account.describe('The AWS account, 12 digits in quotes. A caller of another account is refused.'),
    region: region.describe('The region where Bedrock is called: the source region of every model.'),
    models: z.array(model).min(1).max(16).describe('The models that the workloads may invoke, and no others.'),
    workloads: z.array(workload).min(1).max(32).describe('The workloads that get the access.'),
    credentials,
    discovery: z.boolean().optional().describe('May the workloads list models? By default as their clients need.'),
    endpoint: endpoint.optional(),
    permissionsBoundary: policyArn.optional().describe('ARN of the policy that limits whatever the user is granted.'),
    parameterKmsKeyId: kmsKeyId.optional().describe("KMS key that encrypts the parameters or the secret, in the store's region; default `alias/aws/ssm`, of Secrets Manager `alias/aws/secretsmanager`."),
    budget: budget.optional(),
    restart: z.enum(['now', 'window', 'never']).default('now').describe('When a changed credential or environment restarts the workload.'),
    restartWindow: restartWindow.optional(),
    names: names.optional(),
    suspend: z.boolean().default(false).describe('The controller leaves everything as it is while this is set.'),
    deletionPolicy: z.enum(['Retain', 'Delete']).default('Retain').describe('What becomes of everything when the BedrockAccess object is deleted.'),
    managedBy: managedBy.optional(),
  })
  .describe('Which workload may use which models, with which credentials.');

/** What Kubernetes adds to an object that was read back from a cluster: taken, and without meaning here. */
const ignored = z.unknown().optional();

export const metadata = z
  .strictObject({
    name: dnsLabel.describe('The name of the access; the names of what it makes come from it.'),
    namespace: dnsLabel.describe('The namespace of the workloads.'),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    uid: ignored,
    resourceVersion: ignored,
    generation: ignored,
    creationTimestamp: ignored,
    deletionTimestamp: ignored,
    deletionGracePeriodSeconds: ignored,
    finalizers: ignored,
    ownerReferences: ignored,
    managedFields: ignored,
    generateName: ignored,
    selfLink: ignored,
  })
  .describe('Name and namespace, as on every Kubernetes object.');

export const accessSchema = z
  .strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata,
    spec,
    status: z.unknown().optional().describe('Written by the controller.'),
  })
  .describe('BedrockAccess: which workload may use which models on Amazon Bedrock, with which credentials and which budget.');

/** A declaration that passed the schema: static defaults filled in, rules not yet asked. */
export type DeclaredAccess = z.output<typeof accessSchema>;
