import { z } from 'zod';
import { cronJobName, dnsSubdomain, imageReference, roleArn, schedule } from './strings.ts';

const image = imageReference.describe('The image of this program (`deploy/Dockerfile`), where the cluster can pull it: `registry.example.com/bedrock-access:0.1.0`.');

const identity = z.strictObject({
  role: roleArn.optional().describe('An IAM role that trusts the ServiceAccount: the pod assumes it by web identity.'),
  secret: dnsSubdomain.optional().describe('A Secret of yours with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.'),
  podIdentity: z.boolean().optional().describe('An EKS Pod Identity association of yours gives the ServiceAccount its role.'),
});

/** What runs `rotate --due` in the cluster. */
export const rotationJob = z
  .strictObject({
    image,
    schedule: schedule.default('17 * * * *').describe('When it runs, as a CronJob takes it. Often: each run does what is due, which mostly is nothing.'),
    name: cronJobName.optional().describe('Name of the CronJob, its ServiceAccount and its Role; default `bedrock-<name>-rotation`.'),
    identity: identity.describe('What it calls AWS as: exactly one. `bedrock-access permissions` prints the policy that it needs, which is no wider than this one access.'),
  })
  .describe('A CronJob that rotates the key in the cluster when it is due, with a ServiceAccount that may do that and nothing else.');

/** What runs `session renew` in the cluster. */
export const renewalJob = z
  .strictObject({
    image,
    schedule: schedule.optional().describe('When it runs, as a CronJob takes it; default every five minutes, with a session of less than half an hour every two. Each run renews what has no more than half of its time left.'),
    name: cronJobName.optional().describe('Name of the CronJob, its ServiceAccount and its Role; default `bedrock-<name>-renewal`.'),
    identity: identity.describe('What it calls AWS as, which is the renewer: exactly one.'),
  })
  .describe('A CronJob that renews in the cluster well before the end, with a ServiceAccount that may do that and nothing else.');
