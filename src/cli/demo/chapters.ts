import { setTimeout as realTime } from 'node:timers/promises';
import { parseAccess } from '../../access/parse.ts';
import type { Access } from '../../access/types.ts';
import { openAws } from '../../aws/open.ts';
import { applyAccess, clusterIdOf, planAccess, rollbackAccess } from '../../engine/index.ts';
import type { RunContext, RunEvent, VerifyCheck } from '../../engine/types.ts';
import { verifyAccess } from '../../engine/verify/index.ts';
import { openKubernetes } from '../../kubernetes/open.ts';
import type { Catalog } from '../../bedrock/types.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { Secret } from '../../secret.ts';
import { renderFinding } from '../output/finding.ts';
import { renderPlan } from '../output/plan.ts';
import { renderProgress, renderSummary } from '../output/progress.ts';
import { printable } from '../output/text.ts';
import { renderCheck, renderVerdict } from '../output/verify.ts';
import { programVersion } from '../version.ts';
import type { Narrator } from './narrator.ts';
import type { Story } from './story.ts';

/** Where the story takes place. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly story: Story;
  readonly access: Access;
  readonly context: RunContext;
  readonly narrator: Narrator;
}

export async function setStage(sandbox: Sandbox, story: Story, catalog: Catalog, narrator: Narrator): Promise<Stage> {
  const { random, signal } = narrator.commandLine;
  const outside = { environment: sandbox.environment, clock: sandbox.productClock, random };
  const kubernetes = await openKubernetes(outside);
  const aws = openAws({ ...outside, region: 'us-west-2', userAgent: `bedrock-access/${programVersion}` });
  const [parsed] = parseAccess(story.declaration, { file: 'openhands.yaml' }).accesses;
  if (parsed === undefined) throw new Error("the demo's own declaration does not parse");
  const context: RunContext = { aws, kubernetes, catalog, clock: sandbox.productClock, random, signal, programVersion, clusterId: await clusterIdOf(kubernetes) };
  return { sandbox, story, access: parsed.access, context, narrator };
}

/** The request as it was written, tried: the bare id, then the profile that has to be called, under the requested policy. */
export async function requestDenied({ sandbox, story, context, narrator }: Stage): Promise<void> {
  narrator.chapter('The request as it was written');
  narrator.tell(`A user with the requested policy calls ${story.model} in us-west-2.`);
  const keys = await sandbox.aws.createIdentity('bedrock-openhands-as-requested', story.requestedPolicy);
  const runtime = context.aws.as({ accessKeyId: keys.accessKeyId, secretAccessKey: new Secret(keys.secretAccessKey) }).runtime('us-west-2');
  for (const id of [story.model, story.profile]) {
    const before = sandbox.audit.length;
    const answer = await runtime.converse(id, 'Are you there?', 32).then(() => undefined, (error: unknown) => error);
    const denied = sandbox.audit.slice(before).find((entry) => entry.verdict !== 'allow');
    const message = answer instanceof Error ? answer.message : 'answered';
    const why = denied?.explanation ?? [];
    narrator.show(
      'call',
      { model: id, action: denied?.action ?? 'bedrock:InvokeModel', verdict: denied?.verdict ?? 'allow', status: denied?.status, code: denied?.code, message, explanation: why },
      [`  Converse ${id}`, `    ${denied?.status ?? 200} ${printable(message)}`, ...why.map((sentence) => `    ${narrator.commandLine.paint.faint('why:')} ${printable(sentence)}`)].join('\n'),
    );
  }
}

export async function planned({ story, access, context, narrator }: Stage): Promise<void> {
  narrator.chapter('One declaration instead, and what it implies');
  narrator.tell(`${indented(story.declaration.trimEnd())}\n`);
  const { plan } = await planAccess(access, context);
  narrator.show('plan', { plan }, renderPlan(plan, narrator.commandLine.paint));
}

export async function applied({ access, context, narrator }: Stage): Promise<void> {
  narrator.chapter('Apply');
  await followed(applyAccess(access, context), 'apply', narrator);
}

export async function verified({ access, context, narrator }: Stage): Promise<readonly VerifyCheck[]> {
  narrator.chapter('Verify, with the credentials that the pod holds');
  const { paint } = narrator.commandLine;
  const checks: VerifyCheck[] = [];
  for await (const check of verifyAccess(access, { ...context, call: true })) {
    checks.push(check);
    narrator.show('check', { check }, renderCheck(check, paint));
  }
  narrator.tell(renderVerdict(checks, paint));
  return checks;
}

/** What the app itself got: the log of its pod, a process with the environment that the pod has. */
export async function appAnswered({ context, narrator }: Stage): Promise<void> {
  narrator.chapter('The app');
  for (let waited = 0; ; waited += 100) {
    const pods = await context.kubernetes.list('v1', 'Pod', { namespace: 'openhands', labelSelector: 'app=openhands' });
    const running = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined).map((pod) => pod.metadata.name ?? '');
    const logs = await Promise.all(running.map(async (pod) => ({ pod, log: await context.kubernetes.podLogs('openhands', pod, { tailLines: 1 }) })));
    if (waited < 10_000 && logs.some(({ log }) => log.trim() === '')) {
      // The process needs real time to start and to call, whatever the world's clock says.
      await realTime(100);
      continue;
    }
    for (const { pod, log } of logs) narrator.show('log', { pod, log }, `$ kubectl logs ${pod} -n openhands --tail 1\n${indented(printable(log.trimEnd()))}`);
    return;
  }
}

export async function rolledBack({ access, context, narrator }: Stage): Promise<void> {
  narrator.chapter('Roll everything back');
  await followed(rollbackAccess(access.metadata, context, { all: true }), 'rollback', narrator);
}

/** Shows a run; its own summary is wrapped, since the story ends with a summary of its own. */
async function followed(events: AsyncIterable<RunEvent>, command: string, narrator: Narrator): Promise<void> {
  const { paint } = narrator.commandLine;
  for await (const event of events) {
    const text =
      event.type === 'planned' ? undefined : event.type === 'summary' ? renderSummary(event, paint) : event.type === 'finding' ? renderFinding(event.finding, paint) : renderProgress(event, paint);
    narrator.show('run', { command, event }, text);
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
