import { lifecycleFindings } from '../bedrock/lifecycle-findings.ts';
import type { Finding } from '../finding.ts';
import { parseBedrockArn, type WrittenBedrockArn } from './bedrock-arn.ts';
import type { RepositoryFacts, Text } from './facts.ts';
import { containersOf, grants, namedModel, regionsIn, type Grant } from './identity.ts';
import type { RuleContext, RuleFinding } from './rule.ts';

/** A model or profile id that the repositories name, and where. */
export interface NamedModel {
  readonly id: string;
  readonly place: Text['place'];
  /** Where it is called from, as far as it is known. */
  readonly region: string | undefined;
  readonly in: 'policy' | 'environment';
  /** `BEDROCK_MODEL_ID of Deployment openhands`, `aws_iam_policy.bedrock_policy`. */
  readonly where: string;
}

/** Every model id in a policy's resources or a container's environment, wildcards and unknown ids left out. */
export function namedModels(facts: RepositoryFacts): readonly NamedModel[] {
  const inPolicies = bedrockResources(facts).flatMap(({ arn, resource, grant }) =>
    /[*?$]/.test(arn.id) || (arn.type !== 'foundation-model' && arn.type !== 'inference-profile')
      ? []
      : [{ id: arn.id, place: resource.place, region: /[*?$]/.test(arn.region) || arn.region === '' ? undefined : arn.region, in: 'policy' as const, where: grant.policies[0]?.address ?? 'a policy' }],
  );
  const inEnvironments = containersOf(facts).flatMap(({ workload, container }) =>
    container.environment.flatMap(({ name, value, valuePlace }) => {
      const id = namedModel(name, value);
      return id === undefined ? [] : [{ id, place: valuePlace, region: regionsIn(container)[0]?.value, in: 'environment' as const, where: `${name} of ${workload.kind} ${workload.name}` }];
    }),
  );
  const copied = facts.applicationProfiles.flatMap(({ address, copyOf }) => {
    const arn = parseBedrockArn(copyOf.text);
    return arn === undefined || /[*?$]/.test(arn.id) ? [] : [{ id: arn.id, place: copyOf.place, region: /[*?$]/.test(arn.region) ? undefined : arn.region, in: 'policy' as const, where: address }];
  });
  return [...inPolicies, ...copied, ...inEnvironments];
}

/** The id of the system profile that an ARN is of, or that the application profile which it refers to copies. */
export function systemProfileOf(arn: WrittenBedrockArn, facts: RepositoryFacts): string | undefined {
  if (arn.type === 'inference-profile') return arn.id;
  const profile = arn.type === 'application-inference-profile' ? facts.applicationProfiles.find(({ address }) => arn.id === `\${${address}.id}`) : undefined;
  const copied = profile === undefined ? undefined : parseBedrockArn(profile.copyOf.text);
  return copied?.type === 'inference-profile' ? copied.id : undefined;
}

/** Every resource of an allowing statement that is an ARN of Bedrock. */
export function bedrockResources(facts: RepositoryFacts): readonly { readonly resource: Text; readonly arn: NonNullable<ReturnType<typeof parseBedrockArn>>; readonly grant: Grant }[] {
  const seen = new Set<Text>();
  return grants(facts).flatMap((grant) =>
    grant.statements
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ resources }) => resources)
      .flatMap((resource) => {
        const arn = parseBedrockArn(resource.text);
        if (!arn || seen.has(resource)) return [];
        seen.add(resource);
        return [{ resource, arn, grant }];
      }),
  );
}

/** Does a statement allow invoking? */
export function invokes(action: string): boolean {
  return /^(\*|bedrock:(\*|invoke.*))$/i.test(action);
}

/** What the lifecycle of each named model means: each model once per policy or variable, not once per destination region. */
export function lifecyclesNamed(facts: RepositoryFacts, { catalog, now }: RuleContext): readonly { readonly named: NamedModel; readonly finding: Finding; readonly found: RuleFinding }[] {
  const seen = new Set<string>();
  return namedModels(facts).flatMap((named) => {
    const modelId = catalog.profiles.get(named.id)?.modelId ?? named.id;
    const model = catalog.models.get(modelId);
    const key = `${named.where} ${modelId}`;
    if (!model || seen.has(key)) return [];
    seen.add(key);
    const region = named.region ?? catalog.profiles.get(model.profiles[0] ?? '')?.routing.keys().next().value ?? 'us-east-1';
    return lifecycleFindings(named.id, model, { catalog, region, now }).map((finding) => ({
      named,
      finding,
      found: { message: `${named.where}: ${finding.message.replace(/\.$/, '')}`, cause: finding.cause, remedy: finding.remedy, place: named.place },
    }));
  });
}
