import type { ProgramPermissions } from '../../engine/permissions/index.ts';
import { policiesToMake } from './policies.ts';

/** A template of `AWS::IAM::ManagedPolicy`; to be deployed with CAPABILITY_NAMED_IAM. */
export async function cloudFormationOf(all: readonly ProgramPermissions[]): Promise<string> {
  const { stringify } = await import('yaml');
  const resources = policiesToMake(all).map(({ name, path, description, document }) => [
    logicalId(name),
    { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: name, Path: path, Description: description, PolicyDocument: document } },
  ]);
  // Quoted dates: CloudFormation wants the policy's Version as a string.
  return stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(resources) }, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }).trimEnd();
}

/** Letters and digits only (CloudFormation user guide, "Resources": logical ID). */
function logicalId(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
