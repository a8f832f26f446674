/** The objects of an access as git holds them, with every field that the API server or the operator would fill in. */
import { keyCredentialsOf, keyMode } from '../../access/credential-mode.ts';
import { annotationKeys } from '../../resources/annotations.ts';
import { environmentConfigMap } from '../../resources/environment-config-map.ts';
import type { Implied } from '../../resources/kind.ts';
import { ownerLabels } from '../../resources/owner.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import { rotationManifests } from './rotation-manifests.ts';
import type { ExportStyle } from './style.ts';

export interface ManifestText {
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** The file in which it lies with others, without its ending; undefined: as the repository does it for its kind. */
  readonly file?: string;
}

/** Everything that lies in git as a whole. */
export function manifestObjects(implied: Implied, style: Pick<ExportStyle, 'externalSecretVersion' | 'refreshInterval'>): readonly ManifestText[] {
  return [...(keyCredentialsOf(implied.access.spec.credentials) === undefined ? [] : [externalSecretObject(implied, style)]), configMapObject(implied), ...rotationManifests(implied)];
}

/**
 * Argo CD shows a difference for each default that git leaves out (facts of boxp/lolice): defaults are spelled out.
 * Which key the Secret holds is said by an annotation that the operator renders from it (external-secrets, "Templating":
 * metadata of the template is rendered too, `externalsecret_controller_template.go`), since git cannot know the id.
 */
function externalSecretObject({ access, owner }: Implied, style: Pick<ExportStyle, 'externalSecretVersion' | 'refreshInterval'>): ManifestText {
  const { metadata, spec } = access;
  const { names } = spec;
  const { layout, secretStore } = keyMode(access, 'an export');
  const { accessKeyId, secretAccessKey } = credentialFields;
  const entry = (secretKey: string, key: string, property?: string): unknown => ({
    secretKey,
    remoteRef: { conversionStrategy: 'Default', decodingStrategy: 'None', key, metadataPolicy: 'None', ...(property === undefined ? {} : { property }) },
  });
  return {
    kind: 'ExternalSecret',
    object: {
      apiVersion: `external-secrets.io/${style.externalSecretVersion}`,
      kind: 'ExternalSecret',
      metadata: { name: names.secret, namespace: metadata.namespace, labels: ownerLabels(owner) },
      spec: {
        refreshInterval: style.refreshInterval,
        secretStoreRef: { name: secretStore.name, kind: secretStore.kind },
        target: {
          name: names.secret,
          creationPolicy: 'Owner',
          deletionPolicy: 'Retain',
          template: { engineVersion: 'v2', mergePolicy: 'Replace', metadata: { annotations: { [annotationKeys.accessKeyId]: `{{ .${accessKeyId} }}` }, labels: ownerLabels(owner) } },
        },
        data:
          layout === 'single'
            ? [entry(accessKeyId, names.parameter, accessKeyId), entry(secretAccessKey, names.parameter, secretAccessKey)]
            : [entry(accessKeyId, names.accessKeyIdParameter), entry(secretAccessKey, names.secretAccessKeyParameter)],
      },
    },
  };
}

function configMapObject(implied: Implied): ManifestText {
  const [configMap] = environmentConfigMap.desired(implied);
  if (configMap === undefined) throw new TypeError('an access has a ConfigMap');
  const { name, namespace, values } = configMap.desired;
  return { kind: 'ConfigMap', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: ownerLabels(implied.owner) }, data: values } };
}
