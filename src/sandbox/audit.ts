import type { SandboxClock } from './clock.ts';
import type { AuditEntry } from './types.ts';

/** Every call that the sandbox answered or dropped, in order. */
export interface AuditLog {
  readonly entries: readonly AuditEntry[];
  record(entry: Omit<AuditEntry, 'at'>): AuditEntry;
  /** Answers the function that ends it. */
  subscribe(listener: (entry: AuditEntry) => void): () => void;
}

export function createAudit(clock: SandboxClock): AuditLog {
  const entries: AuditEntry[] = [];
  const listeners = new Set<(entry: AuditEntry) => void>();
  return {
    entries,
    record(entry) {
      const dated = { at: clock.now().toISOString(), ...entry };
      entries.push(dated);
      for (const listener of listeners) listener(dated);
      return dated;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
