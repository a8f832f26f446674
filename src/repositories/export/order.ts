/** What to do with exported files, and in which order: each step rests on the one before. */
import { bearerTypeOf, jobOf, keyMode, roleNameOf } from '../../access/credential-mode.ts';
import { relative } from 'node:path';
import type { Access } from '../../access/types.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { profileConfigMap, rolesAnywhereOf } from '../../resources/roles-anywhere.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import { labelOf } from './hcl-emit.ts';
import type { ExportStyle } from './style.ts';
import type { ExportRequest, OrderStep } from './types.ts';

const clusterId = '$(kubectl get namespace kube-system -o jsonpath={.metadata.uid})';

export interface OrderFacts {
  readonly request: ExportRequest;
  readonly access: Access;
  readonly style: ExportStyle;
  readonly declaration: string;
  readonly clusterKnown: boolean;
  /** Where Terraform runs: the target, or what calls it; none for a module that nothing calls. */
  readonly roots: readonly string[];
}

export function exportOrder({ request, access, style, declaration, clusterKnown, roots }: OrderFacts): readonly OrderStep[] {
  const shown = (path: string): string => relative(request.directory, path) || '.';
  const file = shown(declaration);
  const { names } = access.spec;
  const role = roleNameOf(access.spec.credentials);
  const anywhere = rolesAnywhereOf(access, partitionOf(access.spec.region) ?? 'aws');
  const steps: OrderStep[] = [];
  if (request.terraform !== undefined) {
    if (roots.length === 0) steps.push(callStep(shown(request.terraform), access.metadata.name));
    steps.push({
      title: style.applies === 'on-merge' ? 'Merge the Terraform change; CI applies it' : 'Apply the Terraform change',
      why: role === undefined ? `It makes IAM user ${names.user} and its policy${profiles(access)}${style.keys === 'terraform' ? ', its key and the parameters' : ''}.` : `It makes IAM role ${role}, whom it trusts, ${anywhere === undefined ? '' : 'its profile of Roles Anywhere, '}and its policy${profiles(access)}. There is no key${access.spec.credentials.session === undefined ? ', and nothing to store' : ''}.`,
      lines: style.applies === 'on-merge' ? [...new Set([request.terraform, ...roots].map(shown))] : applyLines(roots.map(shown)),
    });
  }
  if (role !== undefined && !clusterKnown && request.terraform !== undefined) {
    steps.push({
      title: 'Say which cluster the role belongs to',
      why: 'The id was not given with --cluster-id; without the tag the program takes the role for somebody else\'s.',
      lines: [
        `aws iam tag-role --role-name ${role} --tags Key=${ownerTagKeys.cluster},Value=${clusterId}`,
        ...(anywhere === undefined ? [] : [`aws rolesanywhere tag-resource --region ${anywhere.region} --resource-arn "$(aws rolesanywhere list-profiles --region ${anywhere.region} --query "profiles[?name=='${anywhere.profile}'].profileArn" --output text)" --tags key=${ownerTagKeys.cluster},value=${clusterId}`]),
      ],
    });
  }
  const job = jobOf(access.spec.credentials);
  const all = request.terraform === undefined && access.spec.managedBy.iam === 'program';
  if (anywhere !== undefined && access.spec.managedBy.cluster === 'manifests') {
    const command = `bedrock-access apply -f ${file} --only ${all ? 'iam-role,managed-policy,role-policy-attachment,profile' : 'profile'}`;
    steps.push({
      title: "Put the profile's ARN into the cluster",
      why: `AWS makes it up, so that no repository can hold it: the ConfigMap ${profileConfigMap(access.metadata.name)} carries it to the sidecar.`,
      lines: [command, '', 'The same as a job of GitHub Actions, after the one that applies Terraform:', ...ciJob(command, access, { region: anywhere.region, role: '<a role that may read the profile>' })],
    });
  }
  const { session } = access.spec.credentials;
  const isKey = bearerTypeOf(access.spec.credentials) === 'SHORT_TERM';
  if (session !== undefined) {
    steps.push({
      title: `Make the Secret with the first ${isKey ? 'key' : 'session'}, as its renewer`,
      why: `No repository holds it: ${session.renewer} alone may take a session${isKey ? ', signs keys with it' : ''}, and renews it from then on.`,
      lines: [`bedrock-access apply -f ${file} --only ${all ? 'iam-role,managed-policy,role-policy-attachment,session' : 'session'}`, ...(job === undefined ? ['', 'Then, from cron or CI, as often as wanted:', `bedrock-access session renew --name ${access.metadata.namespace}/${access.metadata.name}`] : ['', `Then CronJob ${job.name} renews it.`])],
    });
  }
  if (role === undefined && style.keys === 'program') {
    // Without Terraform the program makes the user too, and what it may call.
    const own = access.spec.models.some(({ applicationProfile }) => applicationProfile);
    const command = `bedrock-access apply -f ${file} --only ${all ? `user,key,parameter,policy${own ? ',profile' : ''}` : 'key,parameter'}`;
    if (!clusterKnown && request.terraform !== undefined) {
      steps.push({
        title: 'Say which cluster the user belongs to',
        why: 'The id was not given with --cluster-id; without the tag the program takes the user for somebody else\'s.',
        lines: [`aws iam tag-user --user-name ${names.user} --tags Key=${ownerTagKeys.cluster},Value=${clusterId}`],
      });
    }
    steps.push({
      title: all ? `Make the user, its key, policy and parameter${own ? ', and its application profile' : ''}` : 'Make the access key and its parameter',
      why: `The secret goes from IAM into the parameter in ${keyMode(access, 'an export').secretStore.region} and nowhere else: not into Terraform's state, not into git.`,
      lines: [command, '', 'The same as a job of GitHub Actions, after the one that applies Terraform:', ...ciJob(command, access, { region: keyMode(access, 'an export').secretStore.region, role: '<a role that may make keys and parameters>' })],
    });
  }
  if (request.manifests !== undefined) {
    steps.push({
      title: 'Merge the manifests',
      why: role === undefined ? `Until then nothing changes in the cluster. Merged too early they fail closed: no Secret ${names.secret}, no start of new pods; with strategy Recreate the old ones are gone by then.` : anywhere !== undefined ? 'Until then nothing changes for the pods. Merged too early they fail closed: no ConfigMap with the profile, no start of new pods; with strategy Recreate the old ones are gone by then.' : session === undefined ? 'Until then nothing changes in the cluster. Merged too early, the pods start and their calls are refused until the role is there.' : `Until then nothing changes for the pods. Merged too early they fail closed: no Secret with a ${isKey ? 'key' : 'session'}, no start of new pods; with strategy Recreate the old ones are gone by then.`,
      lines: [shown(request.manifests)],
    });
  }
  if (job !== undefined) {
    steps.push({
      title: `Give the CronJob that ${job.work === 'rotation' ? 'rotates' : 'renews'} what it needs in AWS`,
      why: 'Its role, association or Secret is yours: the policy that it prints is no wider than this one access.',
      lines: [`bedrock-access permissions -f ${file}`],
    });
  }
  steps.push({ title: 'Prove it', why: 'Every link of the chain, and a real call with the credentials that the pod holds.', lines: [`bedrock-access verify -f ${file}`] });
  return steps;
}

/** Its root module alone can say how. */
function callStep(directory: string, name: string): OrderStep {
  return { title: 'Call the module from a root module of the account', why: 'Terraform applies a module only through the one that calls it.', lines: [`module "${labelOf(name)}" {`, `  source = "<the way from there to ${directory}>"`, '}'] };
}

function applyLines(roots: readonly string[]): readonly string[] {
  return roots.length === 0 ? ['terraform init', 'terraform apply'] : roots.flatMap((root) => [`terraform -chdir=${root} init`, `terraform -chdir=${root} apply`]);
}

/** Ids that AWS chooses travel through a parameter. */
function profiles({ spec }: Access): string {
  const count = spec.models.filter(({ applicationProfile }) => applicationProfile).length;
  if (count === 0) return '';
  const carried = spec.managedBy.cluster === 'manifests';
  return count === 1 ? `, its application inference profile${carried ? ' and the parameter with its ARN' : ''}` : `, its application inference profiles${carried ? ' and the parameters with their ARNs' : ''}`;
}

function ciJob(command: string, { spec }: Access, { region, role }: { readonly region: string; readonly role: string }): readonly string[] {
  return [
    'bedrock-access:',
    '  needs: apply',
    '  runs-on: ubuntu-latest',
    '  permissions:',
    '    id-token: write',
    '    contents: read',
    '  steps:',
    '    - uses: actions/checkout@v4',
    '    - uses: aws-actions/configure-aws-credentials@v4',
    '      with:',
    `        role-to-assume: arn:aws:iam::${spec.account}:role/${role}`,
    `        aws-region: ${region}`,
    `    - run: npx ${command}`,
    '      env:',
    '        KUBECONFIG: <a kubeconfig of the cluster, for the Lease of the run>',
  ];
}
