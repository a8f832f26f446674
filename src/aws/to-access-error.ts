import { AccessError, exitCodes } from '../errors/error.ts';
import { outsiderRemedy } from '../policy/denial.ts';
import { AwsCallError } from './call-error.ts';

/** What a person reads when a call to AWS failed. Anything but an {@link AwsCallError} becomes `internal-error`. */
export function toAccessError(error: unknown): AccessError {
  if (error instanceof AccessError) return error;
  if (!(error instanceof AwsCallError)) {
    return new AccessError('internal-error', error instanceof Error ? `${error.name}: ${error.message}` : String(error), {
      cause: 'A defect of bedrock-access, not of your input.',
      remedy: 'Run the command again with --debug and report what it prints.',
      origin: error,
    });
  }
  const { id, message, cause, remedy } = explain(error);
  return new AccessError(id, message, {
    cause,
    remedy: error.uncertain && changes(error) ? `${remedy} The call may have been carried out: running the same command again looks first.` : remedy,
    origin: error,
    ...(error.resource === undefined || error.resource === '*' ? {} : { place: { resource: error.resource } }),
    ...(id === 'aws-permission-missing' ? { exitCode: exitCodes.permission } : {}),
  });
}

interface Explanation {
  readonly id: string;
  readonly message: string;
  readonly cause: string;
  readonly remedy: string;
}

function explain(error: AwsCallError): Explanation {
  const on = error.resource === undefined || error.resource === '*' ? '' : ` on ${error.resource}`;
  const said = `AWS answered ${error.status === undefined ? '' : `${error.status} `}${error.message}${error.requestId === undefined ? '' : ` (request ${error.requestId})`}.`;
  switch (error.kind) {
    case 'no-credentials':
      return {
        id: 'no-aws-credentials',
        message: `no AWS credentials were found for ${error.action}`,
        cause: `Neither the environment, nor a profile, nor the machine's own role gave any: ${error.message}.`,
        remedy: 'Set AWS_PROFILE (after `aws sso login`, where the profile uses SSO) or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then run the command again.',
      };
    case 'expired-credentials':
      return {
        id: 'aws-credentials-expired',
        message: `the AWS session has expired (${error.action})`,
        cause: said,
        remedy: 'Sign in again (`aws sso login`, or whatever gave you the session), or export fresh AWS_* variables, then run the command again.',
      };
    case 'invalid-credentials':
      return {
        id: 'aws-credentials-invalid',
        message: `AWS does not accept the credentials (${error.code} from ${error.action})`,
        cause: `${said} The key does not exist (any more), is inactive, belongs to another partition, or its secret does not fit.`,
        remedy: 'Check with `aws sts get-caller-identity` and put right AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or choose another profile. A key made seconds ago may need a moment.',
      };
    case 'clock-skewed':
      return {
        id: 'aws-clock-skewed',
        message: `this machine's clock differs from AWS's by more than five minutes (${error.action})`,
        cause: said,
        remedy: 'Set the clock (`timedatectl set-ntp true`), then run the command again.',
      };
    case 'denied':
      return {
        id: 'aws-permission-missing',
        message: `the caller may not do ${error.action}${on} in ${error.region}`,
        cause: said,
        remedy: outsiderRemedy(error.message, error.action) ?? `Let an administrator allow ${error.action}${on === '' ? '' : on} to the identity that \`aws sts get-caller-identity\` shows, or use another one (AWS_PROFILE). \`bedrock-access permissions\` prints all that it needs.`,
      };
    case 'throttled':
      return {
        id: 'aws-throttled',
        message: `AWS kept throttling ${error.action} in ${error.region}`,
        cause: `${said} Other callers of this account use up the same request rate.`,
        remedy: 'Wait a minute and run the same command again: it goes on where it stopped.',
      };
    case 'unavailable':
      return {
        id: 'aws-unavailable',
        message: `AWS failed at ${error.action} in ${error.region} (${error.code})`,
        cause: said,
        remedy: 'Run the same command again; if it goes on, look at https://health.aws.amazon.com.',
      };
    case 'not-ready':
      return {
        id: 'aws-unavailable',
        message: `the model is not ready to answer ${error.action}${on} in ${error.region}`,
        cause: said,
        remedy: 'Wait a minute and run the same command again.',
      };
    case 'unreachable':
      return {
        id: 'aws-unreachable',
        message: `AWS cannot be reached for ${error.action} in ${error.region} (${error.code})`,
        cause: `No answer came: ${error.message}.`,
        remedy: 'Check the network, the proxy, the region\'s name and AWS_ENDPOINT_URL (and AWS_ENDPOINT_URL_<SERVICE>), then run the command again.',
      };
    case 'limit-exceeded':
      return {
        id: 'aws-limit-exceeded',
        message: `a limit of the account is reached: ${error.action}${on} (${error.code})`,
        cause: said,
        remedy: 'Remove what is no longer used, or ask for a higher limit in Service Quotas; then run the command again.',
      };
    case 'conflict':
      return {
        id: 'aws-conflict',
        message: `AWS refused ${error.action}${on} because of another change or of something attached (${error.code})`,
        cause: said,
        remedy: 'Wait until the other change is through, then run the same command again: it looks first at what exists.',
      };
    case 'already-exists':
      return {
        id: 'aws-already-exists',
        message: `${error.action}${on}: something of that name exists already`,
        cause: said,
        remedy: 'Run `bedrock-access plan` to see whose it is; take it over with `--adopt`, or choose another name under `spec.names`.',
      };
    case 'not-found':
      return {
        id: 'aws-not-found',
        message: `${error.action}${on}: it does not exist in ${error.region} (${error.code})`,
        cause: said,
        remedy: 'Run the same command again: it looks first at what exists.',
      };
    case 'validation':
      return {
        id: 'aws-request-refused',
        message: `AWS refused ${error.action}${on} as not valid (${error.code})`,
        cause: said,
        remedy: 'Put right the value that AWS names; if it does not come from your declaration, report it as a defect.',
      };
    case 'other':
      return {
        id: 'aws-call-failed',
        message: `${error.action}${on} in ${error.region} failed (${error.code})`,
        cause: said,
        remedy: 'Run the command again with --debug; if it stays, report what it prints.',
      };
  }
}

/** Reading actions by the prefixes that IAM's service authorization reference gives to its access levels List and Read. */
function changes(error: AwsCallError): boolean {
  return !/:(Get|List|Describe|Invoke|CountTokens)/.test(error.action);
}
