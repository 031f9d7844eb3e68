import { createApp } from '../../src/http/app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { listen } from '../../src/http/transport/server.ts';
import { type Answered, type Asking, exchange } from './exchange.ts';

type Ask = (asking: Asking) => Promise<Answered>;

/** Serves the app on a free port for as long as `use` runs. */
export const withEdge = async (deps: HttpDeps, use: (ask: Ask) => Promise<void>): Promise<void> => {
  const server = await listen(createApp(deps).callback(), { host: '127.0.0.1', port: 0 });
  try {
    await use((asking) => exchange(server.port, asking));
  } finally {
    await server.close();
  }
};

export const get = (path: string, headers: Readonly<Record<string, string>> = {}): Asking => ({
  method: 'GET',
  path,
  headers,
});

export const post = (
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Asking => ({
  method: 'POST',
  path,
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
});
