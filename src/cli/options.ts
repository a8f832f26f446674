import { Option } from 'commander';

/** Every option that some command takes, read from what commander parsed. Which command takes which is in `commands.ts`. */
export interface CommandOptions {
  readonly positionals: readonly string[];
  /** `-f`: files of declarations; `-` is stdin. */
  readonly file: readonly string[];
  /** `NAMESPACE/NAME` of an access whose document is not at hand. */
  readonly name?: string;
  readonly strict: boolean;
  readonly adopt: boolean;
  readonly allowOpenStore: boolean;
  readonly restartNow: boolean;
  /** Id of a cluster that is no more. */
  readonly fromCluster?: string;
  /** `--only key,parameter` */
  readonly only?: string;
  readonly detailedExitcode: boolean;
  readonly out?: string;
  readonly yes: boolean;
  readonly all: boolean;
  readonly allRegions: boolean;
  /** `--from-cluster` as a flag: `verify`, `permissions`. */
  readonly callFromCluster: boolean;
  readonly image?: string;
  readonly explain: boolean;
  readonly call: boolean;
  readonly force: boolean;
  readonly model?: string;
  readonly region?: string;
  readonly account?: string;
  readonly lifecycle?: string;
  readonly now?: string;
  readonly seed?: string;
  /** A sandbox without the example app and store. */
  readonly empty: boolean;
  readonly certManager: boolean;
  readonly audit?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly profile?: string;
  readonly catalog?: string;
  readonly terraform?: string;
  readonly manifests?: string;
  readonly fix: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly changedSince?: string;
  readonly rotation: RotationOptions;
  /** `migrate --to MODE --set FIELD=VALUE` */
  readonly migration: { readonly to?: string; readonly set: readonly string[] };
  /** `permissions`: the declaration in the mode that it is to be migrated to. */
  readonly migrateTo?: string;
  readonly dryRun: boolean;
  readonly remove: boolean;
  /** `key=value` after each `--style`. */
  readonly style: readonly string[];
  /** Who makes the access key in an export: `program` or `terraform`. */
  readonly keys?: string;
  readonly clusterId?: string;
  readonly refresh: boolean;
  /** `terraform`, `cloudformation` or `commands`. */
  readonly format?: string;
  /** `issuer export`: the folder for the documents. */
  readonly issuerFolder?: string;
  /** `issuer verify`: look below this address instead of the issuer's. */
  readonly at?: string;
  readonly sessionFile?: string;
  readonly tokenFile?: string;
  readonly port?: string;
}

/** The options of `rotate`. */
export interface RotationOptions {
  readonly rotateNow: boolean;
  readonly due: boolean;
  readonly undo: boolean;
  readonly compromised: boolean;
  readonly key?: string;
  readonly planOnly: boolean;
  readonly layout?: string;
  readonly silence?: string;
  readonly grace?: string;
}

export function readOptions(values: Readonly<Record<string, unknown>>, positionals: readonly string[]): CommandOptions {
  const flag = (name: string): boolean => values[name] === true;
  const text = <Name extends string>(name: Name): { readonly [key in Name]?: string } => {
    const value = values[name];
    const found: { [key in Name]?: string } = {};
    if (typeof value === 'string') found[name] = value;
    return found;
  };
  const files = values['file'];
  const styles = values['style'];
  const settings = values['set'];
  return {
    positionals,
    file: Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [],
    strict: flag('strict'),
    adopt: flag('adopt'),
    allowOpenStore: flag('allowOpenStore'),
    restartNow: flag('restartNow'),
    detailedExitcode: flag('detailedExitcode'),
    yes: flag('yes'),
    all: flag('all'),
    allRegions: flag('allRegions'),
    callFromCluster: flag('fromCluster'),
    ...text('image'),
    explain: flag('explain'),
    call: values['call'] !== false,
    force: flag('force'),
    refresh: flag('refresh'),
    empty: flag('empty'),
    certManager: flag('certManager'),
    rotation: { rotateNow: flag('now'), due: flag('due'), undo: flag('undo'), compromised: flag('compromised'), planOnly: flag('plan'), ...text('key'), ...text('layout'), ...text('silence'), ...text('grace') },
    migration: { ...text('to'), set: Array.isArray(settings) ? settings.filter((setting) => typeof setting === 'string') : [] },
    fix: flag('fix'),
    dryRun: flag('dryRun'),
    remove: flag('remove'),
    style: Array.isArray(styles) ? styles.filter((style) => typeof style === 'string') : [],
    ...text('name'),
    ...text('migrateTo'),
    ...text('out'),
    ...text('fromCluster'),
    ...text('only'),
    ...text('model'),
    ...text('region'),
    ...text('account'),
    ...text('lifecycle'),
    ...text('now'),
    ...text('seed'),
    ...text('audit'),
    ...text('context'),
    ...text('kubeconfig'),
    ...text('profile'),
    ...text('catalog'),
    ...text('terraform'),
    ...text('manifests'),
    ...text('baseline'),
    ...text('writeBaseline'),
    ...text('changedSince'),
    ...text('keys'),
    ...text('clusterId'),
    ...text('format'),
    ...text('issuerFolder'),
    ...text('at'),
    ...text('sessionFile'),
    ...text('tokenFile'),
    ...text('port'),
  };
}

const repeated = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** The options by name, made anew for each command that takes one. */
export const options = {
  file: () => new Option('-f, --file <file>', 'declaration to read, repeatable; - is stdin').argParser(repeated).default([], 'bedrock-access.yaml'),
  name: () => new Option('--name <namespace/name>', 'an access by its name, where its document is not at hand'),
  strict: () => new Option('--strict', 'refuse what the catalog does not know for certain'),
  adopt: () => new Option('--adopt', 'take over what exists under our names without our marks'),
  allowOpenStore: () => new Option('--allow-open-store', 'go on although any principal can take the identity that the store reads with'),
  restartNow: () => new Option('--restart-now', 'restart pods outside the declared window too'),
  fromCluster: () => new Option('--from-cluster <id>', 'take over what this access has from a cluster that is no more'),
  only: () => new Option('--only <kinds>', 'only these kinds of resources: user, key, parameter, policy, store, secret, environment, workload'),
  rotateNow: () => new Option('--now', 'begin a rotation whatever the age of the key'),
  due: () => new Option('--due', 'begin only what is due by rotateAfter, or by the end of an API key, for cron; the default'),
  migrateTo: () => new Option('--to <mode>', 'mode of credentials to move to, where the declaration does not say it: accessKey, webIdentity, podIdentity, rolesAnywhere, apiKey or session'),
  migratesTo: () => new Option('--migrate-to <file>', 'the declaration in another mode of credentials: also what migrate needs to get there'),
  set: () => new Option('--set <field=value>', 'with --to: a field of spec.credentials.MODE, repeatable; default what an earlier revision had, or what the cluster says').argParser(repeated).default([], 'none'),
  migrateImage: () => new Option('--image <image>', 'image of this program (deploy/Dockerfile): call with the new credentials from within the cluster too, by a short Job, before the workload gets them'),
  migrateUndo: () => new Option('--undo', 'back to the earlier mode, until what it had is removed'),
  earlierSilence: () => new Option('--silence <duration>', 'how long nobody may have used the earlier key before it is deactivated; 5m, or 24h for clients with containers of their own'),
  earlierGrace: () => new Option('--grace <duration>', 'how long the earlier credentials stay before they are removed; 24h'),
  undo: () => new Option('--undo', 'back to the earlier key'),
  compromised: () => new Option('--compromised', 'the key in use has leaked: deactivate it first'),
  leakedKey: () => new Option('--key <id>', 'with --compromised, while two modes are valid: which key has leaked'),
  planOnly: () => new Option('--plan', 'show it, change nothing'),
  layout: () => new Option('--layout <layout>', 'store the new key in one parameter (single) or in two (pair)').choices(['single', 'pair']),
  silence: () => new Option('--silence <duration>', 'how long nobody may have used the old key before it is deactivated; 5m, or 24h for clients with containers of their own'),
  grace: () => new Option('--grace <duration>', 'how long the old key stays inactive before it is deleted; 24h'),
  detailedExitcode: () => new Option('--detailed-exitcode', 'exit with 2 when there are changes'),
  out: () => new Option('--out <file>', 'write the plan into a file, for `apply FILE`'),
  outFile: () => new Option('--out <file>', 'file to write').default('bedrock-access.yaml'),
  yes: () => new Option('-y, --yes', 'do not ask'),
  all: () => new Option('--all', 'remove everything that the access owns, in the safe order'),
  allRegions: () => new Option('--all-regions', 'look for parameters in every region, not only for users and revisions'),
  explain: () => new Option('--explain', 'say which statement serves which model'),
  callFromCluster: () => new Option('--from-cluster', 'make one more call from within the cluster, by a short Job in the place of the workload'),
  image: () => new Option('--image <image>', 'image of this program for that Job (deploy/Dockerfile); bedrock-access:VERSION'),
  verifyFromCluster: () => new Option('--from-cluster', 'also what `verify --from-cluster` needs in the cluster'),
  probeModel: () => new Option('--model <id>', 'model or inference profile to call'),
  probeRegion: () => new Option('--region <region>', 'where to call, if the environment names no region'),
  noCall: () => new Option('--no-call', 'make no real call to a model'),
  force: () => new Option('--force', 'overwrite the file'),
  region: () => new Option('--region <region>', 'only what can be called from this region'),
  ownRegion: () => new Option('--region <region>', 'where to call AWS, if the environment names no region'),
  lifecycle: () => new Option('--lifecycle <state>', 'only models in this state').choices(['active', 'legacy', 'ended']),
  initName: () => new Option('--name <name>', 'name of the access and the workload'),
  initModel: () => new Option('--model <id>', 'model to invoke'),
  initRegion: () => new Option('--region <region>', 'where Bedrock is called'),
  initAccount: () => new Option('--account <id>', 'AWS account, 12 digits'),
  now: () => new Option('--now <date>', 'where the clock of the world starts, such as 2025-03-08'),
  terraform: () => new Option('--terraform <dir>', 'Terraform: a target, or a folder of many'),
  manifests: () => new Option('--manifests <dir>', 'Kubernetes manifests; - reads rendered ones from stdin'),
  fix: () => new Option('--fix', 'mend what is mechanical, in the files'),
  baseline: () => new Option('--baseline <file>', 'report only what this file does not hold'),
  writeBaseline: () => new Option('--write-baseline <file>', 'write what is found into a file, to live with it'),
  changedSince: () => new Option('--changed-since <revision>', 'report only lines changed since this revision of git'),
  terraformTarget: () => new Option('--terraform <dir>', 'folder of the Terraform target, new or not'),
  manifestsApp: () => new Option('--manifests <dir>', 'folder of the app in the manifests repository, new or not'),
  style: () => new Option('--style <key=value>', 'instead of a habit of the repositories, repeatable').argParser(repeated).default([], 'none'),
  keys: () => new Option('--keys <who>', 'who makes the access key').choices(['program', 'terraform']).default('program'),
  refresh: () => new Option('--refresh', 'ask Bedrock in every region, and write a catalog for --catalog'),
  catalogOut: () => new Option('--out <file>', 'with --refresh: the file to write'),
  format: () => new Option('--format <format>', 'terraform, cloudformation or commands').choices(['terraform', 'cloudformation', 'commands']).default('commands'),
  clusterId: () => new Option('--cluster-id <id>', 'id of the cluster, for the owner tags: UID of the namespace kube-system'),
  dryRun: () => new Option('--dry-run', 'show the edits as a unified diff, write nothing'),
  remove: () => new Option('--remove', 'take the access out of the repositories again'),
  today: () => new Option('--now <date>', 'judge lifecycles as of this date'),
  issuerFolder: () => new Option('--issuer-folder <dir>', 'with export: folder for the two documents').default('issuer'),
  renewNow: () => new Option('--now', 'with renew: however much of it is left'),
  sessionFile: () => new Option('--session-file <file>', 'with serve: the session, as a credential process prints it'),
  port: () => new Option('--port <port>', 'with serve and await: where, on 127.0.0.1; 9912 unless it is given'),
  tokenFile: () => new Option('--token-file <file>', 'with serve: what a client has to send as its Authorization'),
  at: () => new Option('--at <url>', "with verify: look below this address, where the issuer's name does not lead yet"),
  seed: () => new Option('--seed <number>', 'seed of the random numbers of the world'),
  empty: () => new Option('--empty', 'without the app and the store that init declares'),
  certManager: () => new Option('--cert-manager', 'with cert-manager and a trust anchor, for credentials.rolesAnywhere'),
  audit: () => new Option('--audit <file>', 'write every call that was made, as JSON lines'),
} as const;
