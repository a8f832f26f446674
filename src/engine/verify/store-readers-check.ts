import { storeReaders, storeReadersProblems } from '../../checks/live/store-readers.ts';
import { gatherStore } from '../store-identity/gather.ts';
import type { Looked } from './check.ts';
import type { Inquiry } from './inquiry.ts';

/** Follows the store to the identity that it reads with, and says who can read by it. */
export async function storeReadersCheck({ access, context, readings }: Inquiry): Promise<Looked> {
  const facts = await gatherStore(access, context.aws, readings);
  if (facts === undefined) return { detail: 'there is no store to follow', findings: [], skipped: true };
  const { told, undecided } = storeReaders(facts);
  return { detail: `${facts.kind} ${facts.name}: ${told}`, findings: storeReadersProblems(facts), skipped: undecided };
}
