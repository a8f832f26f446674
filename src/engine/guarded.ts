/**
 * The two worlds as a run that holds a Lease may use them: right before each changing call it is made sure that the
 * Lease outlives the call. A process that stood still for longer than its Lease so changes nothing any more, whatever
 * it had read before and in the middle of whatever step it is.
 */
import type { Aws } from '../aws/types.ts';
import type { Kubernetes } from '../kubernetes/types.ts';
import type { RunContext } from './types.ts';

/** @param guard renews the Lease where it would not outlive the next call; throws when it is lost */
export function guarded<Context extends Pick<RunContext, 'aws' | 'kubernetes'>>(context: Context, guard: () => Promise<void>): Context {
  return { ...context, aws: guardedAws(context.aws, guard), kubernetes: guardedKubernetes(context.kubernetes, guard) };
}

function guardedAws(aws: Aws, guard: () => Promise<void>): Aws {
  return {
    get sts() {
      return aws.sts;
    },
    get iam() {
      return before(aws.iam, readsAws, guard);
    },
    get apiKeys() {
      return before(aws.apiKeys, readsAws, guard);
    },
    get webIdentity() {
      return before(aws.webIdentity, (name) => readsAws(name) || name === 'assumeRole', guard);
    },
    ssm: (region) => before(aws.ssm(region), readsAws, guard),
    secretsManager: (region) => before(aws.secretsManager(region), readsAws, guard),
    rolesAnywhere: (region) => before(aws.rolesAnywhere(region), (name) => readsAws(name) || name === 'createSession', guard),
    bedrock: (region) => before(aws.bedrock(region), readsAws, guard),
    runtime: (region) => aws.runtime(region),
    cloudTrail: (region) => aws.cloudTrail(region),
    eks: (region) => before(aws.eks(region), (name) => readsAws(name) || name === 'assumeRoleForPod', guard),
    as: (credentials) => guardedAws(aws.as(credentials), guard),
    withToken: (token) => aws.withToken(token),
    get calls() {
      return aws.calls;
    },
  };
}

function guardedKubernetes(kubernetes: Kubernetes, guard: () => Promise<void>): Kubernetes {
  return before(kubernetes, (name) => !changesCluster.has(name), guard);
}

const changesCluster: ReadonlySet<string> = new Set(['create', 'apply', 'replace', 'patch', 'remove', 'createSubresource']);

/** Whatever is not known to read is taken for a change. */
function readsAws(name: string): boolean {
  return /^(get|list|describe|accessKeyLastUsed|accessKeyUse|parameterHistory)/.test(name);
}

function before<Calls extends object>(calls: Calls, reads: (name: string) => boolean, guard: () => Promise<void>): Calls {
  return new Proxy(calls, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const call = (...given: unknown[]): unknown => Reflect.apply(value, target, given);
      if (reads(name)) return call;
      return async (...given: unknown[]) => {
        await guard();
        return call(...given);
      };
    },
  });
}
