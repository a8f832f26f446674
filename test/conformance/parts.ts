/** What `npm run test:conformance` started, and how a test tells what it found. */
import { appendFileSync } from 'node:fs';
import type { ApiConnection } from '../control-plane/api-connection.ts';
import type { Emulator } from '../control-plane/emulators.ts';

export interface Parts {
  readonly kubernetes: ApiConnection & { readonly kubeconfigFile: string };
  readonly ministack: Emulator;
  readonly moto: Emulator;
  /** Folder of the built programs, by module. */
  readonly programs: { readonly controlPlane: string; readonly externalSecrets: string };
  /** The program itself: the one on the PATH, or built from its module. */
  readonly terraform: string;
  /** Where findings are written for the report. */
  readonly results: string;
}

export const partsVariable = 'CONFORMANCE_PARTS';

/** The real parts of this run. @throws when the tests were started without them */
export function realParts(): Parts {
  const text = process.env[partsVariable];
  if (text === undefined) throw new Error('conformance tests need real parts: run `npm run test:conformance`');
  const parts: Parts = JSON.parse(text);
  return parts;
}

/** One behaviour that was compared: which parts showed it alike. */
export interface Result {
  /** `Kubernetes API`, `External Secrets Operator`, `AWS`: a chapter of the report. */
  readonly chapter: string;
  readonly behaviour: string;
  readonly parts: Readonly<Record<string, 'same' | 'known difference' | 'different'>>;
  /** What was learnt, where they differ. */
  readonly note?: string;
  /** What each part answered, where that is different. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

export function report(result: Result): void {
  appendFileSync(realParts().results, `${JSON.stringify(result)}\n`);
}
