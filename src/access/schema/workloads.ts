import { z } from 'zod';
import { dnsLabel, dnsSubdomain, role, variableName } from './strings.ts';

export const clientNames = ['openhands', 'litellm', 'aws-sdk', 'boto3', 'aws-cli', 'claude-code', 'ai-sdk', 'langchain', 'anthropic-sdk', 'custom'] as const;

export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Rollout'] as const;

/** At most this many variables in one `environment`. */
export const environmentLimit = 64;

export const model = z
  .strictObject({
    id: z.string().min(1).max(2048).regex(/^[!-~]+$/, 'model-id-malformed').describe('A model id, an inference profile id, an ARN of either, or an alias of the catalog (`claude-sonnet-4.6`).'),
    role: role.optional().describe('What the workload uses it for. Exactly one model is `default`: the one that says so, else the first without a role.'),
    applicationProfile: z.boolean().default(false).describe('Give the workload an application inference profile of its own over this model, for figures per workload.'),
  })
  .describe('A model that the workload may invoke.');

export const workload = z
  .strictObject({
    kind: z.enum(workloadKinds).describe('The kind of workload. Of a CronJob new runs have the variables; a Job is made by you with references to them; a Rollout is one of Argo Rollouts.'),
    name: dnsSubdomain.describe('The name of the workload, in the namespace of the access.'),
    containers: z.array(dnsLabel).min(1).max(32).optional().describe('Containers by name, init containers and sidecars too. Needed where the pod has more than one.'),
    client: z.enum(clientNames).describe('What the workload calls Bedrock with: it decides which variables are set. `custom` takes them from `environment`.'),
    environment: z
      .record(variableName, z.string().max(4096))
      .optional()
      .meta({
        maxProperties: environmentLimit,
        description:
          'With `client: custom`, the variables to set. Values may name ${region}, ${model}, ${model.ROLE}, ${endpoint}, or be exactly ${accessKeyId} or ${secretAccessKey}.',
      }),
  })
  .describe('A workload that gets the access.');
