import { StatusError } from '../status-error.ts';

/** How the client wants objects: as they are, as a table, or only their metadata. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  readonly as: 'object' | 'table' | 'metadata';
}

/** Reads `Accept`; the first that can be served wins (apiserver: handlers/negotiation). */
export function representation(accept: string | undefined): Representation {
  const offers = (accept ?? '*/*').split(',').map((part) => part.trim()).filter((part) => part !== '');
  for (const offer of offers) {
    const [media = '', ...parameters] = offer.split(';').map((part) => part.trim());
    const format = formats[media];
    if (format === undefined) continue;
    const values = Object.fromEntries(parameters.map((parameter) => [parameter.slice(0, parameter.indexOf('=')), parameter.slice(parameter.indexOf('=') + 1)]));
    const as = values['as'];
    if (as === undefined) return { format, as: 'object' };
    if (values['g'] !== 'meta.k8s.io' || values['v'] !== 'v1') continue;
    if (as === 'Table') return { format, as: 'table' };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { format, as: 'metadata' };
  }
  throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json, application/yaml');
}

const formats: Readonly<Record<string, 'json' | 'yaml'>> = {
  'application/json': 'json',
  '*/*': 'json',
  'application/*': 'json',
  'application/yaml': 'yaml',
};
