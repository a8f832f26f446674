/** Models and inference profiles, and calls of them. */
import type { Tags } from './call.ts';

export interface FoundationModelSummary {
  readonly modelId: string;
  readonly arn: string;
  readonly name: string;
  readonly provider: string;
  readonly inferenceTypes: readonly string[];
  readonly lifecycle: { readonly status: string; readonly startOfLife?: Date; readonly legacy?: Date; readonly publicExtendedAccess?: Date; readonly endOfLife?: Date };
}

export interface InferenceProfileSummary {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: 'SYSTEM_DEFINED' | 'APPLICATION';
  readonly status: string;
  /** ARNs of the models beneath, one per destination region. */
  readonly modelArns: readonly string[];
}

export interface BedrockCalls {
  listFoundationModels(): Promise<readonly FoundationModelSummary[]>;
  getFoundationModel(id: string): Promise<FoundationModelSummary | undefined>;
  listInferenceProfiles(type?: 'SYSTEM_DEFINED' | 'APPLICATION'): Promise<readonly InferenceProfileSummary[]>;
  getInferenceProfile(id: string): Promise<InferenceProfileSummary | undefined>;
  createInferenceProfile(input: { name: string; description: string; copyFrom: string; tags: Tags; clientRequestToken: string }): Promise<{ readonly arn: string }>;
  deleteInferenceProfile(id: string): Promise<void>;
  listTags(arn: string): Promise<Tags | undefined>;
  tagResource(arn: string, tags: Tags): Promise<void>;
}

export interface ModelAnswer {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly stopReason: string;
}

export interface BedrockRuntimeCalls {
  /** Converse with one user message. */
  converse(modelId: string, prompt: string, maxTokens: number): Promise<ModelAnswer>;
  /** ConverseStream; `onText` gets each delta. */
  converseStream(modelId: string, prompt: string, maxTokens: number, onText?: (delta: string) => void): Promise<ModelAnswer>;
  countTokens(modelId: string, prompt: string): Promise<number>;
}
