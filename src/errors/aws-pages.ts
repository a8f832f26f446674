import type { ErrorPage } from './error.ts';

/** The ids that `aws` reports. */
export const awsPages = {
  'no-aws-credentials': {
    summary: 'No AWS credentials were found.',
    cause: 'The environment holds no keys, no profile gives any, and the machine has no role of its own (or its metadata service is off).',
    remedy: 'Set AWS_PROFILE (and sign in with `aws sso login` where it uses SSO), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    fault: 'input',
  },
  'aws-credentials-expired': {
    summary: 'The AWS session has expired.',
    cause: 'Temporary credentials live for a set time; this one is over.',
    remedy: 'Sign in again and run the same command again: it goes on where it stopped.',
    fault: 'input',
  },
  'aws-credentials-invalid': {
    summary: 'AWS does not accept the credentials.',
    cause: 'The access key does not exist, was deactivated or deleted, belongs to another partition, or its secret does not fit.',
    remedy: 'Check with `aws sts get-caller-identity`; correct the AWS_* variables or choose another profile.',
    fault: 'input',
  },
  'aws-clock-skewed': {
    summary: 'The clock of this machine differs from that of AWS by more than five minutes.',
    cause: 'Signatures carry the time; AWS refuses old ones and those of the future.',
    remedy: 'Set the clock, for example with `timedatectl set-ntp true`.',
    fault: 'input',
  },
  'aws-permission-missing': {
    summary: 'The caller lacks a permission in AWS.',
    cause: 'No policy of the identity allows the action on that resource, or a boundary, a service control policy or an explicit deny stands against it.',
    remedy: 'Let an administrator allow the action that the message names.',
    fault: 'input',
  },
  'aws-account-mismatch': {
    summary: 'The AWS credentials belong to another account than the declaration names.',
    cause: 'The profile or the variables in use are those of another account.',
    remedy: 'Choose credentials of the declared account, or correct `spec.account`.',
    fault: 'input',
  },
  'aws-throttled': {
    summary: 'AWS kept throttling a call although it was repeated with growing pauses.',
    cause: 'Request rates count for the whole account and region; others use them up too.',
    remedy: 'Wait a minute and run the same command again.',
    fault: 'aws',
  },
  'aws-unavailable': {
    summary: 'AWS answered with an error of its own.',
    cause: 'The service had a fault (5xx), timed out, or the model was not ready.',
    remedy: 'Run the same command again; look at https://health.aws.amazon.com if it goes on.',
    fault: 'aws',
  },
  'aws-unreachable': {
    summary: 'AWS cannot be reached.',
    cause: 'The name does not resolve, the connection is refused or cut off, or its certificate is not trusted.',
    remedy: 'Check the network, the proxy, the name of the region and AWS_ENDPOINT_URL.',
    fault: 'input',
  },
  'aws-limit-exceeded': {
    summary: 'A limit of the AWS account is reached.',
    cause: 'IAM and Parameter Store limit how many things of a sort may exist (two access keys a user, ten policies a user, five versions a policy).',
    remedy: 'Remove what is no longer used, or ask for more in Service Quotas.',
    fault: 'aws',
  },
  'aws-conflict': {
    summary: 'AWS refused a change because of another one, or because something still hangs on the resource.',
    cause: 'Another caller changes the same thing, or it has attachments.',
    remedy: 'Run the same command again: it looks first at what exists.',
    fault: 'aws',
  },
  'aws-already-exists': {
    summary: 'Something of that name exists already.',
    cause: 'Somebody else made it, or an earlier run whose mark is missing.',
    remedy: 'Look at `bedrock-access plan`; take it over with `--adopt` or choose another name.',
    fault: 'input',
  },
  'aws-not-found': {
    summary: 'What was to be changed does not exist any more.',
    cause: 'Somebody removed it while the command ran, or AWS has not yet spread what was just made.',
    remedy: 'Run the same command again.',
    fault: 'aws',
  },
  'aws-request-refused': {
    summary: 'AWS refused a request as not valid.',
    cause: 'A value breaks a rule of the service.',
    remedy: 'Correct the value that AWS names.',
    fault: 'input',
  },
  'aws-call-failed': {
    summary: 'A call to AWS failed in a way that this program does not know.',
    cause: 'The code that AWS gave is shown with the error.',
    remedy: 'Run the command again with --debug and report it if it stays.',
    fault: 'aws',
  },
} as const satisfies Record<string, ErrorPage>;
