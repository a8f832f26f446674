/** The event history of CloudTrail in one region. It may be two minutes or a quarter of an hour behind. */
export interface CloudTrailCalls {
  /** The latest call that was made with an access key since then, refused ones too, as far as it tells yet. */
  latestEvent(accessKeyId: string, since: Date): Promise<TrailEvent | undefined>;
}

export interface TrailEvent {
  readonly at: Date;
  /** `InvokeModel` */
  readonly name: string;
  /** `bedrock.amazonaws.com` */
  readonly source: string;
  /** The address or the AWS service that called. */
  readonly from?: string;
}
