import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { clientProfile, clientsOfWebIdentity } from '../clients/index.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** Exactly one mode; a role only for a store that is created; a rotation only where the program holds the key. */
export function checkCredentials({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const modes = Object.keys(spec.credentials);
  if (modes.length !== 1) {
    return [
      accessFinding('credentials-mode-count', modes.length === 0 ? 'spec.credentials names no mode.' : `spec.credentials names ${modes.join(' and ')}; exactly one mode is allowed.`, source.place('spec.credentials')),
    ];
  }
  if (spec.credentials.webIdentity !== undefined) return webIdentityFaults(spec, source);
  const store = spec.credentials.accessKey?.secretStore;
  if (store?.role !== undefined && !store.create) {
    const field = 'spec.credentials.accessKey.secretStore.role';
    return [accessFinding('store-role-without-create', `${field}: the store ${store.name} is not created by this access, so its role is its owner's affair.`, source.key(field))];
  }
  return [];
}

/** A client that cannot take a session by a token file, and parts that this mode does not have yet. */
function webIdentityFaults({ workloads, managedBy, parameterKmsKeyId }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const place = source.key('spec.credentials.webIdentity');
  return [
    ...workloads.flatMap(({ client, kind, name }, index) =>
      clientProfile(client).webIdentity !== undefined
        ? []
        : [
            accessFinding('client-without-web-identity', `spec.workloads[${index}]: ${client} in ${kind} ${name} does not work with credentials.webIdentity.`, source.place(`spec.workloads[${index}].client`), {
              cause: clientProfile(client).startsOwnContainers ? 'It makes its calls in containers that it starts itself, which get neither a volume of the pod nor a sidecar.' : 'It reads a key from its environment, and knows no token file.',
              remedy: `Declare credentials.accessKey for ${client}. With webIdentity work ${clientsOfWebIdentity().join(', ')}.`,
            }),
          ],
    ),
    ...(managedBy?.iam === 'terraform' || managedBy?.cluster === 'manifests'
      ? [accessFinding('web-identity-by-program', 'spec.managedBy: with credentials.webIdentity role, token volume and variables are made by the program; Terraform and manifests are not written for it yet.', place)]
      : []),
    ...(parameterKmsKeyId === undefined ? [] : [accessFinding('web-identity-by-program', 'spec.parameterKmsKeyId: with credentials.webIdentity there is no parameter.', source.key('spec.parameterKmsKeyId'), { remedy: 'Leave it out.' })]),
  ];
}
