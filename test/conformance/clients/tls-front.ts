/** HTTPS in front of the sandbox, for a client that sends a bearer token over nothing else. */
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createAuthority } from '../../../src/sandbox/certificates/authority.ts';

export interface TlsFront {
  readonly url: string;
  /** PEM of the authority, for `AWS_CA_BUNDLE`. */
  readonly authorityFile: string;
  stop(): void;
}

export async function startTlsFront(endpoint: string, folder: string): Promise<TlsFront> {
  const authority = createAuthority('the front');
  const { certificate, key } = authority.issue({ commonName: 'front', addresses: ['127.0.0.1'] });
  const authorityFile = join(folder, 'authority.pem');
  writeFileSync(authorityFile, authority.certificate);
  const server = createServer({ cert: certificate, key }, (incoming, answer) => {
    const { method, url, headers } = incoming;
    const onward = request(new URL(url ?? '/', endpoint), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, authorityFile, stop: () => server.close() };
}
