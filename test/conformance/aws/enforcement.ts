/** What a policy of the product lets its key do: ministack enforces too, moto does not. */
import { GetFoundationModelCommand, GetInferenceProfileCommand, ListFoundationModelsCommand, ListInferenceProfilesCommand } from '@aws-sdk/client-bedrock';
import { ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreatePolicyCommand, CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients, Credentials } from './clients.ts';
import { outcome } from './outcome.ts';
import type { Case } from './requests.ts';

const account = '123456789012';
const model = 'anthropic.claude-sonnet-4-6';
const profile = `us.${model}`;
const profileArn = `arn:aws:bedrock:us-west-2:${account}:inference-profile/${profile}`;

/** The policy in the form that AWS documents for a geographic profile. */
const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:GetInferenceProfile'], Resource: profileArn },
    { Effect: 'Allow', Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'], Resource: `arn:aws:bedrock:*::foundation-model/${model}`, Condition: { StringEquals: { 'bedrock:InferenceProfileArn': profileArn } } },
  ],
};

/** A user with exactly that policy. */
export async function workload(aws: Clients): Promise<Credentials> {
  const UserName = 'workload';
  await aws.iam.send(new CreateUserCommand({ UserName }));
  const { Policy } = await aws.iam.send(new CreatePolicyCommand({ PolicyName: 'workload', PolicyDocument: JSON.stringify(policy) }));
  await aws.iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn ?? '' }));
  const { AccessKey } = await aws.iam.send(new CreateAccessKeyCommand({ UserName }));
  await aws.ssm.send(new PutParameterCommand({ Name: 'secret-of-another', Value: 'x', Type: 'SecureString' }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

const messages = [{ role: 'user' as const, content: [{ text: 'hello' }] }];
const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 16, messages: [{ role: 'user', content: 'hello' }] });

/** Played with the workload's own key. */
export const enforcementCases: readonly Case[] = [
  { name: 'anybody may ask who they are', play: ({ sts }) => outcome(sts.send(new GetCallerIdentityCommand({})), 'Arn', 'Account') },
  { name: 'the declared profile may be called', play: ({ runtime }) => outcome(runtime.send(new ConverseCommand({ modelId: profile, messages })), 'output.message.role', 'stopReason') },
  { name: 'the declared profile may be called by its ARN', play: ({ runtime }) => outcome(runtime.send(new ConverseCommand({ modelId: profileArn, messages })), 'output.message.role') },
  { name: 'the declared profile may be streamed', play: async ({ runtime }) => { const answer = await runtime.send(new ConverseStreamCommand({ modelId: profile, messages })); const kinds = new Set<string>(); for await (const event of answer.stream ?? []) for (const kind of Object.keys(event)) kinds.add(kind); return { answer: String(answer.$metadata.httpStatusCode), fields: { kinds: [...kinds] } }; } },
  { name: 'the declared profile may be invoked', play: ({ runtime }) => outcome(runtime.send(new InvokeModelCommand({ modelId: profile, body })), 'contentType') },
  { name: 'another profile may not be called', play: ({ runtime }) => outcome(runtime.send(new ConverseCommand({ modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', messages }))) },
  { name: 'the model alone may not be called', play: ({ runtime }) => outcome(runtime.send(new InvokeModelCommand({ modelId: model, body }))) },
  { name: 'GetInferenceProfile of the declared one', play: ({ bedrock }) => outcome(bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: profile })), 'inferenceProfileId', 'status', 'type'), known: { ministack: 'its catalogue is older than the profile' } },
  { name: 'ListFoundationModels is not granted', play: ({ bedrock }) => outcome(bedrock.send(new ListFoundationModelsCommand({}))) },
  { name: 'ListInferenceProfiles is not granted', play: ({ bedrock }) => outcome(bedrock.send(new ListInferenceProfilesCommand({ typeEquals: 'SYSTEM_DEFINED' }))) },
  { name: 'GetFoundationModel is not granted', play: ({ bedrock }) => outcome(bedrock.send(new GetFoundationModelCommand({ modelIdentifier: model }))) },
  { name: 'users may not be listed', play: ({ iam }) => outcome(iam.send(new ListUsersCommand({}))) },
  { name: 'a parameter may not be read', play: ({ ssm }) => outcome(ssm.send(new GetParameterCommand({ Name: 'secret-of-another' }))) },
  { name: 'a wrong secret key', play: (aws) => outcome(aws.as({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wrong' }).sts.send(new GetCallerIdentityCommand({}))) },
];

/** What `models --refresh` asks, as somebody who may. */
export const catalogCases: readonly Case[] = [
  { name: 'ListInferenceProfiles of the system', play: ({ bedrock }) => outcome(bedrock.send(new ListInferenceProfilesCommand({ typeEquals: 'SYSTEM_DEFINED' })), 'inferenceProfileSummaries.0.type', 'inferenceProfileSummaries.0.status') },
  { name: 'ListInferenceProfiles of a type that is none', play: ({ bedrock }) => outcome(bedrock.send(new ListInferenceProfilesCommand({ typeEquals: JSON.parse('"OTHER"') }))), known: { ministack: 'the type is SYSTEM_DEFINED or APPLICATION, anything else a ValidationException (Bedrock API Reference, ListInferenceProfiles)' } },
  { name: 'ListFoundationModels', play: ({ bedrock }) => outcome(bedrock.send(new ListFoundationModelsCommand({})), 'modelSummaries.0.modelLifecycle.status', 'modelSummaries.0.responseStreamingSupported') },
];
