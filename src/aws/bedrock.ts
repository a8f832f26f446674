import {
  BedrockClient,
  CreateInferenceProfileCommand,
  DeleteInferenceProfileCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
} from '@aws-sdk/client-bedrock';
import type { FoundationModelLifecycle } from '@aws-sdk/client-bedrock';
import { orUndefined, present } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { everyPage } from './paging.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import type { BedrockCalls, FoundationModelSummary, InferenceProfileSummary, Tags } from './types.ts';

/** Bedrock's control plane in one region, through the SDK. */
export function bedrockCalls(session: Session, region: string): BedrockCalls {
  const client = new BedrockClient(clientSettings(session, 'BEDROCK', region));
  const place = (operation: string, resource: string): CallPlace => ({ action: `bedrock:${operation}`, region, resource });

  return {
    listFoundationModels() {
      const where = place('ListFoundationModels', '*');
      // Not paged (API reference, ListFoundationModels).
      return reading(session, where, async () => ((await client.send(new ListFoundationModelsCommand({}))).modelSummaries ?? []).map((model) => toModel(model, where)));
    },
    getFoundationModel(id) {
      const where = place('GetFoundationModel', id);
      return orUndefined(
        reading(session, where, async () => toModel(present((await client.send(new GetFoundationModelCommand({ modelIdentifier: id }))).modelDetails, 'modelDetails', where), where)),
      );
    },
    listInferenceProfiles(type) {
      const where = place('ListInferenceProfiles', '*');
      return everyPage(session, where, async (nextToken) => {
        const input = { maxResults: 1000, ...(type === undefined ? {} : { typeEquals: type }), ...(nextToken === undefined ? {} : { nextToken }) };
        const answer = await client.send(new ListInferenceProfilesCommand(input));
        return { items: (answer.inferenceProfileSummaries ?? []).map((profile) => toProfile(profile, where)), next: answer.nextToken };
      });
    },
    getInferenceProfile(id) {
      const where = place('GetInferenceProfile', id);
      return orUndefined(reading(session, where, async () => toProfile(await client.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: id })), where)));
    },
    createInferenceProfile({ name, description, copyFrom, tags, clientRequestToken }) {
      const where = place('CreateInferenceProfile', name);
      const input = {
        inferenceProfileName: name,
        description,
        modelSource: { copyFrom },
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
        clientRequestToken,
      };
      return changing(session, where, async () => ({ arn: present((await client.send(new CreateInferenceProfileCommand(input))).inferenceProfileArn, 'inferenceProfileArn', where) }));
    },
    async deleteInferenceProfile(id) {
      await changing(session, place('DeleteInferenceProfile', id), () => client.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier: id })));
    },
    async tagResource(arn, tags) {
      const input = { resourceARN: arn, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
      await changing(session, place('TagResource', arn), () => client.send(new TagResourceCommand(input)));
    },
    listTags(arn) {
      return orUndefined(
        reading(session, place('ListTagsForResource', arn), async () => {
          const tags: Record<string, string> = {};
          for (const { key, value } of (await client.send(new ListTagsForResourceCommand({ resourceARN: arn }))).tags ?? []) if (key !== undefined) tags[key] = value ?? '';
          return tags satisfies Tags;
        }),
      );
    },
  };
}

interface ModelFields {
  readonly modelId?: string | undefined;
  readonly modelArn?: string | undefined;
  readonly modelName?: string | undefined;
  readonly providerName?: string | undefined;
  readonly inferenceTypesSupported?: readonly string[] | undefined;
  readonly modelLifecycle?: FoundationModelLifecycle | undefined;
}

function toModel(model: ModelFields, where: CallPlace): FoundationModelSummary {
  const lifecycle = model.modelLifecycle;
  return {
    modelId: present(model.modelId, 'modelId', where),
    arn: present(model.modelArn, 'modelArn', where),
    name: model.modelName ?? '',
    provider: model.providerName ?? '',
    inferenceTypes: model.inferenceTypesSupported ?? [],
    lifecycle: {
      status: lifecycle?.status ?? '',
      ...(lifecycle?.startOfLifeTime === undefined ? {} : { startOfLife: lifecycle.startOfLifeTime }),
      ...(lifecycle?.legacyTime === undefined ? {} : { legacy: lifecycle.legacyTime }),
      ...(lifecycle?.publicExtendedAccessTime === undefined ? {} : { publicExtendedAccess: lifecycle.publicExtendedAccessTime }),
      ...(lifecycle?.endOfLifeTime === undefined ? {} : { endOfLife: lifecycle.endOfLifeTime }),
    },
  };
}

interface ProfileFields {
  readonly inferenceProfileId?: string | undefined;
  readonly inferenceProfileArn?: string | undefined;
  readonly inferenceProfileName?: string | undefined;
  readonly type?: 'SYSTEM_DEFINED' | 'APPLICATION' | undefined;
  readonly status?: string | undefined;
  readonly models?: readonly { readonly modelArn?: string | undefined }[] | undefined;
}

function toProfile(profile: ProfileFields, where: CallPlace): InferenceProfileSummary {
  return {
    id: present(profile.inferenceProfileId, 'inferenceProfileId', where),
    arn: present(profile.inferenceProfileArn, 'inferenceProfileArn', where),
    name: profile.inferenceProfileName ?? '',
    type: profile.type ?? 'SYSTEM_DEFINED',
    status: profile.status ?? '',
    modelArns: (profile.models ?? []).flatMap((model) => (model.modelArn === undefined ? [] : [model.modelArn])),
  };
}
