import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { json } from 'node:stream/consumers';

type Answered = Readonly<{ status: number; ms: number; answer: unknown }>;

/** Asks over kept connections; resolves with status and milliseconds. Lighter than fetch: this process competes. */
export const createAsker = (connections: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const ask = (
    url: string,
    method: string,
    headers: OutgoingHttpHeaders,
    bytes?: Buffer,
  ): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const asked = request(url, { method, agent, headers }, (response) => {
        json(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, ms: performance.now() - begun, answer }),
          reject,
        );
      });
      asked.once('error', reject);
      asked.end(bytes);
    });
  return {
    get: (url: string) => ask(url, 'GET', {}),
    post: (url: string, body: unknown) => {
      const bytes = Buffer.from(JSON.stringify(body));
      const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
      return ask(url, 'POST', headers, bytes);
    },
    close: () => agent.destroy(),
  };
};

/** Runs `count` tasks, at most `width` at once. */
export const inWindow = async (
  count: number,
  width: number,
  task: (n: number) => Promise<unknown>,
): Promise<void> => {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await task(n);
  };
  await Promise.all(Array.from({ length: width }, work));
};
