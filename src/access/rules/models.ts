import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

type Model = DeclaredAccess['spec']['models'][number];

/**
 * The role of every model, decided: the one that says `default`, else the first without a role; others without one
 * are `model-2`, `model-3` by their place in the list.
 */
export function modelRoles(models: readonly Model[]): string[] {
  const declared = models.some((model) => model.role === 'default');
  const first = declared ? -1 : models.findIndex((model) => model.role === undefined);
  return models.map((model, index) => model.role ?? (index === first ? 'default' : `model-${index + 1}`));
}

/** Exactly one default, every role and every model once. */
export function checkModelRoles({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const roles = modelRoles(spec.models);
  const findings: Finding[] = [];
  if (!roles.includes('default')) {
    findings.push(
      accessFinding('default-model-missing', 'No model is the default: each has another role.', source.place('spec.models'), {
        remedy: spec.models.length === 1 ? 'Remove the role: a single model is the default.' : 'Write role: default on the model that the workload uses unless told otherwise.',
      }),
    );
  }
  for (const [index, model] of spec.models.entries()) {
    const field = `spec.models[${index}]`;
    if (roles.indexOf(roles[index]!) < index) {
      const role = roles[index]!;
      const id = role === 'default' ? 'default-model-twice' : 'model-role-twice';
      findings.push(accessFinding(id, `${field}.role: the role ${role} is that of spec.models[${roles.indexOf(role)}] already.`, source.place(`${field}.role`)));
    }
    const same = spec.models.findIndex((other) => other.id === model.id);
    if (same < index) findings.push(accessFinding('model-declared-twice', `${field}.id: ${model.id} is spec.models[${same}] already.`, source.place(`${field}.id`)));
  }
  return findings;
}
