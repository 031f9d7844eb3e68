import { z } from 'zod';

/** The control API refused a call; `code` and `field` as its answer has them. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, answer: z.infer<typeof refusal>) {
    super(answer.message);
    this.status = status;
    this.code = answer.error;
    this.field = answer.field;
  }
}

const refusal = z.object({ error: z.string(), message: z.string(), field: z.string().optional() });
const LIMIT = 30_000;

/** Calls the control API and reads its answer. */
export type Call = <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown) => Promise<T>;

/** Throws SandboxError when a call is refused. */
export const makeCall =
  (controlUrl: string): Call =>
  async (schema, method, path, body) => {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer: unknown = response.status === 204 ? undefined : await response.json();
    if (!response.ok) throw new SandboxError(response.status, refusal.parse(answer));
    return schema.parse(answer);
  };

/** Reads a list that grows until one of its items passes the test. */
export const waitFor = async <T extends { readonly sequence: number }>(
  read: (after: number, wait: number) => Promise<readonly T[]>,
  test: (item: T) => boolean,
  limit = LIMIT,
): Promise<T> => {
  const end = performance.now() + limit;
  let after = 0;
  for (;;) {
    const left = Math.ceil(end - performance.now());
    if (left <= 0) throw new Error(`the sandbox saw nothing like it within ${limit} ms`);
    const items = await read(after, left);
    const found = items.find(test);
    if (found !== undefined) return found;
    after = Math.max(after, ...items.map((item) => item.sequence));
  }
};

/** Sends or takes bytes instead of JSON. */
export type Raw = (method: string, path: string, body?: Buffer) => Promise<Buffer>;

/** Throws SandboxError when a call is refused. */
export const makeRaw =
  (controlUrl: string): Raw =>
  async (method, path, body) => {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/octet-stream' } }),
    });
    const answer = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new SandboxError(response.status, refusal.parse(JSON.parse(answer.toString())));
    return answer;
  };
