import { type JsonObject, isObject, listAt, objectAt, textAt } from '../object.ts';
import type { StatusCause } from '../status-error.ts';
import { exceeds } from '../openapi/quantity.ts';
import { configKeyWords, subdomainProblem } from '../validation/names.ts';
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
    ...chosen(spec, 'dnsPolicy', ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], place),
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
    ...(image === '' ? [required(`${place}.image`)] : []),
    ...chosen(container, 'terminationMessagePolicy', ['File', 'FallbackToLogsOnError'], place),
    ...listAt(container, 'ports').flatMap((port, index) => portProblems(port, `${place}.ports[${index}]`)),
    ...listAt(container, 'env').flatMap((entry, index) => environmentProblems(entry, `${place}.env[${index}]`)),
    ...listAt(container, 'envFrom').flatMap((source, index) => environmentSourceProblems(source, `${place}.envFrom`, index)),
    ...listAt(container, 'volumeMounts').flatMap((mount, index, mounts) => mountProblems(mount, `${place}.volumeMounts[${index}]`, volumes, mounts.slice(0, index))),
    ...chosen(container, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never'], place),
    ...resourceProblems(objectAt(container, 'resources'), `${place}.resources`),
  ];
}

function portProblems(port: unknown, place: string): readonly StatusCause[] {
  const name = textAt(port, 'name');
  const { containerPort = 0, hostPort = 0 } = objectAt(port);
  const outside = (number: unknown): boolean => typeof number !== 'number' || number < 1 || number > 65_535;
  return [
    ...(name === undefined ? [] : portNameProblems(name).map((why) => invalidValue(`${place}.name`, name, why))),
    ...(containerPort === 0 ? [required(`${place}.containerPort`)] : outside(containerPort) ? [invalidValue(`${place}.containerPort`, containerPort, 'must be between 1 and 65535, inclusive')] : []),
    ...(hostPort !== 0 && outside(hostPort) ? [invalidValue(`${place}.hostPort`, hostPort, 'must be between 1 and 65535, inclusive')] : []),
    ...chosen(port, 'protocol', ['SCTP', 'TCP', 'UDP'], place),
  ];
}

/** apimachinery: util/validation.IsValidPortName. */
function portNameProblems(name: string): readonly string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name) ? [] : ["must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"]),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(name.startsWith('-') || name.endsWith('-') ? ['must not begin or end with a hyphen'] : []),
  ];
}

function environmentProblems(entry: unknown, place: string): readonly StatusCause[] {
  const { value, valueFrom } = objectAt(entry);
  const problems: StatusCause[] = [];
  const name = textAt(entry, 'name') ?? '';
  if (name === '') problems.push(required(`${place}.name`));
  else if (/[^ -<>-~]/.test(name)) problems.push(invalidValue(`${place}.name`, name, "a valid environment variable name must consist only of printable ASCII characters other than '='"));
  if (!isObject(valueFrom)) return problems;
  const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'].filter((source) => isObject(valueFrom[source]));
  const from = `${place}.valueFrom`;
  const path = textAt(valueFrom, 'fieldRef', 'fieldPath');
  if (path !== undefined && !/^(metadata\.(name|namespace|uid|labels|annotations)(\['[^']+'\])?|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/.test(path)) {
    problems.push(invalidValue(`${from}.fieldRef.fieldPath`, path, `error converting fieldPath: field label not supported: ${path}`));
  }
  for (const source of ['configMapKeyRef', 'secretKeyRef'].filter((each) => sources.includes(each))) problems.push(...keyReferenceProblems(objectAt(valueFrom, source), `${from}.${source}`));
  if (sources.length === 0) problems.push(invalidValue(from, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  else if (typeof value === 'string' && value !== '') problems.push(invalidValue(from, '', 'may not be specified when `value` is not empty'));
  else if (sources.length > 1) problems.push(invalidValue(from, '', 'may not have more than one field specified at a time'));
  return problems;
}

const configKey = /^[-._a-zA-Z0-9]+$/;

function keyReferenceProblems(reference: JsonObject, place: string): readonly StatusCause[] {
  const key = textAt(reference, 'key') ?? '';
  return [
    ...referredNameProblems(textAt(reference, 'name') ?? '', place),
    ...(key === '' ? [required(`${place}.key`)] : configKey.test(key) ? [] : [invalidValue(`${place}.key`, key, configKeyWords)]),
  ];
}

function referredNameProblems(name: string, place: string): readonly StatusCause[] {
  const problem = subdomainProblem(name);
  return problem === undefined ? [] : [invalidValue(`${place}.name`, name, problem)];
}

/** The real server names the whole list where an entry has no source or too many. */
function environmentSourceProblems(source: unknown, place: string, index: number): readonly StatusCause[] {
  const given = ['configMapRef', 'secretRef'].filter((each) => isObject(objectAt(source)[each]));
  return [
    ...given.flatMap((each) => {
      const name = textAt(source, each, 'name') ?? '';
      const at = `${place}[${index}].${each}`;
      return name === '' ? [required(`${at}.name`)] : referredNameProblems(name, at);
    }),
    ...(given.length === 0 ? [invalidValue(place, '', 'must specify one of: `configMapRef` or `secretRef`')] : []),
    ...(given.length > 1 ? [invalidValue(place, '', 'may not have more than one field specified at a time')] : []),
  ];
}

function mountProblems(mount: unknown, place: string, volumes: readonly string[], earlier: readonly unknown[]): readonly StatusCause[] {
  const name = textAt(mount, 'name') ?? '';
  const path = textAt(mount, 'mountPath') ?? '';
  return [
    ...(name === '' ? [required(`${place}.name`)] : []),
    ...(volumes.includes(name) ? [] : [notFoundValue(`${place}.name`, name)]),
    ...(path === '' ? [required(`${place}.mountPath`)] : []),
    ...(earlier.some((other) => (textAt(other, 'mountPath') ?? '') === path) ? [invalidValue(`${place}.mountPath`, path, 'must be unique')] : []),
  ];
}

/** What is asked for may not exceed the limit. */
function resourceProblems(resources: JsonObject, place: string): readonly StatusCause[] {
  const limits = objectAt(resources, 'limits');
  return Object.entries(objectAt(resources, 'requests')).flatMap(([name, amount]) => {
    const limit = limits[name];
    if (typeof amount !== 'string' || typeof limit !== 'string' || !exceeds(amount, limit)) return [];
    return [invalidValue(`${place}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)];
  });
}

function duplicateNames(containers: readonly unknown[], place: string): readonly StatusCause[] {
  const names = containers.map((container) => textAt(container, 'name') ?? '');
  return names.flatMap((name, index) => (name !== '' && names.indexOf(name) < index ? [duplicate(`${place}[${index}].name`, name)] : []));
}

function chosen(holder: unknown, field: string, values: readonly string[], place: string): readonly StatusCause[] {
  const value = objectAt(holder)[field];
  return value === undefined || (typeof value === 'string' && values.includes(value)) ? [] : [unsupported(`${place}.${field}`, value, values)];
}
