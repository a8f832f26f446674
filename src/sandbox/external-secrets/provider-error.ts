/** The provider has no such secret: the operator's `NoSecretError`, which `deletionPolicy` decides about. */
export class NoSecretError extends Error {
  constructor() {
    super('Secret does not exist');
  }
}

/** Anything else that keeps a value from being read, in the operator's words. */
export class ProviderError extends Error {}
