/** IAM Roles Anywhere of one region: trust anchors, profiles and sessions (API reference, 2018-05-10). */
import { credentialsIn, fieldIn, orUndefined, present, textIn } from './answer.ts';
import { AwsCallError } from './call-error.ts';
import type { CallPlace } from './classify.ts';
import { everyPage } from './paging.ts';
import { requestOf, restCaller, sender, type RestService } from './rest-json.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import type { RolesAnywhereCalls, RolesAnywhereProfile, Tags, TrustAnchor } from './types.ts';
import { signedByCertificate } from './x509-signature.ts';

export function rolesAnywhereCalls(session: Session, region: string): RolesAnywhereCalls {
  const service: RestService = { signingName: 'rolesanywhere', endpoint: 'ROLESANYWHERE', region };
  const call = restCaller(session, service);
  const send = sender(session, service);
  const place = (operation: string, resource: string): CallPlace => ({ action: `rolesanywhere:${operation}`, region, resource });
  const profilePath = (id: string): string => `/profile/${encodeURIComponent(id)}`;
  return {
    getTrustAnchor(id) {
      const where = place('GetTrustAnchor', id);
      return orUndefined(reading(session, where, async () => toTrustAnchor(recordIn(await call({ method: 'GET', path: `/trustanchor/${encodeURIComponent(id)}` }), 'trustAnchor', where), where)));
    },
    listProfiles() {
      const where = place('ListProfiles', '*');
      return everyPage(session, where, async (nextToken) => {
        const answer = await call({ method: 'GET', path: '/profiles', ...(nextToken === undefined ? {} : { query: { nextToken } }) });
        return { items: listIn(answer, 'profiles').map((profile) => toProfile(profile, where)), next: textIn(answer, 'nextToken') };
      });
    },
    getProfile(id) {
      const where = place('GetProfile', id);
      return orUndefined(reading(session, where, async () => toProfile(recordIn(await call({ method: 'GET', path: profilePath(id) }), 'profile', where), where)));
    },
    createProfile({ name, roleArns, durationSeconds, tags }) {
      const where = place('CreateProfile', name);
      const body = { name, roleArns, durationSeconds, enabled: true, tags: entries(tags) };
      return passing(roleArns, changing(session, where, async () => toProfile(recordIn(await call({ method: 'POST', path: '/profiles', body }), 'profile', where), where)));
    },
    async updateProfile(id, { roleArns, durationSeconds }) {
      await passing(roleArns, changing(session, place('UpdateProfile', id), () => call({ method: 'PATCH', path: profilePath(id), body: { roleArns, durationSeconds } })));
    },
    async enableProfile(id) {
      await changing(session, place('EnableProfile', id), () => call({ method: 'POST', path: `${profilePath(id)}/enable` }));
    },
    async deleteProfile(id) {
      await changing(session, place('DeleteProfile', id), () => call({ method: 'DELETE', path: profilePath(id) }));
    },
    listTags(arn) {
      const where = place('ListTagsForResource', arn);
      return orUndefined(
        reading(session, where, async () => {
          const tags = listIn(await call({ method: 'GET', path: '/ListTagsForResource', query: { resourceArn: arn } }), 'tags');
          return Object.fromEntries(tags.map((tag) => [textIn(tag, 'key') ?? '', textIn(tag, 'value') ?? '']));
        }),
      );
    },
    async tag(arn, tags) {
      await changing(session, place('TagResource', arn), () => call({ method: 'POST', path: '/TagResource', body: { resourceArn: arn, tags: entries(tags) } }));
    },
    createSession({ trustAnchorArn, profileArn, roleArn, durationSeconds, ...certified }) {
      const where = place('CreateSession', roleArn);
      const body = { durationSeconds, profileArn, roleArn, trustAnchorArn };
      return reading(session, where, async () => {
        // The wall clock rules the wire, as in every other signature.
        const request = signedByCertificate(requestOf({ method: 'POST', path: '/sessions', body }, session, service), certified, region, new Date());
        const [set] = listIn(await send(request), 'credentialSet');
        return credentialsIn(set, where);
      });
    },
  };
}

/** A call that lists roles may be refused for want of `iam:PassRole` on them: AWS says so in its answer alone. */
async function passing<Answer>(roleArns: readonly string[], answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== 'denied' || !/perform: iam:PassRole /.test(error.message)) throw error;
    throw new AwsCallError(error.message, { ...error, action: 'iam:PassRole', resource: roleArns[0] ?? '*' });
  }
}

function toTrustAnchor(anchor: unknown, where: CallPlace): TrustAnchor {
  const source = fieldIn(anchor, 'source');
  const bundle = textIn(fieldIn(source, 'sourceData'), 'x509CertificateData');
  return {
    id: present(textIn(anchor, 'trustAnchorId'), 'trustAnchorId', where),
    arn: present(textIn(anchor, 'trustAnchorArn'), 'trustAnchorArn', where),
    name: textIn(anchor, 'name') ?? '',
    enabled: fieldIn(anchor, 'enabled') === true,
    ...(bundle === undefined ? {} : { certificates: bundle }),
  };
}

function toProfile(profile: unknown, where: CallPlace): RolesAnywhereProfile {
  const duration = fieldIn(profile, 'durationSeconds');
  return {
    id: present(textIn(profile, 'profileId'), 'profileId', where),
    arn: present(textIn(profile, 'profileArn'), 'profileArn', where),
    name: textIn(profile, 'name') ?? '',
    enabled: fieldIn(profile, 'enabled') === true,
    roleArns: textsIn(profile, 'roleArns'),
    durationSeconds: typeof duration === 'number' ? duration : 3600,
    narrowed: textIn(profile, 'sessionPolicy') !== undefined || textsIn(profile, 'managedPolicyArns').length > 0,
    createdAt: textIn(profile, 'createdAt') ?? '',
  };
}

function recordIn(value: unknown, field: string, where: CallPlace): object {
  const found = fieldIn(value, field);
  return present(typeof found === 'object' ? found : undefined, field, where);
}

function listIn(value: unknown, field: string): readonly unknown[] {
  const found = fieldIn(value, field);
  return Array.isArray(found) ? found : [];
}

function textsIn(value: unknown, field: string): readonly string[] {
  return listIn(value, field).filter((item) => typeof item === 'string');
}

function entries(tags: Tags): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
