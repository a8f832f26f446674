import type { Call, Check, Operation } from '../call.ts';
import { requestTagContext, resourceTagContext } from '../tag-context.ts';
import { arnOf, newArn, notFound, pageOf, readTags, resourceName } from './resources.ts';
import type { HeldProfile } from './state.ts';

const roleArns = { max: 250, each: { min: 1, max: 1011, pattern: /arn:aws(-[^:]+)?:iam(:.*){2}(:role.*)/ } } as const;
const duration = { min: 900, max: 43_200 } as const;

/** Whoever lists a role in a profile passes it to the service (Service Authorization Reference: CreateProfile and UpdateProfile depend on iam:PassRole). */
export const createProfile: Operation = {
  action: 'rolesanywhere:CreateProfile',
  checks: (call) => [
    { action: 'rolesanywhere:CreateProfile', resource: '*', context: requestTagContext(call.input) },
    ...(call.input.has('tags') ? [{ action: 'rolesanywhere:TagResource', resource: arnOf(call, 'profile', '*'), context: requestTagContext(call.input) }] : []),
    ...passing(call),
  ],
  run(call) {
    const { input } = call;
    const profile: HeldProfile = {
      ...newArn(call, 'profile'),
      name: input.text('name', resourceName),
      enabled: input.flag('enabled'),
      roleArns: input.texts('roleArns', roleArns),
      durationSeconds: input.optionalNumber('durationSeconds', duration) ?? 3600,
      managedPolicyArns: input.optionalTexts('managedPolicyArns', { max: 50 }) ?? [],
      sessionPolicy: input.optionalText('sessionPolicy'),
      acceptRoleSessionName: input.flag('acceptRoleSessionName'),
      createdAt: call.world.clock.now(),
      tags: readTags(input),
    };
    call.state.rolesAnywhere.profiles.set(profile.arn, profile);
    return { profile: described(profile) };
  },
};

export const getProfile: Operation = {
  action: 'rolesanywhere:GetProfile',
  checks: on('rolesanywhere:GetProfile'),
  run: (call) => ({ profile: described(read(call)) }),
};

export const listProfiles: Operation = {
  action: 'rolesanywhere:ListProfiles',
  checks: () => [{ action: 'rolesanywhere:ListProfiles', resource: '*' }],
  run(call) {
    const { shown, ...more } = pageOf(call, call.state.rolesAnywhere.profiles.values());
    return { profiles: shown.map(described), ...more };
  },
};

/** What is left out stays as it is. */
export const updateProfile: Operation = {
  action: 'rolesanywhere:UpdateProfile',
  checks: (call) => [...on('rolesanywhere:UpdateProfile')(call), ...passing(call)],
  run(call) {
    const profile = read(call);
    const { input } = call;
    profile.name = input.optionalText('name', resourceName) ?? profile.name;
    profile.roleArns = input.optionalTexts('roleArns', roleArns) ?? profile.roleArns;
    profile.durationSeconds = input.optionalNumber('durationSeconds', duration) ?? profile.durationSeconds;
    profile.managedPolicyArns = input.optionalTexts('managedPolicyArns', { max: 50 }) ?? profile.managedPolicyArns;
    profile.sessionPolicy = input.optionalText('sessionPolicy') ?? profile.sessionPolicy;
    if (input.has('acceptRoleSessionName')) profile.acceptRoleSessionName = input.flag('acceptRoleSessionName');
    return { profile: described(profile) };
  },
};

export const enableProfile: Operation = switched('EnableProfile', true);
export const disableProfile: Operation = switched('DisableProfile', false);

export const deleteProfile: Operation = {
  action: 'rolesanywhere:DeleteProfile',
  checks: on('rolesanywhere:DeleteProfile'),
  run(call) {
    const profile = read(call);
    call.state.rolesAnywhere.profiles.delete(profile.arn);
    return { profile: described(profile) };
  },
};

function switched(name: 'EnableProfile' | 'DisableProfile', enabled: boolean): Operation {
  const action = `rolesanywhere:${name}`;
  return {
    action,
    checks: on(action),
    run(call) {
      const profile = read(call);
      profile.enabled = enabled;
      return { profile: described(profile) };
    },
  };
}

function passing({ input }: Call): readonly Check[] {
  return (input.optionalTexts('roleArns') ?? []).map((resource) => ({ action: 'iam:PassRole', resource, context: { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' } }));
}

function on(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const resource = arnOf(call, 'profile', call.input.text('profileId'));
    return [{ action, resource, context: resourceTagContext(call.state.rolesAnywhere.profiles.get(resource)?.tags) }];
  };
}

function read(call: Call): HeldProfile {
  const profile = call.state.rolesAnywhere.profiles.get(arnOf(call, 'profile', call.input.text('profileId', { min: 36, max: 36 })));
  if (profile === undefined) throw notFound('Profile');
  return profile;
}

function described({ id, arn, name, enabled, roleArns: roles, durationSeconds, managedPolicyArns, sessionPolicy, acceptRoleSessionName, createdAt }: HeldProfile): Readonly<Record<string, unknown>> {
  return {
    profileId: id,
    profileArn: arn,
    name,
    enabled,
    roleArns: roles,
    durationSeconds,
    managedPolicyArns,
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    acceptRoleSessionName,
    requireInstanceProperties: false,
    createdAt,
    updatedAt: createdAt,
  };
}
