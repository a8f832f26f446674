import type { ProgramPermissions } from '../../engine/permissions/index.ts';
import { blockText, hclList, hclText, labelOf, type HclExpression } from '../../repositories/export/hcl-emit.ts';
import { policiesToMake } from './policies.ts';

/** `aws_iam_policy` for each policy, `kubernetes_manifest` (HashiCorp's Kubernetes provider) for each role and binding. */
export function terraformOf(all: readonly ProgramPermissions[]): string {
  const policies = policiesToMake(all).map(({ name, path, description, document }) =>
    blockText({
      type: 'resource',
      labels: ['aws_iam_policy', labelOf(name)],
      attributes: [
        ['name', hclText(name)],
        ['path', hclText(path)],
        ['description', hclText(description)],
        ['policy', { type: 'call', name: 'jsonencode', arguments: [expressionOf(document)] }],
      ],
    }),
  );
  const roles = all
    .flatMap(({ roles: each }) => each)
    .map((role) =>
      blockText({
        type: 'resource',
        labels: ['kubernetes_manifest', labelOf([role.kind, role.metadata.namespace ?? '', role.metadata.name ?? ''].join('_'))],
        attributes: [['manifest', expressionOf(role)]],
      }),
    );
  return [...policies, ...roles].join('\n\n');
}

function expressionOf(value: unknown): HclExpression {
  if (Array.isArray(value)) return hclList(value.map(expressionOf));
  if (typeof value === 'object' && value !== null) return { type: 'object', entries: Object.entries(value).map(([key, inner]) => [key, expressionOf(inner)]) };
  if (typeof value === 'boolean') return { type: 'boolean', value };
  return hclText(String(value));
}
