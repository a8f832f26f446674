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
  (metadata.ownerReferences ?? []).forEach((owner, index) => {
    const place = `metadata.ownerReferences[${index}]`;
    if (!isObject(owner)) return;
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (owner[field] === undefined || owner[field] === '') {
        causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: "": ${field === 'apiVersion' ? 'version' : field} must not be empty`, field: `${place}.${field}` });
      }
    }
  });
  if ((metadata.ownerReferences ?? []).filter((owner) => owner.controller === true).length > 1) {
    causes.push(invalidValue('metadata.ownerReferences', 'controller', 'Only one reference can have Controller set to true'));
  }
  if (old?.metadata.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((each) => old.metadata.finalizers?.includes(each) !== true);
    const listed = added.map((each) => JSON.stringify(each)).join(', ');
    const refusal = forbiddenChange('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`);
    // Built-in kinds are checked by the registry and by their own validation.
    if (added.length > 0) causes.push(...(type.custom === true ? [refusal] : [refusal, refusal]));
  }
  return causes;
}

const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
// Words of apimachinery: validation/validation.go.
const keyWords =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
