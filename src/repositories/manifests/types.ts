import type { Document } from 'yaml';
import type { Place } from '../../finding.ts';

/** One YAML file of a manifests repository, with every document in it. */
export interface ManifestFile {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly ManifestDocument[];
  /** What could not be read; other documents still are. */
  readonly problems: readonly ManifestProblem[];
}

export interface ManifestDocument {
  readonly file: ManifestFile;
  readonly document: Document.Parsed;
  /** The object as plain values, anchors resolved. */
  readonly object: ManifestObject;
  /** A generator of a kustomization makes it; its keys where they can be seen. */
  readonly generated?: { readonly keys?: readonly string[] };
  /** Where a field is: `['spec', 'data', 0, 'remoteRef', 'key']`; the nearest that exists. `ofKey`: the key instead of the value. */
  placeOf(path: readonly (string | number)[], ofKey?: boolean): Place;
}

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ManifestProblem {
  readonly message: string;
  readonly place: Place;
}
