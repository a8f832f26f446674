import { isObject, type JsonObject, listAt, numberAt, objectAt, type StoredObject, textAt } from '../object.ts';
import type { StatusCause } from '../status-error.ts';
import { invalidValue, required } from '../validation/causes.ts';

export function withServiceDefaults(service: JsonObject): JsonObject {
  const spec = objectAt(service, 'spec');
  const type = textAt(spec, 'type') ?? 'ClusterIP';
  return {
    ...service,
    spec: {
      ...spec,
      ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: spec['internalTrafficPolicy'] ?? 'Cluster' }),
      ...(Array.isArray(spec['ports']) ? { ports: spec['ports'].map((port) => (isObject(port) ? { ...port, protocol: port['protocol'] ?? 'TCP', targetPort: port['targetPort'] ?? port['port'] } : port)) } : {}),
      sessionAffinity: spec['sessionAffinity'] ?? 'None',
      type,
    },
  };
}

/** Addresses of 10.96.0.0/16 by the object's uid: nothing listens there. */
export function withClusterIp(service: StoredObject): StoredObject {
  const spec = objectAt(service, 'spec');
  const status = { loadBalancer: {} };
  if (textAt(spec, 'type') === 'ExternalName') return { ...service, status };
  const digits = service.metadata.uid.replaceAll('-', '');
  const address = textAt(spec, 'clusterIP') ?? `10.96.${Number.parseInt(digits.slice(0, 2), 16)}.${(Number.parseInt(digits.slice(2, 4), 16) % 254) + 1}`;
  return { ...service, spec: { ...spec, clusterIP: address, clusterIPs: [address], ipFamilies: spec['ipFamilies'] ?? ['IPv4'], ipFamilyPolicy: spec['ipFamilyPolicy'] ?? 'SingleStack' }, status };
}

export function pickClusterIp(spec: JsonObject): JsonObject {
  return Object.fromEntries(['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].filter((field) => spec[field] !== undefined).map((field) => [field, spec[field]]));
}

/** apis/core/validation: ValidateService, the commonest. */
export function serviceProblems(service: JsonObject): readonly StatusCause[] {
  const ports = listAt(service, 'spec', 'ports');
  const needsPorts = textAt(service, 'spec', 'clusterIP') !== 'None' && textAt(service, 'spec', 'type') !== 'ExternalName';
  if (ports.length === 0 && needsPorts) return [required('spec.ports')];
  const outside = (port: unknown): boolean => typeof port === 'number' && (port < 1 || port > 65_535);
  return ports.flatMap((port, index) => [
    ...(ports.length > 1 && textAt(port, 'name') === undefined ? [required(`spec.ports[${index}].name`)] : []),
    ...['port', 'targetPort'].filter((field) => outside(numberAt(port, field))).map((field) => invalidValue(`spec.ports[${index}].${field}`, numberAt(port, field), 'must be between 1 and 65535, inclusive')),
  ]);
}
