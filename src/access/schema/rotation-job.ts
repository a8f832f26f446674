import { z } from 'zod';
import { cronJobName, dnsSubdomain, imageReference, roleArn, schedule } from './strings.ts';

/** What runs `rotate --due` in the cluster. */
export const rotationJob = z
  .strictObject({
    image: imageReference.describe('The image of this program (`deploy/Dockerfile`), where the cluster can pull it: `registry.example.com/bedrock-access:0.1.0`.'),
    schedule: schedule.default('17 * * * *').describe('When it runs, as a CronJob takes it. Often: each run does what is due, which mostly is nothing.'),
    name: cronJobName.optional().describe('Name of the CronJob, its ServiceAccount and its Role; default `bedrock-<name>-rotation`.'),
    identity: z
      .strictObject({
        role: roleArn.optional().describe('An IAM role that trusts the ServiceAccount: the pod assumes it by web identity.'),
        secret: dnsSubdomain.optional().describe('A Secret of yours with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.'),
        podIdentity: z.boolean().optional().describe('An EKS Pod Identity association of yours gives the ServiceAccount its role.'),
      })
      .describe('What it calls AWS as: exactly one. `bedrock-access permissions` prints the policy that it needs, which is no wider than this one access.'),
  })
  .describe('A CronJob that rotates the key in the cluster when it is due, with a ServiceAccount that may do that and nothing else.');
