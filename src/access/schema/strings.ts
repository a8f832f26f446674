/**
 * The constrained strings of the declaration. A pattern's message is the id of the finding it makes
 * (`explain-issue.ts` puts it into words). Patterns stay within RE2, which the API server uses for the CRD:
 * no lookaround, no backreference.
 */
import { z } from 'zod';

/** A DNS-1123 label: what Kubernetes takes as the name of a namespace or container (object names guide). */
export const dnsLabel = z.string().max(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'kubernetes-name-malformed');

/** A DNS-1123 subdomain: the name of most Kubernetes objects. */
export const dnsSubdomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'kubernetes-name-malformed');

/** A CronJob's name: eleven characters are kept for the time that its Jobs add (Kubernetes docs, "CronJob", limitations: at most 52). */
export const cronJobName = dnsSubdomain.max(52);

/** A reference to a container image, as a registry takes it; whether it is there, the kubelet finds out. */
export const imageReference = z.string().min(1).max(512).regex(/^[A-Za-z0-9]([A-Za-z0-9._/:@-]*[A-Za-z0-9])?$/, 'image-malformed');

/** Five fields, or a word (Kubernetes docs, "CronJob", schedule syntax); their numbers are checked by `rules/credential-job.ts`. */
export const schedule = z.string().min(1).max(64).regex(/^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[0-9A-Za-z*/,?-]+( [0-9A-Za-z*/,?-]+){4})$/, 'schedule-malformed');

export const account = z.string().max(12).regex(/^[0-9]{12}$/, 'account-malformed');

/** The form only; whether the region exists is asked of `bedrock/regions.ts`, with the nearest in the answer. */
export const region = z.string().min(1).max(32);

/** `90m`, `12h`, `30d`; not zero. */
export const duration = z.string().max(8).regex(/^0*[1-9][0-9]*(m|h|d)$/, 'duration-malformed');

/** IAM: `[\w+=,.@-]+`, 1 to 64 characters for users and roles (IAM quotas). */
export const iamUserName = z.string().min(1).max(64).regex(/^[A-Za-z0-9_+=,.@-]+$/, 'iam-name-malformed');

/** IAM allows 128 characters; three are kept for the `-2`, `-3` of further policies where one would exceed its size. */
export const iamPolicyName = z.string().min(1).max(125).regex(/^[A-Za-z0-9_+=,.@-]+$/, 'iam-name-malformed');

/** CreateInferenceProfile takes 64 letters, digits and single separators; half is kept for the name of what is copied. */
export const profileStem = z.string().min(1).max(32).regex(/^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$/, 'profile-name-malformed');

/** IAM: begins and ends with `/`, 512 characters (CreateUser, `Path`). */
export const iamPath = z.string().min(1).max(512).regex(/^\/([!-.0-~]+\/)*$/, 'iam-path-malformed');

export const policyArn = z.string().max(256).regex(/^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy\/[!-~]+$/, 'policy-arn-malformed');

export const roleArn = z.string().max(256).regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[!-~]+$/, 'role-arn-malformed');

export const principalArn = z.string().max(256).regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)\/[!-~]+$/, 'principal-arn-malformed');

/** IAM Roles Anywhere API model, `TrustAnchorArn`. */
export const trustAnchorArn = z.string().max(1011).regex(/^arn:aws[a-z-]*:rolesanywhere:[a-z0-9-]+:[0-9]{12}:trust-anchor\/[a-f0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}$/, 'trust-anchor-malformed');

/** SSM PutParameter, `KeyId`: a key id, alias or ARN of either. */
export const kmsKeyId = z
  .string()
  .max(256)
  .regex(/^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)\/[A-Za-z0-9/_-]+|alias\/[A-Za-z0-9/_-]+|mrk-[0-9a-f]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/, 'kms-key-malformed');

/** SSM PutParameter, `Name`: letters, digits and `.-_`, `/` between the levels; the whole ARN has at most 1,011 characters. */
export const parameterName = z.string().min(1).max(1011).regex(/^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/, 'parameter-name-malformed');

/** Plain text is only for a loopback address: a sandbox on the same machine. */
export const endpointUrl = z
  .string()
  .max(512)
  .regex(/^(https:\/\/[A-Za-z0-9.-]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?(\/[!-~]*)?$/, 'endpoint-url-malformed');

export const vpcEndpointId = z.string().max(32).regex(/^vpce-[0-9a-f]{8,17}$/, 'vpc-endpoint-malformed');

/** IPv4 or IPv6 in CIDR notation; the numbers are checked by `node:net` afterwards. */
export const network = z.string().max(49).regex(/^[0-9A-Fa-f.:]+\/[0-9]{1,3}$/, 'network-malformed');

/** At most nine digits before the point and two after it. */
export const amount = z.string().max(12).regex(/^[0-9]{1,9}(\.[0-9]{1,2})?$/, 'amount-malformed');

/** What the workload uses a model for: `default`, `haiku`. */
export const role = z.string().max(32).regex(/^[a-z][a-z0-9-]*$/, 'role-malformed');

/** The name of an environment variable as every shell and Kubernetes version takes it. */
export const variableName = z.string().min(1).max(128).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'variable-name-malformed');
