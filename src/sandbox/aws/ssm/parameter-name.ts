import { AwsError } from '../error.ts';

const characters =
  'If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/**
 * What PutParameter refuses as a name (SSM API reference, PutParameter; the words as AWS sends them).
 * A name that starts with `ssm` is the trap that `terraform plan` does not see.
 */
export function checkParameterName(name: string): void {
  const bare = name.replace(/^\/+/, '').toLowerCase();
  const isPath = name.split('/').length > 2;
  if (bare.startsWith('aws') && name.startsWith('/') && isPath) {
    throw new AwsError('AccessDeniedException', 400, `No access to reserved parameter name: ${name}.`);
  }
  if (bare.startsWith('aws') || bare.startsWith('ssm')) {
    throw invalid(isPath ? `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${characters}` : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (!/^[A-Za-z0-9._/-]+$/.test(name) || name.includes('//') || name.endsWith('/')) {
    throw invalid(`Parameter name: can't be prefixed with "ssm" (case-insensitive). ${characters}`);
  }
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  if (name.length > 1011) throw invalid('Parameter name exceeds the maximum length of 1011 characters.');
  if (name.split('/').length - 1 > 15) {
    throw new AwsError('HierarchyLevelLimitExceededException', 400, 'Hierarchies can be no more than 15 levels deep. For more information, see Requirements and constraints for parameter names.');
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
