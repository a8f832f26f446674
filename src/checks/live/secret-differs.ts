import type { Finding } from '../../finding.ts';
import type { DeliveryFacts } from './facts.ts';

const pairFields = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' };

/** The Secret must hold the key, and the same one as the parameter; compared by keyed hash. */
export function secretDiffers({ namespace, secretName, externalSecret, secret, parameter, fields = pairFields }: DeliveryFacts): readonly Finding[] {
  const name = `Secret ${namespace}/${secretName}`;
  const place = { resource: name };
  if (secret === undefined) {
    // An ExternalSecret that is not Ready explains it, and is a finding itself.
    if (externalSecret?.ready !== true) return [];
    return [
      {
        id: 'secret-not-delivered',
        severity: 'error',
        message: `there is no ${name}`,
        cause: 'The operator has not made it yet, or it was deleted.',
        remedy: `Let the operator make it now: kubectl annotate externalsecret ${secretName} -n ${namespace} force-sync=$(date +%s) --overwrite.`,
        place,
      },
    ];
  }
  if (secret.pair === undefined) {
    return [
      {
        id: 'secret-incomplete',
        severity: 'error',
        message: `${name} does not hold a key under ${fields.id} and ${fields.secret} (it has ${secret.keys.join(', ') || 'no keys'})`,
        cause: 'The ExternalSecret maps other keys, or the Secret was changed by hand.',
        remedy: 'Run `bedrock-access plan`; `bedrock-access apply` puts the ExternalSecret right.',
        place,
      },
    ];
  }
  if (parameter === undefined || (parameter.accessKeyId === secret.pair.accessKeyId && parameter.fingerprint === secret.pair.fingerprint)) return [];
  const halves = [...(parameter.accessKeyId === secret.pair.accessKeyId ? [] : ['the key id']), ...(parameter.fingerprint === secret.pair.fingerprint ? [] : ['the secret'])];
  return [
    {
      id: 'secret-differs',
      severity: 'error',
      message: `${name} and the parameter differ in ${halves.join(' and ')} (Secret: ${secret.pair.accessKeyId}, parameter: ${parameter.accessKeyId})`,
      cause: 'The parameter has changed since the last sync, or the Secret was changed by hand.',
      remedy: `Let the operator sync now: kubectl annotate externalsecret ${secretName} -n ${namespace} force-sync=$(date +%s) --overwrite. Then run \`bedrock-access verify\` again.`,
      place,
    },
  ];
}
