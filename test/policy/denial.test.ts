import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { denialOf } from '../../src/policy/denial.ts';

/** The examples of the IAM user guide, "Troubleshoot access denied error messages", with Bedrock's action. */
const action = 'bedrock:InvokeModel';
const user = `User: arn:aws:iam::123456789012:user/John is not authorized to perform: ${action}`;
const on = `${user} on resource: arn:aws:bedrock:us-west-2::foundation-model/m`;

describe('the sort of policy that denied', () => {
  const table: readonly (readonly [string, ReturnType<typeof denialOf>])[] = [
    [`${user} because no service control policy allows the ${action} action`, { by: 'service-control', explicit: false }],
    [`${user} with an explicit deny in a service control policy`, { by: 'service-control', explicit: true }],
    [`${on} with an explicit deny in a resource control policy`, { by: 'resource-control', explicit: true }],
    [`${user} because no VPC endpoint policy allows the ${action} action`, { by: 'vpc-endpoint', explicit: false }],
    [`${on} with an explicit deny in a VPC endpoint policy`, { by: 'vpc-endpoint', explicit: true }],
    [`${on} because no permissions boundary allows the ${action} action`, { by: 'boundary', explicit: false }],
    [`${user} with an explicit deny in a permissions boundary`, { by: 'boundary', explicit: true }],
    [`${user} because no session policy allows the ${action} action`, { by: 'session', explicit: false }],
    [`${on} with an explicit deny in a sessions policy`, { by: 'session', explicit: true }],
    [`${user} because no resource-based policy allows the ${action} action`, { by: 'resource', explicit: false }],
    [`${on} with an explicit deny in a resource-based policy`, { by: 'resource', explicit: true }],
    [`${user} because no role trust policy allows the sts:AssumeRole action`, { by: 'role-trust', explicit: false }],
    [`${user} with an explicit deny in the role trust policy`, { by: 'role-trust', explicit: true }],
    [`${on} because no identity-based policy allows the ${action} action`, { by: 'identity', explicit: false }],
    [`${on} with an explicit deny in an identity-based policy`, { by: 'identity', explicit: true }],
    [`${on}\nwith an explicit deny in a VPC endpoint policy transitively through a service control policy`, { by: 'service-control', explicit: true }],
    [`${on} with an explicit deny in a service control policy: arn:aws:organizations::777788889999:policy/o-exampleorgid/service_control_policy/p-example`, { by: 'service-control', explicit: true, policyArn: 'arn:aws:organizations::777788889999:policy/o-exampleorgid/service_control_policy/p-example' }],
    [`${on} with an explicit deny in an identity-based policy, with policy ARN: arn:aws:iam::123456789012:policy/Example.`, { by: 'identity', explicit: true, policyArn: 'arn:aws:iam::123456789012:policy/Example' }],
    // AWS does not always say it, and the action's name may hold the words.
    [on, undefined],
    ["You don't have access to the model with the specified model ID.", undefined],
    ['with an explicit deny in a new sort of policy', undefined],
  ];
  for (const [message, denial] of table) it(`is read of: ${message.slice(message.indexOf('perform') + 9)}`, () => assert.deepEqual(denialOf(message), denial));
});
