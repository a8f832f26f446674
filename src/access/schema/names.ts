import { z } from 'zod';
import { dnsSubdomain, iamPath, iamPolicyName, iamUserName, parameterName, profileStem } from './strings.ts';

/** Names that differ from the defaults; those depend on `metadata.name` and are made in `defaults.ts`. */
export const names = z
  .strictObject({
    user: iamUserName.optional().describe('IAM user; default `bedrock-<name>-user`.'),
    path: iamPath.optional().describe('IAM path of user and policies; default `/service/`.'),
    policy: iamPolicyName.optional().describe('Managed policy; default `bedrock-<name>-policy`. Further ones take `-2`, `-3`.'),
    profile: profileStem.optional().describe('What the names of application inference profiles begin with; default `bedrock-<name>`. The name of what they copy follows.'),
    parameter: parameterName.optional().describe('The parameter of layout `single`, or the secret in Secrets Manager; default `bedrock-<name>-credentials`.'),
    accessKeyIdParameter: parameterName.optional().describe('A parameter of layout `pair`; default `bedrock-access-key-id`.'),
    secretAccessKeyParameter: parameterName.optional().describe('A parameter of layout `pair`; default `bedrock-secret-access-key`.'),
    secret: dnsSubdomain.optional().describe('Kubernetes Secret and ExternalSecret; default `bedrock-credentials`.'),
    environment: dnsSubdomain.optional().describe("ConfigMap with the client's variables; default `bedrock-<name>-environment`."),
  })
  .describe('Names that the access gives to things, where the defaults do not fit.');
