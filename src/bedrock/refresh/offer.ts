/** What one region answers to ListFoundationModels and GetInferenceProfile. */
export interface RegionOffer {
  readonly region: string;
  readonly models: readonly OfferedModel[];
  readonly profiles: readonly OfferedProfile[];
}

export interface OfferedModel {
  readonly modelId: string;
  readonly name: string;
  /** `ON_DEMAND`, `INFERENCE_PROFILE`, `PROVISIONED` */
  readonly inferenceTypes: readonly string[];
  readonly lifecycle: OfferedLifecycle;
}

export interface OfferedLifecycle {
  readonly startOfLife?: Date;
  readonly legacy?: Date;
  readonly publicExtendedAccess?: Date;
  readonly endOfLife?: Date;
}

export interface OfferedProfile {
  readonly id: string;
  readonly type: 'SYSTEM_DEFINED' | 'APPLICATION';
  /** One for each destination region; without a region for a global profile. */
  readonly modelArns: readonly string[];
}
