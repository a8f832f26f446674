import type { Rule } from '../rule.ts';
import { actionNeverMatches } from './action-never-matches.ts';
import { actionNotNeeded } from './action-not-needed.ts';
import { apiVersionNotServed } from './api-version-not-served.ts';
import { argocdDrift } from './argocd-drift.ts';
import { boundaryMissing } from './boundary-missing.ts';
import { certificateTrustOpen } from './certificate-trust-open.ts';
import { podIdentityTrustOpen } from './pod-identity-trust-open.ts';
import { destinationRegionMissing } from './destination-region-missing.ts';
import { fileNotListed } from './file-not-listed.ts';
import { identityShared } from './identity-shared.ts';
import { keyPairSplit } from './key-pair-split.ts';
import { modelEnded } from './model-ended.ts';
import { modelEnding } from './model-ending.ts';
import { noRestartOnRotation } from './no-restart-on-rotation.ts';
import { parameterAccessTooWide } from './parameter-access-too-wide.ts';
import { parameterNameRefused } from './parameter-name-refused.ts';
import { parameterUndeclared } from './parameter-undeclared.ts';
import { parameterUnused } from './parameter-unused.ts';
import { policyDeniesModel } from './policy-denies-model.ts';
import { profileArnWithoutAccount } from './profile-arn-without-account.ts';
import { profilePrefixInModelArn } from './profile-prefix-in-model-arn.ts';
import { profileRegionMismatch } from './profile-region-mismatch.ts';
import { profileRequired } from './profile-required.ts';
import { regionConfused } from './region-confused.ts';
import { regionsDisagree } from './regions-disagree.ts';
import { secretInState } from './secret-in-state.ts';
import { secretMissing } from './secret-missing.ts';
import { secretOptional } from './secret-optional.ts';
import { tokenBesideKey } from './token-beside-key.ts';
import { secretStoreMismatch } from './secret-store-mismatch.ts';
import { secretStoreOpen } from './secret-store-open.ts';
import { socketWithCredentials } from './socket-with-credentials.ts';
import { suppressionUnused } from './suppression-unused.ts';
import { trustAudienceRefused } from './trust-audience-refused.ts';
import { trustOpen } from './trust-open.ts';
import { trustSubjectMismatch } from './trust-subject-mismatch.ts';
import { trustSubjectWide } from './trust-subject-wide.ts';
import { unknownModel } from './unknown-model.ts';
import { unknownRegion } from './unknown-region.ts';
import { variableMissing } from './variable-missing.ts';
import { variableNotRead } from './variable-not-read.ts';
import { wildcardTooWide } from './wildcard-too-wide.ts';

/** Every rule, in the order of its name. */
export const rules: readonly Rule[] = [
  actionNeverMatches,
  actionNotNeeded,
  apiVersionNotServed,
  argocdDrift,
  boundaryMissing,
  certificateTrustOpen,
  podIdentityTrustOpen,
  destinationRegionMissing,
  fileNotListed,
  identityShared,
  keyPairSplit,
  modelEnded,
  modelEnding,
  noRestartOnRotation,
  parameterAccessTooWide,
  parameterNameRefused,
  parameterUndeclared,
  parameterUnused,
  policyDeniesModel,
  profileArnWithoutAccount,
  profilePrefixInModelArn,
  profileRegionMismatch,
  profileRequired,
  regionConfused,
  regionsDisagree,
  secretInState,
  secretMissing,
  secretOptional,
  tokenBesideKey,
  secretStoreMismatch,
  secretStoreOpen,
  socketWithCredentials,
  suppressionUnused,
  trustAudienceRefused,
  trustOpen,
  trustSubjectMismatch,
  trustSubjectWide,
  unknownModel,
  unknownRegion,
  variableMissing,
  variableNotRead,
  wildcardTooWide,
];
