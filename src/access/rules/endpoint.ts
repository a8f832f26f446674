import { isIP } from 'node:net';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { fipsRegions } from '../endpoint.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** Conditions that can hold at all, and one address only. */
export function checkEndpoint({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const endpoint = spec.endpoint;
  if (endpoint === undefined) return [];
  const findings: Finding[] = [];
  if (endpoint.url !== undefined && endpoint.fips === true) {
    findings.push(accessFinding('endpoint-ambiguous', 'spec.endpoint has both url and fips; only one address can be called.', source.place('spec.endpoint.fips')));
  }
  if (endpoint.fips === true && !fipsRegions.includes(spec.region)) {
    findings.push(
      accessFinding('fips-endpoint-missing', `spec.endpoint.fips: Bedrock has no FIPS endpoint in ${spec.region}.`, source.place('spec.endpoint.fips'), {
        remedy: `Call it in one of ${fipsRegions.join(', ')}; or remove fips.`,
      }),
    );
  }
  if (endpoint.sourceVpce !== undefined && endpoint.sourceIp !== undefined) {
    findings.push(accessFinding('endpoint-conditions-exclude', 'spec.endpoint has both sourceVpce and sourceIp; no call can meet both.', source.place('spec.endpoint.sourceIp')));
  }
  for (const [index, network] of (endpoint.sourceIp ?? []).entries()) {
    if (isNetwork(network)) continue;
    const field = `spec.endpoint.sourceIp[${index}]`;
    findings.push(accessFinding('network-malformed', `${field} is "${network}", which is no network in CIDR notation.`, source.place(field)));
  }
  return findings;
}

function isNetwork(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
