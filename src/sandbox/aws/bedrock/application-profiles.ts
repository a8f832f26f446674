/** An application inference profile: what the account makes over a model or a system profile. */
export interface ApplicationProfile {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly region: string;
  readonly description: string | undefined;
  /** A system profile's id or a foundation model's. */
  readonly copyOf: string;
  readonly clientRequestToken: string | undefined;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
}
