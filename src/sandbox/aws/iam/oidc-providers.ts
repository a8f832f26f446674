import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { requestTagContext, withTagging } from '../tag-context.ts';
import { addTags, arnText, page, readTags, resourceTagContext, tagList } from './rules.ts';
import type { IamOidcProvider } from './state.ts';

/** IAM API reference, CreateOpenIDConnectProvider: `https://`, no query; "The URL should not contain a port number." */
const providerUrl = /^https:\/\/[^/?#:\s]+(\/[^?#\s]*)?$/;

/** "IAM and AWS STS quotas": client ids of one provider. */
const clientIdsLimit = 100;

const createOpenIdConnectProvider: Operation = {
  action: 'iam:CreateOpenIDConnectProvider',
  checks: (call) => withTagging({ action: 'iam:CreateOpenIDConnectProvider', resource: providerArn(call, call.input.optionalText('Url') ?? ''), context: requestTagContext(call.input) }, 'iam:TagOpenIDConnectProvider', call.input),
  run(call) {
    const { iam } = call.state;
    const url = call.input.text('Url', { min: 1, max: 255 });
    if (!providerUrl.test(url)) throw new AwsError('ValidationError', 400, 'Invalid Open ID Connect Provider URL');
    const arn = providerArn(call, url);
    const clientIds = call.input.optionalTexts('ClientIDList', { each: { min: 1, max: 255 } }) ?? [];
    // Optional since IAM trusts the issuer's certificate authority (IAM API reference, CreateOpenIDConnectProvider, ThumbprintList).
    const thumbprints = call.input.optionalTexts('ThumbprintList', { each: { min: 40, max: 40 } }) ?? [];
    const tags = new Map(readTags(call.input));
    if (iam.oidcProviders.has(arn)) throw new AwsError('EntityAlreadyExists', 409, `Provider with url ${url} already exists.`);
    iam.oidcProviders.set(arn, { arn, url: withoutScheme(url), createdAt: call.world.clock.now(), clientIds: new Set(clientIds), thumbprints, tags });
    return { OpenIDConnectProviderArn: arn, ...(tags.size === 0 ? {} : { Tags: tagList(tags) }) };
  },
};

const getOpenIdConnectProvider: Operation = {
  action: 'iam:GetOpenIDConnectProvider',
  checks: onProvider('iam:GetOpenIDConnectProvider'),
  run(call) {
    const provider = readProvider(call);
    return { Url: provider.url, ClientIDList: [...provider.clientIds], ThumbprintList: provider.thumbprints, CreateDate: provider.createdAt, Tags: tagList(provider.tags) };
  },
};

/** The list has ARNs alone, and is not paged. */
const listOpenIdConnectProviders: Operation = {
  action: 'iam:ListOpenIDConnectProviders',
  checks: () => [{ action: 'iam:ListOpenIDConnectProviders', resource: '*' }],
  run: ({ state }) => ({ OpenIDConnectProviderList: Array.from(state.iam.oidcProviders.keys(), (Arn) => ({ Arn })) }),
};

/** Adding one that is there already does nothing. */
const addClientId: Operation = {
  action: 'iam:AddClientIDToOpenIDConnectProvider',
  checks: onProvider('iam:AddClientIDToOpenIDConnectProvider'),
  run(call) {
    const { clientIds } = readProvider(call);
    const id = readClientId(call.input);
    if (!clientIds.has(id) && clientIds.size >= clientIdsLimit) throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${clientIdsLimit}`);
    clientIds.add(id);
    return {};
  },
};

/** "This operation is idempotent": no error for one that is not there. */
const removeClientId: Operation = {
  action: 'iam:RemoveClientIDFromOpenIDConnectProvider',
  checks: onProvider('iam:RemoveClientIDFromOpenIDConnectProvider'),
  run(call) {
    readProvider(call).clientIds.delete(readClientId(call.input));
    return {};
  },
};

/** Roles that name it are not looked at: they only cannot be assumed any more. It "does not fail … for a provider that does not exist" (IAM API reference, DeleteOpenIDConnectProvider). */
const deleteOpenIdConnectProvider: Operation = {
  action: 'iam:DeleteOpenIDConnectProvider',
  checks: onProvider('iam:DeleteOpenIDConnectProvider'),
  run(call) {
    call.state.iam.oidcProviders.delete(call.input.text('OpenIDConnectProviderArn', arnText));
    return {};
  },
};

const tagProvider: Operation = {
  action: 'iam:TagOpenIDConnectProvider',
  checks: onProvider('iam:TagOpenIDConnectProvider'),
  run(call) {
    addTags(readProvider(call).tags, readTags(call.input));
    return {};
  },
};

const untagProvider: Operation = {
  action: 'iam:UntagOpenIDConnectProvider',
  checks: onProvider('iam:UntagOpenIDConnectProvider'),
  run(call) {
    const { tags } = readProvider(call);
    for (const key of call.input.texts('TagKeys', { max: 50 })) tags.delete(key);
    return {};
  },
};

const listProviderTags: Operation = {
  action: 'iam:ListOpenIDConnectProviderTags',
  checks: onProvider('iam:ListOpenIDConnectProviderTags'),
  run(call) {
    const { items, ...rest } = page([...readProvider(call).tags], ([key]) => key, call.input);
    return { Tags: tagList(new Map(items)), ...rest };
  },
};

export const oidcProviderOperations: Operations = {
  CreateOpenIDConnectProvider: createOpenIdConnectProvider,
  GetOpenIDConnectProvider: getOpenIdConnectProvider,
  ListOpenIDConnectProviders: listOpenIdConnectProviders,
  AddClientIDToOpenIDConnectProvider: addClientId,
  RemoveClientIDFromOpenIDConnectProvider: removeClientId,
  DeleteOpenIDConnectProvider: deleteOpenIdConnectProvider,
  TagOpenIDConnectProvider: tagProvider,
  UntagOpenIDConnectProvider: untagProvider,
  ListOpenIDConnectProviderTags: listProviderTags,
};

/** The account's provider of an issuer: there is one at most, since its ARN is made of the URL. */
export function providerArn(call: Call, url: string): string {
  return `arn:aws:iam::${call.world.account}:oidc-provider/${withoutScheme(url)}`;
}

function withoutScheme(url: string): string {
  return url.replace(/^https:\/\//, '');
}

function onProvider(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const arn = call.input.optionalText('OpenIDConnectProviderArn') ?? '*';
    return [{ action, resource: arn, context: { ...resourceTagContext(call.state.iam.oidcProviders.get(arn)?.tags), ...requestTagContext(call.input) } }];
  };
}

function readProvider(call: Call): IamOidcProvider {
  const arn = call.input.text('OpenIDConnectProviderArn', arnText);
  const provider = call.state.iam.oidcProviders.get(arn);
  if (provider === undefined) throw new AwsError('NoSuchEntity', 404, `OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

function readClientId(input: Fields): string {
  return input.text('ClientID', { min: 1, max: 255 });
}
