import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { clientProfile, clientsOf } from '../clients/index.ts';
import { credentialModes } from '../credential-mode.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import type { CredentialMode } from '../types.ts';
import { apiKeyFaults } from './api-key.ts';
import { declaredStore } from './declared-store.ts';
import { rolesAnywhereFaults } from './roles-anywhere.ts';
import { sessionFaults } from './session.ts';
import { shortTermFaults } from './short-term-key.ts';

/** Exactly one mode, with which every client works, and what the mode itself asks for. */
export function checkCredentials({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const modes = Object.keys(spec.credentials);
  if (modes.length !== 1) {
    return [
      accessFinding('credentials-mode-count', modes.length === 0 ? 'spec.credentials names no mode.' : `spec.credentials names ${modes.join(' and ')}; exactly one mode is allowed.`, source.place('spec.credentials')),
    ];
  }
  const [mode] = credentialModes.filter((name) => spec.credentials[name] !== undefined);
  if (mode === undefined) return [];
  const refused = clientFaults(spec.credentials.session?.delivery === 'api-key' ? 'apiKey' : mode, spec, source);
  return refused.length > 0 ? refused : [...modeFaults(mode, spec, source), ...kmsKeyFaults(mode, spec, source)];
}

function modeFaults(mode: CredentialMode, spec: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  switch (mode) {
    case 'accessKey':
      return storeFaults(spec, source);
    case 'apiKey': {
      const faults = storeFaults(spec, source);
      return faults.length > 0 ? faults : apiKeyFaults(spec, source);
    }
    case 'rolesAnywhere':
      return rolesAnywhereFaults(spec, source);
    case 'session':
      return isShortTerm(spec) ? shortTermFaults(spec, source) : sessionFaults(spec, source);
    case 'webIdentity':
    case 'podIdentity':
      return [];
  }
}

/** A role only for a store that is created; two parameters only where there are parameters. */
function storeFaults(spec: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { secretStore: store, mode } = declaredStore(spec) ?? {};
  if (store?.role !== undefined && !store.create) {
    const field = `spec.credentials.${mode}.secretStore.role`;
    return [accessFinding('store-role-without-create', `${field}: the store ${store.name} is not created by this access, so its role is its owner's affair.`, source.key(field))];
  }
  if (store?.service === 'SecretsManager' && spec.credentials.accessKey?.layout === 'pair') {
    const field = 'spec.credentials.accessKey.layout';
    return [accessFinding('layout-not-in-store', `${field}: with service SecretsManager the pair lies in one secret, as JSON.`, source.place(field))];
  }
  return [];
}

/** Without a store there is no parameter. */
function kmsKeyFaults(mode: CredentialMode, spec: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const isShort = isShortTerm(spec);
  if (spec.parameterKmsKeyId === undefined || mode === 'accessKey' || (mode === 'apiKey' && !isShort)) return [];
  return [accessFinding('kms-key-idle', `spec.parameterKmsKeyId: with ${isShort ? 'a short-term API key' : `credentials.${mode}`} there is no parameter.`, source.key('spec.parameterKmsKeyId'))];
}

function isShortTerm({ credentials }: DeclaredAccess['spec']): boolean {
  return credentials.apiKey?.term === 'short' || credentials.session?.delivery === 'api-key';
}

/** A client that does not work with the mode is refused with the modes that it works with. */
function clientFaults(mode: CredentialMode, { workloads }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  return workloads.flatMap(({ client, kind, name }, index) => {
    const { modes, startsOwnContainers } = clientProfile(client);
    if (modes[mode] !== undefined) return [];
    return [
      accessFinding('client-without-mode', `spec.workloads[${index}]: ${client} in ${kind} ${name} does not work with credentials.${mode}.`, source.place(`spec.workloads[${index}].client`), {
        cause: client === 'openhands' && mode === 'apiKey' ? openhandsKey : startsOwnContainers && mode !== 'apiKey' ? 'It makes its calls in containers that it starts itself, which get neither a volume of the pod nor a sidecar.' : causes[mode],
        remedy: `Declare ${credentialModes.filter((name) => modes[name] !== undefined).map((name) => `credentials.${name}`).join(' or ')} for ${client}. With ${mode} work ${clientsOf(mode).join(', ')}.`,
      }),
    ];
  });
}

/** OpenHands software agent SDK, llm/utils/litellm_provider.py, api_key_for_litellm. */
const openhandsKey = 'It hands only variables that begin with LLM_ on to its agent containers, and with a model of Bedrock it leaves LLM_API_KEY out of the call.';

const causes: Readonly<Record<CredentialMode, string>> = {
  accessKey: 'It reads no access key.',
  webIdentity: 'It reads a key from its environment, and knows no token file.',
  podIdentity: 'It reads a key from its environment, and asks no address for its credentials.',
  rolesAnywhere: 'It reads a key from its environment, and asks no instance metadata for its credentials.',
  apiKey: 'It signs its calls, and takes no bearer token.',
  session: 'It reads a key from its environment, and looks for a session nowhere else.',
};
