/** One API server under comparison, and what makes two answers comparable. */
import { call, type ApiAnswer, type ApiConnection, type ApiRequest } from '../../control-plane/api-connection.ts';

export interface Session {
  /** A namespace of the behaviour's own; the same name on both servers. */
  readonly namespace: string;
  request(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer>;
  /** `/api/v1/namespaces/<own>/<rest>` */
  core(rest: string): string;
  /** `/apis/<group version>/namespaces/<own>/<rest>` */
  group(groupVersion: string, rest: string): string;
  /** Asks until `check` holds. Answers the last answer. */
  until(path: string, check: (answer: ApiAnswer) => boolean): Promise<ApiAnswer>;
  /** The events of a watch, until there are `count` or nothing comes for a while. */
  watch(path: string, count: number): Promise<readonly unknown[]>;
}

export function openSession(connection: ApiConnection, namespace: string): Session {
  const session: Session = {
    namespace,
    request: (method, path, request) => call(connection, method, path, request),
    core: (rest) => `/api/v1/namespaces/${namespace}/${rest}`,
    group: (groupVersion, rest) => `/apis/${groupVersion}/namespaces/${namespace}/${rest}`,
    async until(path, check) {
      for (let count = 0; ; count += 1) {
        const answer = await session.request('GET', path);
        if (check(answer) || count > 200) return answer;
        await new Promise((resolve) => void setTimeout(resolve, 50));
      }
    },
    async watch(path, count) {
      // The server ends the watch by itself after a second; all lines are read then.
      const answer = await session.request('GET', `${path}${path.includes('?') ? '&' : '?'}watch=true&timeoutSeconds=1`);
      return answer.text.split('\n').filter((line) => line !== '').slice(0, count).map((line): unknown => JSON.parse(line));
    },
  };
  return session;
}

/** What differs between any two servers and says nothing: ids, times, revisions, addresses. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? comparableText(value) : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, each]) => [comparableText(key), masks[key]?.(each) ?? comparable(each)]),
  );
}

const masks: Readonly<Record<string, ((value: unknown) => unknown) | undefined>> = {
  resourceVersion: (value) => (value === '' ? '' : '<revision>'),
  continue: (value) => (value === '' ? '' : '<continue>'),
  'pod-template-hash': () => '<hash>',
  nodeName: () => '<node>',
  image: (value) => value,
};

function comparableText(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replace(/\b(?:127|10)\.\d+\.\d+\.\d+(?::\d+)?/g, '<address>');
}

/** Status and body of an answer, made comparable. */
export function seen(answer: ApiAnswer): unknown {
  return comparable({ status: answer.status, body: answer.body ?? answer.text });
}
