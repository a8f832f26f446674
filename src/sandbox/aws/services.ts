import { bedrockRoutes } from './bedrock/index.ts';
import type { Operations, Route } from './call.ts';
import { cloudTrailOperations } from './cloudtrail/index.ts';
import { eksAuthRoutes, eksRoutes } from './eks/index.ts';
import { iamOperations } from './iam/index.ts';
import { rolesAnywhereRoutes } from './rolesanywhere/index.ts';
import { runtimeRoutes } from './runtime/index.ts';
import { secretsManagerOperations } from './secrets-manager/index.ts';
import { ssmOperations } from './ssm/index.ts';
import { stsOperations } from './sts/index.ts';

export type Protocol = 'query' | 'json' | 'rest';

/** How a service is spoken to, and what it does. `name` is also its name in a signature's scope and its prefix in IAM. */
export type Service =
  | { readonly name: 'iam' | 'sts'; readonly protocol: 'query'; readonly version: string; readonly namespace: string; readonly operations: Operations }
  | { readonly name: 'ssm' | 'secretsmanager' | 'cloudtrail'; readonly protocol: 'json'; readonly target: string; readonly operations: Operations }
  | { readonly name: 'bedrock' | 'rolesanywhere' | 'eks' | 'eks-auth'; readonly protocol: 'rest'; readonly routes: readonly Route[] };

const all: readonly Service[] = [
  { name: 'iam', protocol: 'query', version: '2010-05-08', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/', operations: iamOperations },
  { name: 'sts', protocol: 'query', version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', operations: stsOperations },
  { name: 'ssm', protocol: 'json', target: 'AmazonSSM', operations: ssmOperations },
  { name: 'secretsmanager', protocol: 'json', target: 'secretsmanager', operations: secretsManagerOperations },
  { name: 'cloudtrail', protocol: 'json', target: 'CloudTrail_20131101', operations: cloudTrailOperations },
  // Control plane and runtime sign alike and share no path.
  { name: 'bedrock', protocol: 'rest', routes: [...bedrockRoutes, ...runtimeRoutes] },
  { name: 'rolesanywhere', protocol: 'rest', routes: rolesAnywhereRoutes },
  { name: 'eks', protocol: 'rest', routes: eksRoutes },
  { name: 'eks-auth', protocol: 'rest', routes: eksAuthRoutes },
];

export const services: ReadonlyMap<string, Service> = new Map(all.map((service) => [service.name, service]));
