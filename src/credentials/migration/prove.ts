/** Calls with the new credentials from a process that has nothing else: this one, and where an image is given a Job in the workload's place. */
import { AwsCallError } from '../../aws/error.ts';
import type { AwsCredentials } from '../../aws/types.ts';
import type { Access } from '../../access/types.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import { readSecret, secretValue } from '../../engine/verify/gather-delivery.ts';
import { openInquiry, type Inquiry } from '../../engine/verify/inquiry.ts';
import { lookForProfiles } from '../../engine/verify/own-profiles.ts';
import { sessionWayOf } from '../../engine/verify/role.ts';
import type { RunContext } from '../../engine/types.ts';
import type { Finding } from '../../finding.ts';
import type { ApiKeyHeld } from '../../engine/verify/held-credentials.ts';
import { keySortOf } from '../../resources/key-sort.ts';

/**
 * IAM publishes no bound for its consistency (IAM user guide, "Changes that I make are not always immediately visible"): new
 * credentials count as known only when they are this old and are accepted many times in a row, each time anew.
 */
const spreadsWithin = 20_000;
const rounds = 10;
const modelCalls = 3;
const patience = 300_000;
const pause = 2000;

/** Undefined: they work everywhere. Else why they do not. */
export async function proveCredentials(access: Access, context: RunContext, { short = false }: { readonly short?: boolean } = {}): Promise<Finding | undefined> {
  const { clock, signal } = context;
  const began = clock.now().getTime();
  for (let accepted = 0; ; ) {
    const old = clock.now().getTime() - began >= spreadsWithin;
    // While they may not be known everywhere, one question a turn is enough.
    const refused = await tried(await knownInquiry(access, context), short || (old && accepted >= rounds) ? modelCalls : 0);
    accepted = refused === undefined ? accepted + 1 : 0;
    if (refused === undefined && (short || (old && accepted > rounds))) return undefined;
    if (clock.now().getTime() - began > patience) return refused ?? notKnown(access);
    if (signal.aborted) return undefined;
    await clock.sleep(pause, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }
}

/** With the ids of application profiles in place: the model is called as the pods call it. */
async function knownInquiry(access: Access, context: RunContext): Promise<Inquiry> {
  const inquiry = openInquiry(access, context);
  return (await lookForProfiles(inquiry))?.known ?? inquiry;
}

async function tried(inquiry: Inquiry, calls: number): Promise<Finding | undefined> {
  const { access, context } = inquiry;
  try {
    const credentials = await taken(inquiry);
    if ('id' in credentials) return credentials;
    if (!('token' in credentials)) await context.aws.as(credentials).sts.getCallerIdentity();
    const { runtime } = 'token' in credentials ? context.aws.withToken(credentials.token) : context.aws.as(credentials);
    const model = isBoundToPlace(access) ? undefined : defaultModel(inquiry);
    if (model === undefined) return undefined;
    for (let count = 0; count < calls; count += 1) await answered(() => runtime(access.spec.region).converse(model.invokeId, 'Answer with the one word: ready', 16));
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return refusedBy(error, access);
  }
}

/** As the pods will take them. */
async function taken(inquiry: Inquiry): Promise<AwsCredentials | ApiKeyHeld | Finding> {
  const role = sessionWayOf(inquiry);
  if (role !== undefined) {
    const { credentials, findings, detail } = await role.way.session();
    return credentials ?? findings.find(({ severity }) => severity === 'error') ?? nothingToTake(inquiry.access, detail);
  }
  const { metadata, spec } = inquiry.access;
  const secret = await inquiry.context.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: metadata.namespace, name: spec.names.secret });
  const sort = keySortOf(inquiry.access);
  const [id, held] = [(await readSecret(inquiry))?.pair?.accessKeyId, secret === undefined || sort === undefined ? undefined : secretValue(secret, sort.fields.secret)];
  if (id === undefined || held === undefined) return nothingToTake(inquiry.access, `Secret ${spec.names.secret} holds no key`);
  return sort?.mode === 'apiKey' ? { accessKeyId: id, token: held } : { accessKeyId: id, secretAccessKey: held };
}

/** A refusal of another sort (a model that has ended) says nothing against the credentials. */
async function answered(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof AwsCallError) || !['validation', 'not-found'].includes(error.kind)) throw error;
  }
}

function defaultModel({ access, implied }: Inquiry): ResolvedModel | undefined {
  const declared = access.spec.models.find(({ role }) => role === 'default') ?? access.spec.models[0];
  return implied.models.find(({ reference }) => reference === declared?.id);
}

/** A grant bound to a network holds only from there. */
function isBoundToPlace({ spec }: Access): boolean {
  return spec.endpoint?.sourceVpce !== undefined || spec.endpoint?.sourceIp !== undefined;
}

function refusedBy(error: AwsCallError, access: Access): Finding {
  return unproven(access, `${error.action} was refused: ${error.code}`, `${error.message}.`);
}

function nothingToTake(access: Access, detail: string): Finding {
  return unproven(access, detail, 'There is nothing to call with yet.');
}

function notKnown(access: Access): Finding {
  return unproven(access, `they were not accepted ${rounds} times in a row`, 'IAM is eventually consistent; this is longer than it usually takes.');
}

function unproven({ metadata }: Access, what: string, cause: string): Finding {
  return {
    id: 'new-credentials-not-proven',
    severity: 'error',
    message: `the new credentials of ${metadata.namespace}/${metadata.name} do not work: ${what}`,
    cause: `${cause} The workload goes on with the earlier ones.`,
    remedy: 'Mend the cause and run `bedrock-access migrate` again to go on; or go back with `bedrock-access migrate --undo`.',
    place: { field: 'spec.credentials' },
  };
}
