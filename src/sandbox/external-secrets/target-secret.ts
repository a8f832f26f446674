/** What the Secret of an ExternalSecret must be (external-secrets v0.20.4, `mutationFunc` and `ApplyTemplate`). Pure. */
import { objectAt, listAt, textAt, valueAt, type JsonObject, type ObjectInput, type StoredObject } from '../kubernetes/object.ts';
import { externalSecretsGroup } from './crds.ts';
import { dataHash, fieldManagerOf, ownerHash } from './hash.ts';
import { ProviderError } from './provider-error.ts';
import { renderTemplate } from './template.ts';

export const managedLabel = 'reconcile.external-secrets.io/managed';
export const ownerLabel = 'reconcile.external-secrets.io/created-by';
export const dataHashAnnotation = 'reconcile.external-secrets.io/data-hash';

/** The target is another ExternalSecret's: no retry would help. */
export class OwnedByAnother extends ProviderError {}
/** Another controller owns the Secret already. */
export class CannotOwn extends ProviderError {}

export function targetNameOf(externalSecret: StoredObject): string {
  return textAt(externalSecret, 'spec', 'target', 'name') ?? externalSecret.metadata.name;
}

export function creationPolicyOf(externalSecret: StoredObject): string {
  return textAt(externalSecret, 'spec', 'target', 'creationPolicy') ?? 'Owner';
}

/** The data of a stored Secret as bytes. */
export function secretData(secret: JsonObject): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(objectAt(secret, 'data')).map(([key, value]) => [key, Buffer.from(typeof value === 'string' ? value : '', 'base64')]));
}

/** Was it written by the operator and by nobody since? */
export function isUntouched(secret: StoredObject | undefined): boolean {
  return (
    secret !== undefined &&
    secret.metadata.labels?.[managedLabel] === 'true' &&
    secret.metadata.annotations?.[dataHashAnnotation] === dataHash(secretData(secret))
  );
}

/** @throws ProviderError in the operator's words, when a template fails or the Secret is someone else's */
export function targetSecret(externalSecret: StoredObject, existing: StoredObject | undefined, values: Readonly<Record<string, Uint8Array>>): ObjectInput {
  const immutable = valueAt(externalSecret, 'spec', 'target', 'immutable') === true;
  const owners = ownersOf(externalSecret, existing);
  const base: ObjectInput = existing ?? {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: targetNameOf(externalSecret), namespace: externalSecret.metadata.namespace ?? 'default' },
  };
  const filled = existing === undefined || !immutable ? withTemplate(externalSecret, base, existing, values) : contentOf(base);
  const labels: Record<string, string> = { ...filled.labels, [managedLabel]: 'true' };
  if (creationPolicyOf(externalSecret) === 'Owner') labels[ownerLabel] = ownerHash(externalSecret.metadata.namespace ?? 'default', externalSecret.metadata.name);
  else delete labels[ownerLabel];
  const { ownerReferences: _owners, ...metadata } = base.metadata ?? {};
  return {
    ...base,
    ...(filled.type === undefined ? {} : { type: filled.type }),
    ...(immutable ? { immutable: true } : {}),
    metadata: {
      ...metadata,
      labels,
      annotations: { ...filled.annotations, [dataHashAnnotation]: dataHash(filled.data) },
      ...(owners.length === 0 ? {} : { ownerReferences: owners }),
      ...(filled.finalizers.length === 0 ? {} : { finalizers: filled.finalizers }),
    },
    data: Object.fromEntries(Object.entries(filled.data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
}

interface Content {
  readonly type?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly data: Readonly<Record<string, Uint8Array>>;
}

function contentOf(secret: ObjectInput): Content {
  const { labels = {}, annotations = {}, finalizers = [] } = secret.metadata ?? {};
  const type = textAt(secret, 'type');
  return { ...(type === undefined ? {} : { type }), labels, annotations, finalizers, data: secretData(secret) };
}

function ownersOf(externalSecret: StoredObject, existing: StoredObject | undefined): NonNullable<StoredObject['metadata']['ownerReferences']> {
  const owners = existing?.metadata.ownerReferences ?? [];
  const controller = owners.find((owner) => owner.controller === true);
  const isExternalSecret = controller?.kind === 'ExternalSecret' && controller.apiVersion.startsWith(`${externalSecretsGroup}/`);
  const isThis = isExternalSecret && controller.name === externalSecret.metadata.name;
  if (isExternalSecret && !isThis) throw new OwnedByAnother(`secret is owned by another ExternalSecret: ${controller.name}`);
  const others = owners.filter((owner) => owner !== controller || !isThis);
  if (creationPolicyOf(externalSecret) !== 'Owner') return others;
  if (controller !== undefined && !isThis) {
    const { namespace, name } = existing?.metadata ?? {};
    throw new CannotOwn(
      `could not set controller reference on secret: Object ${namespace ?? ''}/${name ?? ''} is already owned by another ${controller.kind} controller ${controller.name}`,
    );
  }
  const { apiVersion, kind, metadata } = externalSecret;
  return [...others, { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }];
}

function withTemplate(externalSecret: StoredObject, base: ObjectInput, existing: StoredObject | undefined, values: Readonly<Record<string, Uint8Array>>): Content {
  const before = withoutManaged(externalSecret, base, existing);
  const kept = creationPolicyOf(externalSecret) === 'Merge' ? before.data : {};
  const template = valueAt(externalSecret, 'spec', 'target', 'template');
  if (template === undefined) {
    return {
      ...before,
      labels: { ...before.labels, ...externalSecret.metadata.labels },
      annotations: { ...before.annotations, ...externalSecret.metadata.annotations },
      data: { ...kept, ...values },
    };
  }
  if (listAt(template, 'templateFrom').length > 0) throw new ProviderError('could not apply template: the sandbox does not render templateFrom');
  const data = objectAt(template, 'data');
  const takesValues = textAt(template, 'mergePolicy') === 'Merge' || Object.keys(data).length === 0;
  const render = (templates: JsonObject): Record<string, string> => rendered(templates, values);
  const finalizers = [...new Set([...before.finalizers, ...listAt(template, 'metadata', 'finalizers').map(String)])];
  const type = textAt(template, 'type') ?? before.type;
  return {
    ...(type === undefined ? {} : { type }),
    finalizers,
    data: { ...kept, ...(takesValues ? values : {}), ...mapValues(render(data), (value) => Buffer.from(value)) },
    labels: { ...before.labels, ...render(objectAt(template, 'metadata', 'labels')) },
    annotations: { ...before.annotations, ...render(objectAt(template, 'metadata', 'annotations')) },
  };
}

function rendered(templates: JsonObject, values: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  const texts = mapValues(values, (value) => Buffer.from(value).toString('utf8'));
  return Object.fromEntries(
    Object.entries(templates).map(([key, template]) => {
      try {
        return [key, renderTemplate(key, String(template), texts)];
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const inner = why.includes(': executing ') ? `unable to execute template at key ${key}: ${why}` : `unable to parse template at key ${key}: ${why}`;
        throw new ProviderError(`could not apply template: could not execute template: could not execute template: unable to execute template at key ${key}: ${inner}`);
      }
    }),
  );
}

/** What this ExternalSecret wrote before is dropped, so that a key that left the template leaves the Secret. */
function withoutManaged(externalSecret: StoredObject, base: ObjectInput, existing: StoredObject | undefined): Content {
  const content = contentOf(base);
  const manager = fieldManagerOf(externalSecret.metadata.name);
  const managed = (existing?.metadata.managedFields ?? []).filter((entry) => entry.manager === manager).map((entry) => entry.fieldsV1);
  const without = <Value>(map: Readonly<Record<string, Value>>, ...path: string[]): Record<string, Value> => {
    const keys = new Set(managed.flatMap((fields) => Object.keys(objectAt(fields, ...path)).map((key) => key.replace(/^f:/, ''))));
    return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
  };
  return {
    ...content,
    data: without(content.data, 'f:data'),
    labels: without(content.labels, 'f:metadata', 'f:labels'),
    annotations: without(content.annotations, 'f:metadata', 'f:annotations'),
  };
}

function mapValues<From, To>(map: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
