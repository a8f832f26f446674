import type { JsonObject } from './object.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** What the API server answers when it refuses: a `Status` body (Kubernetes API conventions, "Response Status Kind"). */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  body(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** Group and plural name of a resource, as the messages say it. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps`, `secrets` (apimachinery: GroupResource.String). */
export function resourceText({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function details(resource: GroupResource, name?: string): StatusDetails {
  return {
    ...(name === undefined ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.resource,
  };
}

// The words below are those of k8s.io/apimachinery/pkg/api/errors/errors.go.

export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${resourceText(resource)} "${name}" not found`, details(resource, name));
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${resourceText(resource)} "${name}" already exists`, details(resource, name));
}

export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceText(resource)} "${name}": ${why}`,
    details(resource, name),
  );
}

export const objectModified = 'the object has been modified; please apply your changes to the latest version and try again';

/** Kind names the object in the message (`Deployment.apps "x" is invalid`), as real messages do. */
export function invalid(group: string, kind: string, name: string, causes: readonly StatusCause[]): StatusError {
  const qualified = group === '' ? kind : `${kind}.${group}`;
  const all = causes.map((cause) => (cause.field === undefined ? cause.message : `${cause.field}: ${cause.message}`));
  // The same words twice are said once (utilerrors.Aggregate), though both causes are listed.
  const said = [...new Set(all)];
  const words = said.length === 1 ? said[0]! : `[${said.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${words}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind,
    causes: causes.map(({ reason, message, field }) => ({
      ...(reason === undefined ? {} : { reason }),
      message,
      ...(field === undefined ? {} : { field }),
    })),
  });
}

export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const subject = name === '' ? resourceText(resource) : `${resourceText(resource)} "${name}"`;
  return new StatusError(403, 'Forbidden', `${subject} is forbidden: ${why}`, details(resource, name === '' ? undefined : name));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(resource: GroupResource, verb: string): StatusError {
  return new StatusError(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${resourceText(resource)}"`, details(resource));
}

/** A method that the address has not (go-restful's own answer). */
export function wrongMethod(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** An address that leads nowhere, in a group that is served. */
export function pathNotFound(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** An address that nobody knows: the real server answers it in plain text, `404 page not found`. */
export class PageNotFound extends StatusError {
  constructor() {
    super(404, 'NotFound', '404 page not found');
  }
}

/** 410: the resourceVersion is older than what is kept (etcd compaction). */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/** The sandbox does not do it: said so, never made up. */
export function notImplemented(what: string): StatusError {
  return new StatusError(501, 'NotImplemented', `the sandbox does not implement ${what}; see docs/sandbox-kubernetes.md`);
}

/** Is it the API server's refusal for this reason? */
export function isStatus(error: unknown, reason: string): boolean {
  return error instanceof StatusError && error.reason === reason;
}
