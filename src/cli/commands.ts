import type { Option } from 'commander';
import type { CommandLine } from './command-line.ts';
import { options, type CommandOptions } from './options.ts';

/** One command as `--help` and `completion` show it. Its code is loaded when it runs. */
export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly { readonly syntax: string; readonly text: string }[];
  readonly options: readonly (() => Option)[];
  /** Examples, below the help. */
  readonly after?: string;
  load(): Promise<{ run(options: CommandOptions, commandLine: CommandLine): Promise<number> }>;
}

export const commands: readonly CommandDescription[] = [
  {
    name: 'init',
    summary: 'write a first declaration',
    options: [options.initName, options.initModel, options.initRegion, options.initAccount, options.outFile, options.force, options.yes],
    load: () => import('./init.ts'),
  },
  {
    name: 'plan',
    summary: 'show what apply would do',
    options: [options.file, options.strict, options.adopt, options.allowOpenStore, options.fromCluster, options.only, options.detailedExitcode, options.out],
    after: 'Signs:  + create  ~ update  - delete  -/+ replace, the new one first  = adopt',
    load: () => import('./plan.ts'),
  },
  {
    name: 'apply',
    summary: 'make it so: from the declaration, or exactly a plan file',
    arguments: [{ syntax: '[plan]', text: 'a file that `plan --out` wrote' }],
    options: [options.file, options.strict, options.adopt, options.allowOpenStore, options.restartNow, options.fromCluster, options.only],
    load: () => import('./apply.ts'),
  },
  {
    name: 'adopt',
    summary: 'apply, and take over what exists under our names; after a cluster was rebuilt with --from-cluster',
    options: [options.file, options.strict, options.fromCluster, options.only],
    load: () => import('./adopt.ts'),
  },
  {
    name: 'verify',
    summary: "look at every link of the chain and make a call with the workload's own credentials",
    options: [options.file, options.strict, options.noCall, options.callFromCluster, options.image],
    after: 'With --output junit the report is JUnit XML.',
    load: () => import('./verify.ts'),
  },
  {
    name: 'probe',
    summary: "make one call as this process's environment would, and print the outcome as JSON: what verify --from-cluster runs",
    options: [options.probeModel, options.probeRegion],
    load: () => import('./probe.ts'),
  },
  {
    name: 'rollback',
    summary: 'return to the last complete revision, or with --all remove everything',
    options: [options.file, options.name, options.all, options.yes],
    load: () => import('./rollback.ts'),
  },
  {
    name: 'destroy',
    summary: 'remove everything that an access owns',
    options: [options.file, options.name, options.yes],
    load: () => import('./destroy.ts'),
  },
  {
    name: 'rotate',
    summary: 'change the key of an access (access key or API key) without a failed call, or go on with a change under way',
    options: [options.file, options.name, options.rotateNow, options.due, options.restartNow, options.undo, options.compromised, options.leakedKey, options.planOnly, options.layout, options.silence, options.grace],
    after: 'Examples:\n  bedrock-access rotate --now\n  bedrock-access rotate --due --name openhands/openhands   (cron)\n  bedrock-access rotate --undo',
    load: () => import('./rotate.ts'),
  },
  {
    name: 'migrate',
    summary: 'move the workload to another mode of credentials without a failed call, or go on with a move under way',
    options: [options.file, options.name, options.migrateTo, options.set, options.migrateUndo, options.planOnly, options.migrateImage, options.restartNow, options.earlierSilence, options.earlierGrace, options.adopt, options.allowOpenStore],
    after: 'Examples:\n  bedrock-access migrate -f access.yaml           (which declares the new mode)\n  bedrock-access migrate --to webIdentity --name openhands/openhands --plan\n  bedrock-access migrate --undo',
    load: () => import('./migrate.ts'),
  },
  {
    name: 'issuer',
    summary: "publish the keys of the cluster's ServiceAccount tokens, and see that what is published is right",
    arguments: [{ syntax: '<action>', text: 'export or verify' }],
    options: [options.issuerFolder, options.at],
    after: 'Examples:\n  bedrock-access issuer export --issuer-folder site && aws s3 sync site s3://oidc.example.com\n  bedrock-access issuer verify',
    load: () => import('./issuer.ts'),
  },
  {
    name: 'session',
    summary: 'renew the sessions that pods call with, or serve one to them',
    arguments: [{ syntax: '<action>', text: 'renew; in a sidecar serve and await' }],
    options: [options.file, options.name, options.renewNow, options.sessionFile, options.tokenFile, options.port],
    after: 'Run it often: what has more than half of its time left stays.\n\nExamples:\n  bedrock-access session renew --name app/app\n  bedrock-access session renew --now',
    load: () => import('./session.ts'),
  },
  { name: 'list', summary: 'list the accesses of this cluster', options: [options.ownRegion, options.allRegions], load: () => import('./list.ts') },
  { name: 'status', summary: 'show what an access has and how it is', options: [options.file, options.name], load: () => import('./status.ts') },
  { name: 'policy', summary: 'print the IAM policy that a declaration implies', options: [options.file, options.strict, options.explain], load: () => import('./policy.ts') },
  {
    name: 'permissions',
    summary: 'print the least IAM policy and RBAC that bedrock-access itself needs',
    options: [options.file, options.migratesTo, options.clusterId, options.verifyFromCluster],
    after: 'Confined to the access: its names, path, parameters and owner tags. Demands a permissions boundary on every user and role, and prints it.',
    load: () => import('./permissions.ts'),
  },
  {
    name: 'bootstrap',
    summary: 'print the same as Terraform, CloudFormation or commands, for the platform owner to apply once',
    options: [options.file, options.migratesTo, options.clusterId, options.format],
    after: 'Example:  bedrock-access bootstrap --format terraform > bedrock-access.tf',
    load: () => import('./bootstrap.ts'),
  },
  {
    name: 'check',
    summary: 'find what is wrong in the two repositories, offline',
    options: [options.terraform, options.manifests, options.file, options.strict, options.fix, options.baseline, options.writeBaseline, options.changedSince, options.today],
    after: 'Exit code 3 when an error remains. --output json, sarif, github or junit for other programs.\nSuppress with a comment: # bedrock-access:ignore RULE reason',
    load: () => import('./check.ts'),
  },
  {
    name: 'export',
    summary: 'write an access into the Terraform and manifests repositories, in their own habits',
    options: [options.file, options.terraformTarget, options.manifestsApp, options.keys, options.clusterId, options.style, options.dryRun, options.remove],
    after: 'Example:\n  bedrock-access export -f access.yaml --terraform ../arch/terraform/aws/openhands --manifests ../lolice/argoproj/openhands\nRunning it twice changes nothing. It writes all of its edits or none.',
    load: () => import('./export.ts'),
  },
  {
    name: 'models',
    summary: 'list models and the ids that work',
    options: [options.region, options.lifecycle, options.refresh, options.catalogOut],
    after: 'Example:  bedrock-access models --refresh --out catalog.json && bedrock-access plan --catalog catalog.json',
    load: () => import('./models.ts'),
  },
  {
    name: 'sandbox',
    summary: 'run a small AWS and Kubernetes that enforce IAM, or a command inside it',
    arguments: [{ syntax: '[command...]', text: 'after --: a command to run inside, with its exit code' }],
    options: [options.empty, options.certManager, options.now, options.seed],
    after: 'Examples:\n  bedrock-access sandbox\n  bedrock-access sandbox -- kubectl get pods -A\n  bedrock-access sandbox -- aws iam list-users',
    load: () => import('./sandbox.ts'),
  },
  { name: 'demo', summary: 'the whole story in the sandbox, in seconds', options: [options.audit, options.now], load: () => import('./demo.ts') },
  { name: 'explain', summary: 'explain an error or finding by its id', arguments: [{ syntax: '[id]', text: 'such as profile-required' }], options: [], load: () => import('./explain.ts') },
  {
    name: 'completion',
    summary: 'print a completion script',
    arguments: [{ syntax: '<shell>', text: 'bash, zsh or fish' }],
    options: [],
    after: 'Example:  source <(bedrock-access completion bash)',
    load: () => import('./completion.ts'),
  },
];
