import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export type Asking = Readonly<{
  method: string;
  /** As it goes over the wire: nothing is normalised. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** Cuts the connection once this is resolved. */
  hangUp?: Promise<void>;
}>;

export type Answered = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** The parsed body, undefined where it is no JSON. */
  json: unknown;
}>;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Far longer than any answer takes. */
const SILENCE_MS = 30_000;

/** One HTTP exchange with 127.0.0.1, on a connection of its own. Unlike fetch, it sends any header and any path. */
export const exchange = async (port: number, asking: Asking): Promise<Answered> => {
  const { method, path, headers = {}, body, hangUp } = asking;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const asked = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: { ...length, ...headers },
  });
  const broken = new Promise<never>((_, reject) => asked.once('error', reject));
  asked.setTimeout(SILENCE_MS, () => asked.destroy(new Error(`${method} ${path} is not answered`)));
  broken.catch(() => {});
  asked.end(body);
  if (hangUp !== undefined) await hangUp.then(() => asked.destroy());
  const [response]: [IncomingMessage] = await Promise.race([once(asked, 'response') as never, broken]);
  const bytes = await buffer(response);
  const text = bytes.toString();
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text, json: parsed(text) };
};

/** A JSON body with its header. */
export const json = (value: unknown): Required<Pick<Asking, 'headers' | 'body'>> => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
