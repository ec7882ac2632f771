/** One HTTPS exchange with a server of these tests. */
import { request as httpsRequest, type Agent } from 'node:https';

export interface Given {
  /** sent as JSON */
  readonly body?: unknown;
  /** sent as it is, instead of `body` */
  readonly raw?: Buffer;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** without one, each exchange has a connection of its own */
  readonly agent?: Agent;
}
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** parsed; undefined if there is none */
  readonly body: unknown;
  readonly localPort: number | undefined;
}

/** Rejects when the connection ends without an answer. */
export function call(
  { port, ca }: { port: number; ca: string },
  method: string,
  path: string,
  { body, raw, headers, agent }: Given = {},
): Promise<Got> {
  const bytes = raw ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        ...{ host: '127.0.0.1', port, method, path, ca, servername: 'edr.cloud.test', agent: agent ?? false },
        headers: {
          host: 'edr.cloud.test',
          ...(bytes === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': bytes.length }),
          ...headers,
        },
      },
      (response) => {
        const { statusCode = 0, headers: answered, socket } = response;
        const { localPort } = socket;
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const parsed: unknown = text === '' ? undefined : JSON.parse(text);
          resolve({ status: statusCode, headers: answered, body: parsed, localPort });
        });
      },
    );
    request.on('error', reject);
    request.end(bytes);
  });
}
