import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type PublicEvent, publicEvent } from '../../src/events/public.ts';

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
  const asked = get(`${url}/events/stream?${query}`, {
    agent: false,
    headers: { 'last-event-id': String(after) },
  });
  const [response]: [IncomingMessage] = (await once(asked, 'response')) as never;
  assert.equal(response.statusCode, 200);
  const events: PublicEvent[] = [];
  let rest = '';
  // leaving the loop hangs up
  for await (const chunk of response.setEncoding('utf8')) {
    const frames = `${rest}${chunk}`.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(frame) ?? [];
      if (data === undefined || events.length === limit) continue;
      const event = publicEvent.parse(JSON.parse(data));
      assert.equal(id, String(event.position));
      events.push(event);
    }
    if (events.length === limit) break;
  }
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
