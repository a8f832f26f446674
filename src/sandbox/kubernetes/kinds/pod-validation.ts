import { type JsonObject, isObject, listAt, objectAt, textAt } from '../object.ts';
import type { StatusCause } from '../status-error.ts';
import { duplicate, invalidValue, notFoundValue, required, unsupported } from '../validation/causes.ts';

// k8s.io/kubernetes/pkg/apis/core/validation/validation.go: the mistakes that people make.

/** Problems of a pod's or a template's spec. */
export function podSpecProblems(spec: JsonObject, place: string): readonly StatusCause[] {
  const volumes = listAt(spec, 'volumes').map((volume) => textAt(volume, 'name') ?? '');
  const containers = listAt(spec, 'containers');
  return [
    ...volumes.flatMap((name, index) => [
      ...(name === '' ? [required(`${place}.volumes[${index}].name`)] : []),
      ...(volumes.indexOf(name) < index ? [duplicate(`${place}.volumes[${index}].name`, name)] : []),
    ]),
    ...(containers.length === 0 ? [required(`${place}.containers`)] : []),
    ...containers.flatMap((container, index) => containerProblems(container, `${place}.containers[${index}]`, volumes)),
    ...duplicateNames(containers, `${place}.containers`),
    ...listAt(spec, 'initContainers').flatMap((container, index) => containerProblems(container, `${place}.initContainers[${index}]`, volumes)),
    ...chosen(spec, 'restartPolicy', ['Always', 'OnFailure', 'Never'], place),
    ...chosen(spec, 'dnsPolicy', ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'], place),
  ];
}

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dnsLabelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

function containerProblems(container: unknown, place: string, volumes: readonly string[]): readonly StatusCause[] {
  const name = textAt(container, 'name') ?? '';
  const image = textAt(container, 'image') ?? '';
  return [
    ...(name === '' ? [required(`${place}.name`)] : dnsLabel.test(name) && name.length <= 63 ? [] : [invalidValue(`${place}.name`, name, dnsLabelWords)]),
    ...(image === '' ? [required(`${place}.image`)] : image.trim() === image ? [] : [invalidValue(`${place}.image`, image, 'must not have leading or trailing whitespace')]),
    ...chosen(container, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never'], place),
    ...listAt(container, 'ports').flatMap((port, index) => portProblems(port, `${place}.ports[${index}]`)),
    ...listAt(container, 'env').flatMap((entry, index) => environmentProblems(entry, `${place}.env[${index}]`)),
    ...listAt(container, 'envFrom').flatMap((source, index) => environmentSourceProblems(source, `${place}.envFrom[${index}]`)),
    ...listAt(container, 'volumeMounts').flatMap((mount, index) => mountProblems(mount, `${place}.volumeMounts[${index}]`, volumes)),
  ];
}

function portProblems(port: unknown, place: string): readonly StatusCause[] {
  const number = objectAt(port)['containerPort'];
  if (number === undefined) return [required(`${place}.containerPort`)];
  return typeof number === 'number' && number > 0 && number < 65_536 ? [] : [invalidValue(`${place}.containerPort`, number, 'must be between 1 and 65535, inclusive')];
}

function environmentProblems(entry: unknown, place: string): readonly StatusCause[] {
  const { value, valueFrom } = objectAt(entry);
  const problems: StatusCause[] = [];
  const name = textAt(entry, 'name') ?? '';
  if (name === '') problems.push(required(`${place}.name`));
  else if (/[^ -<>-~]/.test(name)) problems.push(invalidValue(`${place}.name`, name, "a valid environment variable name must consist only of printable ASCII characters other than '='"));
  if (!isObject(valueFrom)) return problems;
  const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'].filter((source) => isObject(valueFrom[source]));
  if (sources.length === 0) problems.push(invalidValue(`${place}.valueFrom`, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  else if (typeof value === 'string' && value !== '') problems.push(invalidValue(`${place}.valueFrom`, '', 'may not be specified when `value` is not empty'));
  if (sources.length > 1) problems.push(invalidValue(`${place}.valueFrom`, '', 'may not have more than one field specified at a time'));
  for (const source of sources.filter((each) => each.endsWith('KeyRef') && each !== 'fileKeyRef')) {
    if ((textAt(valueFrom, source, 'key') ?? '') === '') problems.push(required(`${place}.valueFrom.${source}.key`));
  }
  return problems;
}

function environmentSourceProblems(source: unknown, place: string): readonly StatusCause[] {
  const given = ['configMapRef', 'secretRef'].filter((each) => isObject(objectAt(source)[each]));
  if (given.length === 0) return [invalidValue(place, '', 'must specify one of: `configMapRef` or `secretRef`')];
  if (given.length > 1) return [invalidValue(place, '', 'may not have more than one field specified at a time')];
  return (textAt(source, given[0]!, 'name') ?? '') === '' ? [required(`${place}.${given[0]}.name`)] : [];
}

function mountProblems(mount: unknown, place: string, volumes: readonly string[]): readonly StatusCause[] {
  const name = textAt(mount, 'name') ?? '';
  return [
    ...(name === '' ? [required(`${place}.name`)] : volumes.includes(name) ? [] : [notFoundValue(`${place}.name`, name)]),
    ...((textAt(mount, 'mountPath') ?? '') === '' ? [required(`${place}.mountPath`)] : []),
  ];
}

function duplicateNames(containers: readonly unknown[], place: string): readonly StatusCause[] {
  const names = containers.map((container) => textAt(container, 'name') ?? '');
  return names.flatMap((name, index) => (name !== '' && names.indexOf(name) < index ? [duplicate(`${place}[${index}].name`, name)] : []));
}

function chosen(holder: unknown, field: string, values: readonly string[], place: string): readonly StatusCause[] {
  const value = objectAt(holder)[field];
  return value === undefined || (typeof value === 'string' && values.includes(value)) ? [] : [unsupported(`${place}.${field}`, value, values)];
}
