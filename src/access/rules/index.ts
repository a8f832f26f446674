/** What a schema cannot say about one declaration, each rule in its own file. */
import type { Finding } from '../../finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { checkApplicationProfiles } from './application-profiles.ts';
import { checkBudget } from './budget.ts';
import { checkCredentials } from './credentials.ts';
import { checkEndpoint } from './endpoint.ts';
import { checkModelRoles } from './models.ts';
import { checkNames } from './names.ts';
import { checkRegions } from './regions.ts';
import { checkRestart } from './restart.ts';
import { checkCredentialJob } from './credential-job.ts';
import { checkWorkloads } from './workloads.ts';

const rules = [checkRegions, checkModelRoles, checkApplicationProfiles, checkWorkloads, checkCredentials, checkCredentialJob, checkEndpoint, checkNames, checkBudget, checkRestart];

export function checkRules(access: DeclaredAccess, source: SourceDocument): Finding[] {
  return rules.flatMap((rule) => rule(access, source));
}
