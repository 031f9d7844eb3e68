import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { publicEvent, type PublicEvent } from '../../src/events/public.ts';

const page = z.object({
  ok: z.literal(true),
  events: z.array(publicEvent),
  next: z.number(),
  head: z.number(),
});

/** A consumer that hangs up after `limit` events. Resolves with them; `query` goes into the URL. */
export type Consume = (
  url: string,
  asked: Readonly<{ after: number; limit: number; query?: string }>,
) => Promise<PublicEvent[]>;

export const pulled = async (url: string, query: string): Promise<z.infer<typeof page>> =>
  page.parse(await (await fetch(`${url}/events?${query}`)).json());

const byPulling: Consume = async (url, { after, limit, query = '' }) =>
  (await pulled(url, `after=${after}&limit=${limit}&wait=10&${query}`)).events;

const byStream: Consume = async (url, { after, limit, query = '' }) => {
  const cut = new AbortController();
  const response = await fetch(`${url}/events/stream?${query}`, {
    headers: { 'last-event-id': String(after) },
    signal: cut.signal,
  });
  assert.equal(response.status, 200, response.body === null ? '' : undefined);
  assert.ok(response.body);
  const events: PublicEvent[] = [];
  let id = '';
  for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
    if (line.startsWith('id: ')) id = line.slice(4);
    if (!line.startsWith('data: ')) continue;
    const event = publicEvent.parse(JSON.parse(line.slice(6)));
    assert.equal(id, String(event.position));
    events.push(event);
    if (events.length === limit) break;
  }
  cut.abort();
  return events;
};

const bySocket: Consume = (url, { after, limit, query = '' }) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/events/ws?after=${after}&${query}`);
  const events: PublicEvent[] = [];
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve(events));
    socket.on('message', (data) => {
      if (events.length === limit) return;
      events.push(publicEvent.parse(JSON.parse(String(data))));
      if (events.length === limit) socket.terminate();
    });
  });
};

export const CONSUMERS: Readonly<Record<string, Consume>> = {
  pull: byPulling,
  SSE: byStream,
  WebSocket: bySocket,
};
