import { managedPolicyLimit } from '../../../policy/document.ts';
import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { uniqueId } from '../ids.ts';
import { requestTagContext, withTagging } from '../tag-context.ts';
import { awsManagedPolicies } from './aws-managed.ts';
import { documentSize, encodeDocument, readDocument } from './documents.ts';
import { attachmentCount, boundaryCount, findPolicy } from './lookup.ts';
import { addTags, arnText, page, policyName, readName, readPath, readPathPrefix, readTags, resourceTagContext, tagList } from './rules.ts';
import type { IamPolicy } from './state.ts';

/** IAM user guide, "IAM and AWS STS quotas". */
const versionsPerPolicy = 5;
const policiesPerAccount = 1500;

const createPolicy: Operation = {
  action: 'iam:CreatePolicy',
  checks: (call) => withTagging(
    {
      action: 'iam:CreatePolicy',
      resource: `arn:aws:iam::${call.world.account}:policy${readPath(call.input)}${call.input.optionalText('PolicyName') ?? ''}`,
      context: requestTagContext(call.input),
    },
    'iam:TagPolicy',
    call.input,
  ),
  run(call) {
    const { iam } = call.state;
    const name = readName(call.input, 'PolicyName', policyName);
    const path = readPath(call.input);
    const description = call.input.optionalText('Description', { max: 1000 });
    const tags = readTags(call.input);
    const document = readManagedDocument(call);
    const nameTaken = [...iam.policies.values()].some((policy) => policy.name.toLowerCase() === name.toLowerCase());
    if (nameTaken) throw new AwsError('EntityAlreadyExists', 409, `A policy called ${name} already exists. Duplicate names are not allowed.`);
    if (iam.policies.size >= policiesPerAccount) throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for PoliciesPerAccount: ${policiesPerAccount}`);
    const now = call.world.clock.now();
    const policy: IamPolicy = {
      name,
      path,
      id: uniqueId('ANPA', iam.random),
      arn: `arn:aws:iam::${iam.account}:policy${path}${name}`,
      description,
      createdAt: now,
      updatedAt: now,
      tags: new Map(tags),
      versions: [{ id: 'v1', document, createdAt: now }],
      defaultVersion: 'v1',
      lastVersion: 1,
    };
    iam.policies.set(policy.arn, policy);
    return { Policy: describePolicy(call, policy, 'summary') };
  },
};

const getPolicy: Operation = {
  action: 'iam:GetPolicy',
  checks: onPolicy('iam:GetPolicy'),
  run(call) {
    const arn = call.input.text('PolicyArn', arnText);
    const ofAws = awsManagedPolicies.get(arn);
    if (ofAws !== undefined) {
      return { Policy: { PolicyName: ofAws.name, Arn: arn, Path: '/', DefaultVersionId: 'v1', AttachmentCount: attachmentCount(call, arn), PermissionsBoundaryUsageCount: boundaryCount(call, arn), IsAttachable: true } };
    }
    return { Policy: describePolicy(call, findPolicy(call, arn), 'full') };
  },
};

const listPolicies: Operation = {
  action: 'iam:ListPolicies',
  checks: (call) => [{ action: 'iam:ListPolicies', resource: `arn:aws:iam::${call.world.account}:policy/` }],
  run(call) {
    const scope = call.input.optionalText('Scope', { oneOf: ['All', 'AWS', 'Local'] }) ?? 'All';
    const prefix = readPathPrefix(call.input);
    const attachedOnly = call.input.flag('OnlyAttached');
    const local = scope === 'AWS' ? [] : [...call.state.iam.policies.values()].filter((policy) => policy.path.startsWith(prefix)).map((policy) => describePolicy(call, policy, 'summary'));
    const ofAws = scope === 'Local' || prefix !== '/' ? [] : Array.from(awsManagedPolicies, ([arn, { name }]) => ({ PolicyName: name, Arn: arn, Path: '/', DefaultVersionId: 'v1', AttachmentCount: attachmentCount(call, arn), IsAttachable: true }));
    const all = [...local, ...ofAws].filter((policy) => !attachedOnly || Number(policy.AttachmentCount) > 0);
    const { items, ...rest } = page(all, (policy) => String(policy.PolicyName), call.input);
    return { Policies: items, ...rest };
  },
};

const deletePolicy: Operation = {
  action: 'iam:DeletePolicy',
  checks: onPolicy('iam:DeletePolicy'),
  run(call) {
    const policy = findPolicy(call, call.input.text('PolicyArn', arnText));
    if (attachmentCount(call, policy.arn) + boundaryCount(call, policy.arn) > 0) throw new AwsError('DeleteConflict', 409, 'Cannot delete a policy attached to entities.');
    if (policy.versions.length > 1) {
      throw new AwsError('DeleteConflict', 409, "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.");
    }
    call.state.iam.policies.delete(policy.arn);
    return {};
  },
};

const createPolicyVersion: Operation = {
  action: 'iam:CreatePolicyVersion',
  checks: onPolicy('iam:CreatePolicyVersion'),
  run(call) {
    const policy = findPolicy(call, call.input.text('PolicyArn', arnText));
    const document = readManagedDocument(call);
    if (policy.versions.length >= versionsPerPolicy) {
      throw new AwsError('LimitExceeded', 409, `A managed policy can have up to ${versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`);
    }
    const now = call.world.clock.now();
    policy.lastVersion += 1;
    const version = { id: `v${policy.lastVersion}`, document, createdAt: now };
    policy.versions.push(version);
    if (call.input.flag('SetAsDefault')) policy.defaultVersion = version.id;
    policy.updatedAt = now;
    return { PolicyVersion: { VersionId: version.id, IsDefaultVersion: policy.defaultVersion === version.id, CreateDate: now } };
  },
};

const getPolicyVersion: Operation = {
  action: 'iam:GetPolicyVersion',
  checks: onPolicy('iam:GetPolicyVersion'),
  run(call) {
    const arn = call.input.text('PolicyArn', arnText);
    const id = readVersionId(call);
    const ofAws = awsManagedPolicies.get(arn);
    if (ofAws !== undefined && id === 'v1') return { PolicyVersion: { Document: encodeDocument(ofAws.document), VersionId: 'v1', IsDefaultVersion: true } };
    const policy = findPolicy(call, arn);
    const version = findVersion(policy, id);
    return { PolicyVersion: { Document: encodeDocument(version.document), VersionId: id, IsDefaultVersion: policy.defaultVersion === id, CreateDate: version.createdAt } };
  },
};

const listPolicyVersions: Operation = {
  action: 'iam:ListPolicyVersions',
  checks: onPolicy('iam:ListPolicyVersions'),
  run(call) {
    const policy = findPolicy(call, call.input.text('PolicyArn', arnText));
    const newestFirst = (id: string): string => String(1_000_000 - Number(id.slice(1)));
    const { items, ...rest } = page(policy.versions, (version) => newestFirst(version.id), call.input);
    return { Versions: items.map(({ id, createdAt }) => ({ VersionId: id, IsDefaultVersion: policy.defaultVersion === id, CreateDate: createdAt })), ...rest };
  },
};

const setDefaultPolicyVersion: Operation = {
  action: 'iam:SetDefaultPolicyVersion',
  checks: onPolicy('iam:SetDefaultPolicyVersion'),
  run(call) {
    const policy = findPolicy(call, call.input.text('PolicyArn', arnText));
    policy.defaultVersion = findVersion(policy, readVersionId(call)).id;
    policy.updatedAt = call.world.clock.now();
    return {};
  },
};

const deletePolicyVersion: Operation = {
  action: 'iam:DeletePolicyVersion',
  checks: onPolicy('iam:DeletePolicyVersion'),
  run(call) {
    const policy = findPolicy(call, call.input.text('PolicyArn', arnText));
    const version = findVersion(policy, readVersionId(call));
    if (version.id === policy.defaultVersion) throw new AwsError('DeleteConflict', 409, 'Cannot delete the default version of a policy.');
    policy.versions.splice(policy.versions.indexOf(version), 1);
    return {};
  },
};

const tagPolicy: Operation = {
  action: 'iam:TagPolicy',
  checks: onPolicy('iam:TagPolicy'),
  run(call) {
    addTags(findPolicy(call, call.input.text('PolicyArn', arnText)).tags, readTags(call.input));
    return {};
  },
};

const untagPolicy: Operation = {
  action: 'iam:UntagPolicy',
  checks: onPolicy('iam:UntagPolicy'),
  run(call) {
    const { tags } = findPolicy(call, call.input.text('PolicyArn', arnText));
    for (const key of call.input.texts('TagKeys', { max: 50 })) tags.delete(key);
    return {};
  },
};

const listPolicyTags: Operation = {
  action: 'iam:ListPolicyTags',
  checks: onPolicy('iam:ListPolicyTags'),
  run(call) {
    const { items, ...rest } = page([...findPolicy(call, call.input.text('PolicyArn', arnText)).tags], ([key]) => key, call.input);
    return { Tags: tagList(new Map(items)), ...rest };
  },
};

export const policyOperations: Operations = {
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  ListPolicies: listPolicies,
  DeletePolicy: deletePolicy,
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  DeletePolicyVersion: deletePolicyVersion,
  TagPolicy: tagPolicy,
  UntagPolicy: untagPolicy,
  ListPolicyTags: listPolicyTags,
};

function onPolicy(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const resource = call.input.optionalText('PolicyArn') ?? '*';
    return [{ action, resource, context: { ...resourceTagContext(call.state.iam.policies.get(resource)?.tags), ...requestTagContext(call.input) } }];
  };
}

function readManagedDocument(call: Call): string {
  const document = readDocument(call.input, 'PolicyDocument', 'identity');
  if (documentSize(document) > managedPolicyLimit) throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for PolicySize: ${managedPolicyLimit}`);
  return document;
}

function readVersionId(call: Call): string {
  return call.input.text('VersionId', { pattern: /v[1-9][0-9]*(\.[A-Za-z0-9-]*)?/ });
}

function findVersion(policy: IamPolicy, id: string): IamPolicy['versions'][number] {
  const version = policy.versions.find((one) => one.id === id);
  if (version === undefined) throw new AwsError('NoSuchEntity', 404, `Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

/** CreatePolicy and ListPolicies leave out description and tags (IAM API reference, Policy). */
function describePolicy(call: Call, policy: IamPolicy, detail: 'summary' | 'full'): Readonly<Record<string, unknown>> {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attachmentCount(call, policy.arn),
    PermissionsBoundaryUsageCount: boundaryCount(call, policy.arn),
    IsAttachable: true,
    ...(detail === 'full' && policy.description !== undefined ? { Description: policy.description } : {}),
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
    ...(policy.tags.size === 0 ? {} : { Tags: tagList(policy.tags) }),
  };
}
