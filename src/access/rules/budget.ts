import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

export function checkBudget({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  if (spec.budget === undefined || Number(spec.budget.monthly) > 0) return [];
  return [
    accessFinding('amount-malformed', 'spec.budget.monthly is zero: every call would exceed it.', source.place('spec.budget.monthly'), {
      remedy: 'Name an amount above zero, or remove spec.budget.',
    }),
  ];
}
