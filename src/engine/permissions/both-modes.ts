import { canonicalJson, isRecord, recordsAt } from '../../resources/json.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import type { PolicyStatement } from '../../policy/types.ts';
import { packed } from './iam-policy.ts';
import { printed, type ProgramPermissions } from './index.ts';

/** What the program needs of one access in two modes of credentials: `migrate` works in both at once. */
export function bothModes(one: ProgramPermissions, other: ProgramPermissions): ProgramPermissions {
  const [first] = one.policies;
  const statements = distinct([...one.policies, ...other.policies].flatMap(({ document }) => document.Statement));
  const findings = [...one.findings, ...other.findings];
  const store = one.store === undefined || other.store === undefined ? (one.store ?? other.store) : { ...one.store, Statement: distinct([...one.store.Statement, ...other.store.Statement]) };
  const rotation = one.rotation ?? other.rotation;
  const renewal = one.renewal ?? other.renewal;
  return {
    ...one,
    policies: first === undefined ? other.policies : packed(statements).map((document, index) => printed(`${first.arn}${index === 0 ? '' : `-${index + 1}`}`, document)),
    ...(store === undefined ? {} : { store }),
    ...(rotation === undefined ? {} : { rotation }),
    ...(renewal === undefined ? {} : { renewal }),
    roles: bothRoles(one.roles, other.roles),
    findings: [...new Map(findings.map((finding) => [finding.id, finding])).values()],
  };
}

/** Each statement once; a Sid stands once in a document, and may come twice with other contents. */
function distinct(statements: readonly PolicyStatement[]): readonly PolicyStatement[] {
  const sids = new Set<string>();
  return [...new Map(statements.map((statement) => [canonicalJson(statement), statement])).values()].map((statement) => {
    const { Sid } = statement;
    if (Sid === undefined) return statement;
    let sid = Sid;
    while (sids.has(sid)) sid = `${sid}Too`;
    sids.add(sid);
    return { ...statement, Sid: sid };
  });
}

/** A role of one name has the rules of both. */
function bothRoles(one: readonly KubernetesObject[], other: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const named = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  const merged = one.map((object) => {
    const same = other.find((candidate) => named(candidate) === named(object));
    const [rules, more] = [object, same].map((each) => (isRecord(each) ? recordsAt(each, 'rules') : []));
    if (same === undefined || more === undefined || more.length === 0) return object;
    return { ...object, rules: [...new Map([...(rules ?? []), ...more].map((rule) => [canonicalJson(rule), rule])).values()] };
  });
  return [...merged, ...other.filter((object) => !one.some((candidate) => named(candidate) === named(object)))];
}
