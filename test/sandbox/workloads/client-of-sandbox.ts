import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';

/** The least that a test needs to talk to the sandbox's API server. */
export class ControlPlaneClient {
  readonly #server: string;
  readonly #ca: string;
  readonly #token: string;

  constructor(kubeconfigFile: string) {
    const config: { clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]; users: { user: { token: string } }[] } = parse(readFileSync(kubeconfigFile, 'utf8'));
    this.#server = config.clusters[0]!.cluster.server;
    this.#ca = Buffer.from(config.clusters[0]!.cluster['certificate-authority-data'], 'base64').toString('utf8');
    this.#token = config.users[0]!.user.token;
  }

  /** Ids of all processes of this machine. */
  static processes(): readonly string[] {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  }

  async create(path: string, body: object): Promise<void> {
    const answer = await this.#send('POST', path, JSON.stringify(body));
    if (answer.status >= 300) throw new Error(answer.text);
  }

  async remove(path: string): Promise<void> {
    await this.#send('DELETE', path);
  }

  async text(path: string): Promise<string> {
    return (await this.#send('GET', path)).text;
  }

  #send(method: string, path: string, body?: string): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const outgoing = request(new URL(path, this.#server), { method, ca: this.#ca, agent: false, headers }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
