/** The objects of an access as git holds them, with every field that the API server or the operator would fill in. */
import { keyCredentialsOf, keyMode } from '../../access/credential-mode.ts';
import { annotationKeys } from '../../resources/annotations.ts';
import { applicationInferenceProfile } from '../../resources/application-inference-profile.ts';
import { certificate, certificateObject } from '../../resources/certificate.ts';
import { environmentConfigMap } from '../../resources/environment-config-map.ts';
import type { Implied } from '../../resources/kind.ts';
import { ownerLabels } from '../../resources/owner.ts';
import { sortNamed } from '../../resources/key-sort.ts';
import { deliveredBySecret, ownProfileArns, profileParameter } from '../../resources/profile-delivery.ts';
import { workloadVariables } from '../../resources/variables.ts';
import { jobManifests } from './credential-job-manifests.ts';
import type { ExportStyle } from './style.ts';

export interface ManifestText {
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** The file in which it lies with others, without its ending; undefined: as the repository does it for its kind. */
  readonly file?: string;
}

/** Everything that lies in git as a whole. */
export function manifestObjects(implied: Implied, style: Pick<ExportStyle, 'externalSecretVersion' | 'refreshInterval'>): readonly ManifestText[] {
  return [...(keyCredentialsOf(implied.access.spec.credentials) === undefined ? [] : [externalSecretObject(implied, style)]), ...certificateObjects(implied), configMapObject(implied), ...jobManifests(implied)];
}

/**
 * Argo CD shows a difference for each default that git leaves out (facts of boxp/lolice): defaults are spelled out.
 * Which key the Secret holds is said by an annotation that the operator renders from it (external-secrets, "Templating":
 * metadata of the template is rendered too, `externalsecret_controller_template.go`), since git cannot know the id.
 */
function externalSecretObject(implied: Implied, style: Pick<ExportStyle, 'externalSecretVersion' | 'refreshInterval'>): ManifestText {
  const { access, owner } = implied;
  const { metadata, spec } = access;
  const { names } = spec;
  const profiles = profileEntries(implied);
  const { mode, layout, secretStore } = keyMode(access, 'an export');
  const { id, secret } = sortNamed(mode).fields;
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
          template: { engineVersion: 'v2', mergePolicy: 'Replace', metadata: { annotations: { [annotationKeys.accessKeyId]: `{{ .${id} }}` }, labels: ownerLabels(owner) }, ...(profiles.length === 0 ? {} : { data: templated(implied, profiles) }) },
        },
        data: [
          ...(layout === 'single'
            ? [entry(id, names.parameter, id), entry(secret, names.parameter, secret)]
            : [entry(id, names.accessKeyIdParameter), entry(secret, names.secretAccessKeyParameter)]),
          ...profiles.map(({ key, parameter }) => entry(key, parameter)),
        ],
      },
    },
  };
}

interface ProfileEntry {
  /** As the profile is called in variables. */
  readonly arn: string;
  /** An identifier of Go templates. */
  readonly key: string;
  readonly parameter: string;
}

function profileEntries({ access, models, ...implied }: Implied): readonly ProfileEntry[] {
  if (!deliveredBySecret(access)) return [];
  const arns = ownProfileArns(access, models);
  return applicationInferenceProfile.desired({ access, models, ...implied }).map(({ key, name }) => ({
    arn: arns.find((arn) => arn.endsWith(`(${key})`)) ?? '',
    key: `profile_${key.replaceAll(/[^0-9A-Za-z]+/g, '_')}`,
    parameter: profileParameter(access, name),
  }));
}

/** What the Secret holds: the key as it is, and each variable that names a profile with the ARN in its place. */
function templated(implied: Implied, profiles: readonly ProfileEntry[]): Readonly<Record<string, string>> {
  const asTemplate = (text: string): string => profiles.reduce((filled, { arn, key }) => filled.replaceAll(arn, `{{ .${key} }}`), text);
  const carried = workloadVariables(implied).flatMap(({ variables }) => variables).filter((variable) => variable.in === 'secret');
  return Object.fromEntries(carried.map(({ key, value }) => [key, value === undefined ? `{{ .${key} }}` : asTemplate(value)]));
}

function certificateObjects(implied: Implied): readonly ManifestText[] {
  return certificate.desired(implied).map(({ desired }) => ({ kind: 'Certificate', object: { ...certificateObject(desired, implied.owner) } }));
}

function configMapObject(implied: Implied): ManifestText {
  const [configMap] = environmentConfigMap.desired(implied);
  if (configMap === undefined) throw new TypeError('an access has a ConfigMap');
  const { name, namespace, values } = configMap.desired;
  return { kind: 'ConfigMap', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: ownerLabels(implied.owner) }, data: values } };
}
