/** The declaration of an access in another mode, where a person names only the mode. */
import { declarationOf, declaredModeOf, keyCredentialsOf } from '../../access/credential-mode.ts';
import { accessFromObject } from '../../access/parse.ts';
import type { Access, CredentialMode } from '../../access/types.ts';
import { refuse } from '../../engine/failure.ts';
import type { AccessName, Revision, RunContext } from '../../engine/types.ts';
import { at, isRecord, textAt } from '../../resources/json.ts';
import { workloadShape } from '../../resources/workload-kinds.ts';
import { appliedAccess } from '../applied.ts';

/**
 * The access as it was last applied, with credentials of that mode: as an earlier revision had them, with what the cluster
 * itself says (its issuer, the workload's ServiceAccount), and with what is set here.
 *
 * @param settings fields below `spec.credentials.<mode>`: `issuer`, `secretStore.name`
 * @throws AccessError with all findings where something is missing or wrong
 */
export async function declarationFor(mode: CredentialMode, settings: Readonly<Record<string, string>>, name: AccessName, context: RunContext): Promise<Access> {
  const { access, revisions } = await appliedAccess(name, context);
  if (declaredModeOf(access.spec.credentials) === mode && Object.keys(settings).length === 0) return access;
  // Of the two terms of an API key each needs fields of its own.
  const { term } = settings;
  const earlier = revisions.flatMap(({ access: before }) => (before === undefined || declaredModeOf(before.spec.credentials) !== mode ? [] : [declarationOf(before.spec.credentials)])).find((declared) => term === undefined || declared['term'] === term);
  const fields = Object.entries(settings).reduce<Fields>((inner, [path, value]) => withField(inner, path.split('.'), value), { ...(earlier ?? (await toldByCluster(mode, term, access, context))) });
  const names = namesIn(mode, textAt(fields, 'term') !== 'short', access, revisions);
  const found = accessFromObject({ ...access, spec: { ...access.spec, names, credentials: { [mode]: fields } } });
  refuse(found.findings);
  if (found.access === undefined) throw new TypeError('an access without a finding is complete');
  return found.access;
}

/** Two keys side by side lie in two parameters and two Secrets. */
function namesIn(mode: CredentialMode, isStored: boolean, { metadata, spec }: Access, revisions: readonly Revision[]): Access['spec']['names'] {
  const earlier = revisions.find(({ access }) => access?.spec.credentials[mode] !== undefined)?.access?.spec.names;
  const sort = mode === 'apiKey' ? 'api-key' : 'access-key';
  const names = earlier ?? spec.names;
  if ((mode !== 'accessKey' && mode !== 'apiKey') || !isStored || keyCredentialsOf(spec.credentials) === undefined || names.secret !== spec.names.secret) return names;
  return { ...names, parameter: `bedrock-${metadata.name}-${sort}`, secret: `bedrock-${sort}` };
}

type Fields = Readonly<Record<string, unknown>>;

async function toldByCluster(mode: CredentialMode, term: string | undefined, { metadata, spec }: Access, { kubernetes }: RunContext): Promise<Fields> {
  // Whoever renews the one renews the other, with the same role.
  const { session } = spec.credentials;
  if (mode === 'session' || (mode === 'apiKey' && term === 'short')) return session === undefined ? {} : { renewer: session.renewer, role: session.role };
  // The other sort of key lies in the same store.
  const store = keyCredentialsOf(spec.credentials)?.secretStore;
  if (mode === 'accessKey' || mode === 'apiKey') return store === undefined ? {} : { secretStore: store };
  if (mode !== 'webIdentity' && mode !== 'podIdentity') return {};
  const [workload] = spec.workloads;
  const object = workload === undefined ? undefined : await kubernetes.get({ apiVersion: workloadShape(workload.kind).apiVersion, kind: workload.kind, namespace: metadata.namespace, name: workload.name });
  const pod = object === undefined ? undefined : at(object, ...workloadShape(object.kind).template, 'spec');
  const serviceAccount = textAt(pod, 'serviceAccountName') ?? 'default';
  if (mode === 'podIdentity') return { serviceAccount };
  const issuer = textAt(await kubernetes.document('/.well-known/openid-configuration').catch(() => ({})), 'issuer');
  return { serviceAccount, ...(issuer === undefined ? {} : { issuer }) };
}

function withField(fields: Fields, [first = '', ...rest]: readonly string[], value: string): Fields {
  const inner = fields[first];
  return { ...fields, [first]: rest.length === 0 ? value : withField(isRecord(inner) ? inner : {}, rest, value) };
}
