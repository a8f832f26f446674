import { X509Certificate } from 'node:crypto';
import type { Call, Check, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { requestTagContext, resourceTagContext } from '../tag-context.ts';
import { arnOf, newArn, notFound, pageOf, readTags, resourceName } from './resources.ts';
import type { HeldTrustAnchor } from './state.ts';

export const createTrustAnchor: Operation = {
  action: 'rolesanywhere:CreateTrustAnchor',
  checks: (call) => [
    { action: 'rolesanywhere:CreateTrustAnchor', resource: '*', context: requestTagContext(call.input) },
    ...(call.input.has('tags') ? [{ action: 'rolesanywhere:TagResource', resource: arnOf(call, 'trust-anchor', '*'), context: requestTagContext(call.input) }] : []),
  ],
  run(call) {
    const source = call.input.optionalStructure('source');
    if (source?.optionalText('sourceType') !== 'CERTIFICATE_BUNDLE') throw new AwsError('ValidationException', 400, 'The sandbox has trust anchors of the type CERTIFICATE_BUNDLE only.');
    const certificates = source.optionalStructure('sourceData')?.text('x509CertificateData', { min: 1, max: 8000 }) ?? '';
    checkBundle(certificates);
    const anchor: HeldTrustAnchor = {
      ...newArn(call, 'trust-anchor'),
      name: call.input.text('name', resourceName),
      certificates,
      enabled: call.input.flag('enabled'),
      createdAt: call.world.clock.now(),
      tags: readTags(call.input),
      given: false,
    };
    call.state.rolesAnywhere.trustAnchors.set(anchor.arn, anchor);
    return { trustAnchor: described(anchor) };
  },
};

export const getTrustAnchor: Operation = {
  action: 'rolesanywhere:GetTrustAnchor',
  checks: on('rolesanywhere:GetTrustAnchor'),
  run: (call) => ({ trustAnchor: described(read(call)) }),
};

export const listTrustAnchors: Operation = {
  action: 'rolesanywhere:ListTrustAnchors',
  checks: () => [{ action: 'rolesanywhere:ListTrustAnchors', resource: '*' }],
  run(call) {
    const { shown, ...more } = pageOf(call, call.state.rolesAnywhere.trustAnchors.values());
    return { trustAnchors: shown.map(described), ...more };
  },
};

export const enableTrustAnchor: Operation = switched('EnableTrustAnchor', true);
export const disableTrustAnchor: Operation = switched('DisableTrustAnchor', false);

export const deleteTrustAnchor: Operation = {
  action: 'rolesanywhere:DeleteTrustAnchor',
  checks: on('rolesanywhere:DeleteTrustAnchor'),
  run(call) {
    const anchor = read(call);
    call.state.rolesAnywhere.trustAnchors.delete(anchor.arn);
    return { trustAnchor: described(anchor) };
  },
};

/** The certificates of a bundle; each must be an authority's (user guide, "Trust model": "the CA basic constraint must be true"). */
export function checkBundle(pem: string): readonly X509Certificate[] {
  const texts = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([text]) => text);
  try {
    const certificates = texts.map((text) => new X509Certificate(text));
    if (certificates.length > 0 && certificates.every(({ ca }) => ca)) return certificates;
  } catch {
    // answered below
  }
  throw new AwsError('ValidationException', 400, 'Incorrect basic constraints for CA certificate');
}

function switched(name: 'EnableTrustAnchor' | 'DisableTrustAnchor', enabled: boolean): Operation {
  const action = `rolesanywhere:${name}`;
  return {
    action,
    checks: on(action),
    run(call) {
      const anchor = read(call);
      anchor.enabled = enabled;
      return { trustAnchor: described(anchor) };
    },
  };
}

function on(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const resource = arnOf(call, 'trust-anchor', call.input.text('trustAnchorId'));
    return [{ action, resource, context: resourceTagContext(call.state.rolesAnywhere.trustAnchors.get(resource)?.tags) }];
  };
}

function read(call: Call): HeldTrustAnchor {
  const arn = arnOf(call, 'trust-anchor', call.input.text('trustAnchorId', { min: 36, max: 36 }));
  const anchor = call.state.rolesAnywhere.trustAnchors.get(arn);
  if (anchor === undefined) throw notFound('Trust anchor');
  return anchor;
}

function described({ id, arn, name, enabled, certificates, createdAt }: HeldTrustAnchor): Readonly<Record<string, unknown>> {
  return {
    trustAnchorId: id,
    trustAnchorArn: arn,
    name,
    enabled,
    source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: certificates } },
    createdAt,
    updatedAt: createdAt,
  };
}
