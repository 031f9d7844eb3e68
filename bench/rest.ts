import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** POSTs JSON over kept connections; resolves with status and milliseconds. Lighter than fetch: this process competes. */
export const createPoster = (connections: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    post: (url: string, body: unknown): Promise<{ status: number; ms: number; answer: unknown }> =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(JSON.stringify(body));
        const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
        const begun = performance.now();
        const asked = request(url, { method: 'POST', agent, headers }, (response) => {
          json(response).then(
            (answer) => resolve({ status: response.statusCode ?? 0, ms: performance.now() - begun, answer }),
            reject,
          );
        });
        asked.once('error', reject);
        asked.end(bytes);
      }),
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
