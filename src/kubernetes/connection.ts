/** Where the API server is, whom it is trusted by, and as whom to speak. Kubeconfig, service account and plugins all end in this. */
export interface Connection {
  /** `https://host:port`, without a slash at the end. */
  readonly server: string;
  /** The kubeconfig context's name; `in-cluster` for a pod's service account. */
  readonly context: string;
  /** For what names none; `default` otherwise. */
  readonly namespace?: string;
  /** PEM. */
  readonly ca?: string;
  readonly serverName?: string;
  readonly trustsAnyCertificate: boolean;
  /** PEM, of the client. */
  readonly certificate?: string;
  readonly key?: string;
  /** Authorization and impersonation, asked before each request; `renewed` after the server answered 401. */
  headers(renewed?: boolean): Promise<Readonly<Record<string, string>>>;
}
