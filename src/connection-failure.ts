/**
 * What a failed connection says about the call it carried: `never-sent` (nothing was executed) or `cut-off` (it may have
 * been). Undefined for codes that are not about a connection. `code` is Node's `error.code` (errno names, OpenSSL's).
 */
export function connectionFailure(code: string): 'never-sent' | 'cut-off' | undefined {
  if (neverSent.test(code)) return 'never-sent';
  if (cutOff.test(code)) return 'cut-off';
  return undefined;
}

/** May a call that failed with this code come through a little later? A wrong name or certificate will not mend itself. */
export function mayPass(code: string): boolean {
  return code === 'ECONNREFUSED' || code === 'EAI_AGAIN' || connectionFailure(code) === 'cut-off';
}

const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ERR_INVALID_URL|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_SSL_\w+|EPROTO)$/;

const cutOff = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_\w+|HPE_\w+)$/;
