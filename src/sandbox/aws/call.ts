import type { World } from '../world.ts';
import type { Fields } from './fields.ts';
import type { Identity } from './identity.ts';
import type { AwsState } from './state.ts';
import type { WireRequest } from './wire.ts';

/** One authenticated request. */
export interface Call {
  readonly world: World;
  readonly state: AwsState;
  readonly identity: Identity;
  readonly accessKeyId: string;
  readonly region: string;
  readonly input: Fields;
  /** As it came over the wire: for what is signed with a certificate. */
  readonly request: WireRequest;
  readonly requestId: string;
}

/** One question to the evaluator. `context` adds to the keys that every request carries. */
export interface Check {
  /** `iam:CreateUser` */
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** One operation of a service. */
export interface Operation {
  /** As IAM names it, for the audit log. */
  readonly action: string;
  /** It is asked without AWS credentials: what it is given says who calls. */
  readonly unsigned?: boolean;
  /** What the caller must be allowed; none for calls that need no permission. Also the audit log's resource: the first. */
  checks(call: Call): readonly Check[];
  run(call: Call): Answer | Promise<Answer>;
}

/** A structure, as the service's API model names its members; or a body of the operation's own. */
export type Answer = Readonly<Record<string, unknown>> | Body;

export class Body {
  readonly contentType: string;
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(contentType: string, content: Uint8Array | AsyncIterable<Uint8Array>, headers: Readonly<Record<string, string>> = {}) {
    this.contentType = contentType;
    this.content = content;
    this.headers = headers;
  }
}

export type Operations = Readonly<Record<string, Operation>>;

/** Of a REST service. `path` has labels, `{modelId}`; they, the query and the JSON body together are the input. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly operation: Operation;
  /** Default 200. */
  readonly status?: number;
  /** `raw`: the body is the provider's, not a structure. */
  readonly body?: 'raw';
}
