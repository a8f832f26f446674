import { checkPreconditions, finalizersAfter, graceOf, type RemoveOptions, withFinalizers } from './deletion.ts';
import { randomName, randomUid } from './identifiers.ts';
import { applyConfiguration, ownershipAfterUpdate } from './managed-fields/ownership.ts';
import { type JsonObject, type ObjectInput, type ObjectReference, type StoredMeta, type StoredObject, groupOf, objectAt, sameJson, versionOf } from './object.ts';
import { changesGeneration, cleaned, inVersion, metadataOf, named, timestamp, withoutBookkeeping, withoutRevision, withRevision } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';
import type { ResourceTypes } from './resource-types.ts';
import { parseLabelSelector } from './label-selector.ts';
import { labelsMatch } from './selectors.ts';
import { alreadyExists, conflict, forbidden, invalid, notFound, objectModified, pathNotFound, StatusError, type StatusCause } from './status-error.ts';
import { invalidValue } from './validation/causes.ts';
import { validateMeta } from './validation/meta.ts';

/** What the store needs of the world. */
export interface StoreWorld {
  readonly clock: { now(): Date };
  readonly random: () => number;
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
  /** The object before; absent on ADDED. */
  readonly previous?: StoredObject;
  readonly resourceVersion: number;
  readonly resourceType: ResourceType;
}

export interface WriteOptions {
  /** Field manager written into managedFields. Default `sandbox`. */
  readonly manager?: string;
  /** Do everything but keep it. */
  readonly dryRun?: boolean;
  /** Written through `…/scale`: the field belongs to the manager's entry of that subresource. */
  readonly subresource?: '' | 'scale' | 'status';
  /** The managedFields in the object are already what they shall be (server-side apply). */
  readonly decided?: boolean;
}

export interface ListFilter {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/**
 * Every object of the sandbox's cluster, in process. The HTTP server and the controllers both write through it, so defaults, validation,
 * generations, finalizers and managedFields are the same for both.
 *
 * Objects that come out are shared and never changed in place: build a new one with spreads. Refusals are thrown as `StatusError`.
 * Listeners of `subscribe` are called in order of resourceVersion, after the write; a write made by a listener is told after the one at hand.
 */
export class ObjectStore {
  readonly types: ResourceTypes;
  readonly #world: StoreWorld;
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #waiting: StoreEvent[] = [];
  readonly #admission: ((input: ObjectInput) => ObjectInput)[] = [];
  #delivering = false;
  #revision = 1;

  constructor(world: StoreWorld, types: ResourceTypes) {
    this.#world = world;
    this.types = types;
  }

  /** Admission: every new object passes it before anything else, dry runs too (Kubernetes docs, "Dynamic Admission Control", mutating webhooks). */
  admit(change: (input: ObjectInput) => ObjectInput): void {
    this.#admission.push(change);
  }

  /** The newest resourceVersion given. */
  get revision(): number {
    return this.#revision;
  }

  /** World time as Kubernetes writes it, to the second. */
  now(): string {
    return timestamp(this.#world.clock.now());
  }

  get(reference: ObjectReference): StoredObject | undefined {
    const type = this.#type(reference.apiVersion, reference.kind);
    const found = this.#kept(type).get(keyOf(type, reference.namespace, reference.name));
    return found && inVersion(found, reference.apiVersion);
  }

  /** In order of namespace and name. */
  list(apiVersion: string, kind: string, filter: ListFilter = {}): readonly StoredObject[] {
    const type = this.#type(apiVersion, kind);
    const requirements = parseLabelSelector(filter.labelSelector ?? '');
    return [...this.#kept(type).entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, object]) => object)
      .filter((object) => filter.namespace === undefined || object.metadata.namespace === filter.namespace)
      .filter((object) => labelsMatch(requirements, object.metadata.labels))
      .map((object) => inVersion(object, apiVersion));
  }

  /** Every object of every kind; for collectors and snapshots. */
  *all(): Generator<{ readonly type: ResourceType; readonly object: StoredObject }> {
    for (const type of this.types.all()) {
      for (const object of this.#kept(type).values()) yield { type, object };
    }
  }

  create(asked: ObjectInput, options: WriteOptions = {}): StoredObject {
    const input = this.#admission.reduce((object, change) => change(object), asked);
    const type = this.#type(input.apiVersion, input.kind);
    const version = versionOf(input.apiVersion);
    const { name: givenName, namespace: givenNamespace, ...given } = input.metadata ?? {};
    const namespace = type.namespaced ? (givenNamespace ?? 'default') : undefined;
    if (namespace !== undefined) this.#admitToNamespace(type, namespace, givenName ?? '');
    if (given.resourceVersion !== undefined && given.resourceVersion !== '') {
      throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
    }
    const name = givenName !== undefined && givenName !== '' ? givenName : this.#generatedName(type, namespace, given.generateName);
    const { status, ...withoutStatus } = input;
    const body: JsonObject = type.status === true || status === undefined ? withoutStatus : input;
    const defaulted = type.defaults?.(named(body, name), version) ?? body;
    const object: StoredObject = {
      ...defaulted,
      apiVersion: input.apiVersion,
      kind: type.kind,
      metadata: {
        ...cleaned(metadataOf(defaulted)),
        name,
        ...(namespace === undefined ? {} : { namespace }),
        uid: randomUid(this.#world.random),
        creationTimestamp: this.now(),
        ...(type.generation === undefined ? {} : { generation: 1 }),
        resourceVersion: '',
      },
    };
    const owned = this.#owned(type, undefined, object, options, '');
    const prepared = type.prepareCreate?.(owned, (reference) => this.get(reference)) ?? owned;
    this.#validate(type, prepared, undefined, version);
    if (this.#kept(type).has(keyOf(type, namespace, name))) throw alreadyExists(type, name);
    return this.#keep(type, undefined, prepared, options);
  }

  /** Server-side apply: creates the object or merges into it. Throws the conflicts (409) unless forced. */
  apply(config: ObjectInput, options: WriteOptions & { readonly force?: boolean } = {}): StoredObject {
    const type = this.#type(config.apiVersion, config.kind);
    const { name = '', namespace } = config.metadata ?? {};
    const live = this.get({ apiVersion: config.apiVersion, kind: config.kind, namespace, name });
    const subresource = options.subresource ?? '';
    if (live === undefined && subresource !== '') throw notFound(type, name);
    if (live === undefined && config.metadata?.uid !== undefined && config.metadata.uid !== '') {
      throw conflict(type, name, `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`);
    }
    const writer = { type, apiVersion: config.apiVersion, manager: options.manager ?? 'sandbox', subresource, time: this.now() };
    const { object, managedFields } = applyConfiguration(live, config, writer, options.force === true);
    const merged: ObjectInput = { ...object, apiVersion: config.apiVersion, kind: config.kind, metadata: { ...objectAt(object, 'metadata'), managedFields } };
    const decided = { ...options, decided: true };
    if (live === undefined) return this.create(withoutRevision(merged), decided);
    return subresource === 'status' ? this.updateStatus(merged, decided) : this.update(merged, decided);
  }

  /** Replaces the object. A resourceVersion in it must be the newest; without one the last writer wins. */
  update(input: ObjectInput, options: WriteOptions = {}): StoredObject {
    const { type, old, version } = this.#forUpdate(input);
    const { status: _status, ...rest } = input;
    const body = type.status === true ? { ...rest, ...(old['status'] === undefined ? {} : { status: old['status'] }) } : input;
    const defaulted = type.defaults?.(body, version) ?? body;
    const object = this.#withMeta(type, defaulted, old, input);
    return this.#finish(type, old, object, options, options.subresource ?? '', version);
  }

  /** Writes `status` only (and, on built-in kinds, annotations): the rest is kept as it is. */
  updateStatus(input: ObjectInput, options: WriteOptions = {}): StoredObject {
    const { type, old, version } = this.#forUpdate(input);
    if (type.status !== true) throw notFound(type, old.metadata.name);
    const { status: _status, ...rest } = inVersion(old, input.apiVersion);
    const metadata: StoredMeta = {
      ...old.metadata,
      ...(type.custom !== true && input.metadata?.annotations !== undefined ? { annotations: input.metadata.annotations } : {}),
      ...(input.metadata?.managedFields === undefined ? {} : { managedFields: input.metadata.managedFields }),
    };
    const body = { ...rest, metadata, ...(input['status'] === undefined ? {} : { status: input['status'] }) };
    const object: StoredObject = { ...(type.defaults?.(body, version) ?? body), apiVersion: input.apiVersion, kind: type.kind, metadata };
    return this.#finish(type, old, object, options, 'status', version);
  }

  /** Deletes, or marks as being deleted while finalizers or a grace period hold it. Returns the object as it then is, or as it last was. */
  remove(reference: ObjectReference, options: RemoveOptions = {}): { readonly object: StoredObject; readonly gone: boolean } {
    const type = this.#type(reference.apiVersion, reference.kind);
    const old = this.#kept(type).get(keyOf(type, reference.namespace, reference.name));
    if (old === undefined) throw notFound(type, reference.name);
    checkPreconditions(type, old, options);
    const finalizers = finalizersAfter(type, old, options.propagation);
    const grace = graceOf(type, old, options.gracePeriodSeconds);
    const metadata = withFinalizers(old.metadata, finalizers);
    if (finalizers.length === 0 && grace === 0 && type.kind !== 'Namespace') {
      if (options.dryRun !== true) this.#drop(type, old);
      return { object: inVersion(old, reference.apiVersion), gone: true };
    }
    const now = this.#world.clock.now();
    const earlier = metadata.deletionGracePeriodSeconds;
    const marked: StoredMeta = {
      ...metadata,
      ...(old.metadata.deletionTimestamp === undefined && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {}),
      deletionTimestamp: earlier !== undefined && earlier <= grace ? (metadata.deletionTimestamp ?? timestamp(now)) : timestamp(new Date(now.getTime() + grace * 1000)),
      deletionGracePeriodSeconds: Math.min(earlier ?? grace, grace),
    };
    const marking = type.prepareRemove?.(old, this.now()) ?? {};
    const object = this.#keep(type, old, { ...old, ...marking, metadata: marked }, { dryRun: options.dryRun ?? false });
    return { object: inVersion(object, reference.apiVersion), gone: false };
  }

  /** Tells of every change from now on. Returns how to stop it. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #type(apiVersion: string, kind: string): ResourceType {
    const type = this.types.ofKind(groupOf(apiVersion), kind);
    if (type === undefined) throw pathNotFound();
    return type;
  }

  #kept(type: ResourceType): Map<string, StoredObject> {
    const key = `${type.group}/${type.kind}`;
    const kept = this.#objects.get(key) ?? new Map<string, StoredObject>();
    this.#objects.set(key, kept);
    return kept;
  }

  #forUpdate(input: ObjectInput): { type: ResourceType; old: StoredObject; version: string } {
    const type = this.#type(input.apiVersion, input.kind);
    const { name = '', namespace, resourceVersion, uid } = input.metadata ?? {};
    const old = this.#kept(type).get(keyOf(type, namespace, name));
    if (old === undefined) throw notFound(type, name);
    if (type.unconditionalUpdate === false && (resourceVersion === undefined || resourceVersion === '')) {
      throw invalid(type.group, type.resource, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
    }
    if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
      throw conflict(type, name, objectModified);
    }
    if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
      const key = ['/registry', ...(type.custom === true ? [type.group] : []), type.resource, ...(namespace === undefined ? [] : [namespace]), name].join('/');
      throw conflict(type, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`);
    }
    return { type, old, version: versionOf(input.apiVersion) };
  }

  /** What a client may not change in the metadata is taken from the old object. */
  #withMeta(type: ResourceType, body: JsonObject, old: StoredObject, input: ObjectInput): StoredObject {
    const kept = old.metadata;
    const metadata: StoredMeta = {
      ...cleaned(metadataOf(body)),
      name: kept.name,
      ...(kept.namespace === undefined ? {} : { namespace: kept.namespace }),
      uid: kept.uid,
      resourceVersion: kept.resourceVersion,
      creationTimestamp: kept.creationTimestamp,
      ...(kept.deletionTimestamp === undefined ? {} : { deletionTimestamp: kept.deletionTimestamp }),
      ...(kept.deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds: kept.deletionGracePeriodSeconds }),
    };
    const object: StoredObject = { ...body, apiVersion: input.apiVersion, kind: type.kind, metadata };
    if (type.generation === undefined) return object;
    const next = (kept.generation ?? 0) + (changesGeneration(type, inVersion(old, input.apiVersion), object) ? 1 : 0);
    return { ...object, metadata: { ...metadata, generation: next } };
  }

  #finish(type: ResourceType, old: StoredObject, object: StoredObject, options: WriteOptions, subresource: string, version: string): StoredObject {
    const tracked = this.#owned(type, inVersion(old, object.apiVersion), object, options, subresource);
    const owned = subresource === 'status' ? tracked : (type.prepareUpdate?.(tracked, old) ?? tracked);
    this.#validate(type, owned, inVersion(old, object.apiVersion), version);
    if (sameJson(withoutBookkeeping(inVersion(old, object.apiVersion)), withoutBookkeeping(owned))) return inVersion(old, object.apiVersion);
    const released = owned.metadata.deletionTimestamp !== undefined && (owned.metadata.finalizers ?? []).length === 0;
    if (released && (owned.metadata.deletionGracePeriodSeconds ?? 0) === 0 && type.kind !== 'Namespace') {
      if (options.dryRun !== true) this.#drop(type, owned);
      return owned;
    }
    return this.#keep(type, old, owned, options);
  }

  #owned(type: ResourceType, before: StoredObject | undefined, after: StoredObject, options: WriteOptions, subresource: string): StoredObject {
    if (options.decided === true) return after;
    const writer = { type, apiVersion: after.apiVersion, manager: options.manager ?? 'sandbox', subresource, time: this.now() };
    const managedFields = ownershipAfterUpdate(before, after, writer);
    const { managedFields: _sent, ...metadata } = after.metadata;
    return { ...after, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
  }

  #validate(type: ResourceType, object: StoredObject, old: StoredObject | undefined, version: string): void {
    const causes: readonly StatusCause[] = [...validateMeta(type, object, old), ...(type.validate?.(object, old, version) ?? [])];
    if (causes.length > 0) throw invalid(type.group, type.kind, object.metadata.name, causes);
  }

  #admitToNamespace(type: ResourceType, namespace: string, name: string): void {
    const namespaces = this.types.ofKind('', 'Namespace');
    if (namespaces === undefined) return;
    const found = this.#kept(namespaces).get(namespace);
    if (found === undefined) throw notFound(namespaces, namespace);
    if (found.metadata.deletionTimestamp === undefined) return;
    // kubernetes/kubernetes, staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go: create is refused, nothing else.
    const refusal = forbidden(type, name, `unable to create new content in namespace ${namespace} because it is being terminated`);
    throw new StatusError(refusal.code, refusal.reason, refusal.message, {
      ...refusal.details,
      causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
    });
  }

  #generatedName(type: ResourceType, namespace: string | undefined, prefix: string | undefined): string {
    if (prefix === undefined || prefix === '') {
      throw invalid(type.group, type.kind, '', [
        { reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field: 'metadata.name' },
      ]);
    }
    for (;;) {
      const name = randomName(prefix, this.#world.random);
      if (!this.#kept(type).has(keyOf(type, namespace, name))) return name;
    }
  }

  #keep(type: ResourceType, previous: StoredObject | undefined, object: StoredObject, options: WriteOptions): StoredObject {
    if (options.dryRun === true) return previous === undefined ? withoutRevision(object) : withRevision(object, previous.metadata.resourceVersion);
    this.#revision += 1;
    const kept = withRevision(object, String(this.#revision));
    this.#kept(type).set(keyOf(type, kept.metadata.namespace, kept.metadata.name), kept);
    this.#tell({
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      object: kept,
      ...(previous === undefined ? {} : { previous }),
      resourceVersion: this.#revision,
      resourceType: type,
    });
    return kept;
  }

  #drop(type: ResourceType, object: StoredObject): void {
    const key = keyOf(type, object.metadata.namespace, object.metadata.name);
    const previous = this.#kept(type).get(key) ?? object;
    this.#kept(type).delete(key);
    this.#revision += 1;
    this.#tell({ type: 'DELETED', object: withRevision(object, String(this.#revision)), previous, resourceVersion: this.#revision, resourceType: type });
  }

  /** A kind is served no more: its objects go with it. */
  forget(type: ResourceType): void {
    for (const object of this.#kept(type).values()) this.#drop(type, object);
    this.types.remove(type.group, type.resource);
  }

  /** The namespace's keeper takes it away once it is empty. */
  finalizeNamespace(name: string): void {
    const type = this.#type('v1', 'Namespace');
    const object = this.#kept(type).get(name);
    if (object !== undefined) this.#drop(type, object);
  }

  #tell(event: StoreEvent): void {
    this.#waiting.push(event);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (const listener of this.#listeners) listener(next);
      }
    } finally {
      this.#delivering = false;
    }
  }
}

function keyOf(type: ResourceType, namespace: string | undefined, name: string): string {
  return type.namespaced ? `${namespace ?? 'default'}/${name}` : name;
}

