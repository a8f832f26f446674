/** IAM Roles Anywhere: methods and paths as in its API model (rolesanywhere, 2018-05-10) and, for CreateSession, its user guide. */
import type { Route } from '../call.ts';
import { createProfile, deleteProfile, disableProfile, enableProfile, getProfile, listProfiles, updateProfile } from './profiles.ts';
import { createSession } from './create-session.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { createTrustAnchor, deleteTrustAnchor, disableTrustAnchor, enableTrustAnchor, getTrustAnchor, listTrustAnchors } from './trust-anchors.ts';

export const rolesAnywhereRoutes: readonly Route[] = [
  { method: 'POST', path: '/trustanchors', name: 'CreateTrustAnchor', operation: createTrustAnchor, status: 201 },
  { method: 'GET', path: '/trustanchors', name: 'ListTrustAnchors', operation: listTrustAnchors },
  { method: 'GET', path: '/trustanchor/{trustAnchorId}', name: 'GetTrustAnchor', operation: getTrustAnchor },
  { method: 'DELETE', path: '/trustanchor/{trustAnchorId}', name: 'DeleteTrustAnchor', operation: deleteTrustAnchor },
  { method: 'POST', path: '/trustanchor/{trustAnchorId}/enable', name: 'EnableTrustAnchor', operation: enableTrustAnchor },
  { method: 'POST', path: '/trustanchor/{trustAnchorId}/disable', name: 'DisableTrustAnchor', operation: disableTrustAnchor },
  { method: 'POST', path: '/profiles', name: 'CreateProfile', operation: createProfile, status: 201 },
  { method: 'GET', path: '/profiles', name: 'ListProfiles', operation: listProfiles },
  { method: 'GET', path: '/profile/{profileId}', name: 'GetProfile', operation: getProfile },
  { method: 'PATCH', path: '/profile/{profileId}', name: 'UpdateProfile', operation: updateProfile },
  { method: 'DELETE', path: '/profile/{profileId}', name: 'DeleteProfile', operation: deleteProfile },
  { method: 'POST', path: '/profile/{profileId}/enable', name: 'EnableProfile', operation: enableProfile },
  { method: 'POST', path: '/profile/{profileId}/disable', name: 'DisableProfile', operation: disableProfile },
  { method: 'GET', path: '/ListTagsForResource', name: 'ListTagsForResource', operation: listTagsForResource },
  { method: 'POST', path: '/TagResource', name: 'TagResource', operation: tagResource, status: 201 },
  { method: 'POST', path: '/UntagResource', name: 'UntagResource', operation: untagResource },
  { method: 'POST', path: '/sessions', name: 'CreateSession', operation: createSession, status: 201 },
];
