import { accessPages } from './access-pages.ts';
import { awsPages } from './aws-pages.ts';
import { bedrockPages } from './bedrock-pages.ts';
import { checksPages } from './checks-pages.ts';
import { cliPages } from './cli-pages.ts';
import { credentialsPages } from './credentials-pages.ts';
import { enginePages } from './engine-pages.ts';
import type { ErrorPage } from './error.ts';
import { exportPages } from './export-pages.ts';
import { kubernetesPages } from './kubernetes-pages.ts';
import { policyPages } from './policy-pages.ts';
import { rolesAnywherePages } from './roles-anywhere-pages.ts';
import { rulesPages } from './rules-pages.ts';

/** Every id that an error or a finding can have. `explain ID` and `docs/errors` are made of it. */
export const errorPages: Readonly<Record<string, ErrorPage>> = {
  ...accessPages,
  ...bedrockPages,
  ...policyPages,
  ...enginePages,
  ...credentialsPages,
  ...rolesAnywherePages,
  ...awsPages,
  ...kubernetesPages,
  ...checksPages,
  ...rulesPages,
  ...exportPages,
  ...cliPages,
};

/** The page of an id on the web, as printed after `docs:`. */
export function docsAddress(id: string): string {
  return `https://github.com/bedrock-access/bedrock-access/blob/main/docs/errors/${id}.md`;
}
