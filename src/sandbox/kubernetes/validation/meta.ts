import { type StoredObject, isObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { StatusCause } from '../status-error.ts';
import { forbiddenChange, invalidValue } from './causes.ts';
import { nameProblem } from './names.ts';

/** Checks of the metadata that every kind shares (apimachinery: validation.ValidateObjectMeta and …Update). */
export function validateMeta(type: ResourceType, object: StoredObject, old: StoredObject | undefined): readonly StatusCause[] {
  const { metadata } = object;
  const causes: StatusCause[] = [];
  if (old === undefined) {
    const problem = nameProblem(type, metadata.name);
    if (problem !== undefined) causes.push(invalidValue('metadata.name', metadata.name, problem));
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (!labelKey.test(key)) causes.push(invalidValue('metadata.labels', key, keyWords));
    if (typeof value !== 'string' || !labelValue.test(value) || value.length > 63) causes.push(invalidValue('metadata.labels', value, valueWords));
  }
  for (const key of Object.keys(metadata.annotations ?? {})) {
    if (!labelKey.test(key.toLowerCase())) causes.push(invalidValue('metadata.annotations', key, keyWords));
  }
  const owners = metadata.ownerReferences ?? [];
  for (const owner of owners.filter(isObject)) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (owner[field] === undefined || owner[field] === '') causes.push(invalidValue(`metadata.ownerReferences.${field}`, '', field === 'apiVersion' ? 'version must not be empty' : 'must not be empty'));
    }
  }
  const [first, ...others] = owners.filter((owner) => owner.controller === true);
  for (const other of others) {
    causes.push(invalidValue('metadata.ownerReferences', owners, `Only one reference can have Controller set to true. Found "true" in references for ${first?.kind}/${first?.name} and ${other.kind}/${other.name}`));
  }
  (metadata.finalizers ?? []).forEach((finalizer, index) => {
    if (finalizer.includes('/') || standardFinalizers.has(finalizer)) return;
    // Custom kinds are not asked for a qualified name (only the core validation is).
    if (type.custom !== true) causes.push(invalidValue(`metadata.finalizers[${index}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
  });
  if (old?.metadata.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((each) => old.metadata.finalizers?.includes(each) !== true);
    const listed = added.map((each) => JSON.stringify(each)).join(', ');
    const refusal = forbiddenChange('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`);
    // Built-in kinds are checked by the registry and by their own validation.
    if (added.length > 0) causes.push(...(type.custom === true ? [refusal] : [refusal, refusal]));
  }
  return causes;
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
// Words of apimachinery: validation/validation.go.
const keyWords =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
