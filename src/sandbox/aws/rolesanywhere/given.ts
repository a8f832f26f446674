import type { World } from '../../world.ts';
import { requestId } from '../ids.ts';
import type { AwsState } from '../state.ts';
import { checkBundle } from './trust-anchors.ts';

/** A trust anchor that the platform has made before: what the account holds of it is none of an access's doing. */
export function giveTrustAnchor({ rolesAnywhere, iam }: AwsState, { account, clock }: World, { name, certificate, region }: { readonly name: string; readonly certificate: string; readonly region: string }): string {
  checkBundle(certificate);
  const id = requestId(iam.random);
  const arn = `arn:aws:rolesanywhere:${region}:${account}:trust-anchor/${id}`;
  rolesAnywhere.trustAnchors.set(arn, { id, arn, region, name, certificates: certificate, enabled: true, createdAt: clock.now(), tags: new Map(), given: true });
  return arn;
}
