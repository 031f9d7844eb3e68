import assert from 'node:assert/strict';
import { type Db, MongoClient } from 'mongodb';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent } from '../../src/events/event.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import { openLog, type TestLog } from './log.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Service, startService } from './service.ts';
import { waitFor } from './wait.ts';
import { startWorld, type World } from './world.ts';

type Env = Readonly<Record<string, string>>;

/** A service that delivers to a receiver, and the log that tests write into. Retries come after a second. */
export const openWebhookScene = async (env: Env = {}) => {
  const world: World = await startWorld();
  const settings = { ...world.env, WEBHOOK_RETRY_SCHEDULE: '1s,1s,1s,1s', ...env };
  let service: Service = await startService(settings);
  const opened: TestLog = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
  const client = await new MongoClient(world.mongo.url).connect();
  const receiver: Receiver = await startReceiver();
  const log: EventLog = opened.log;
  const state: Db = client.db(`${world.env.DB_NAME}_state`);
  const ids: string[] = [];
  let serial = 0;

  const send = (method: string, path: string, body?: unknown) => service.send(method, path, body);
  const webhook = async (id: unknown) => {
    const { body } = await service.get(`/webhooks/${id}`);
    return body.webhook as { status: string; reason: string | null; replays: readonly unknown[] };
  };
  return {
    ...{ world, receiver, log, state, send, webhook },
    service: () => service,
    /** kill -9, and another start. */
    restart: async (more: Env = {}): Promise<void> => {
      await service.kill();
      service = await startService({ ...settings, ...more });
    },
    /** Remembers a webhook that is to be gone after the test. */
    remember: (id: string): void => void ids.push(id),
    register: async (options: object = {}): Promise<Record<string, unknown>> => {
      const url = `${receiver.url}/${serial++}`;
      const { status, body } = await send('POST', '/webhooks', { url, order: 'chat', ...options });
      assert.equal(status, 201, JSON.stringify(body));
      const made = body.webhook as Record<string, unknown>;
      ids.push(String(made.id));
      return { ...made, secret: body.secret };
    },
    /** Positions of what was appended, one after the other. */
    append: async (...events: NewEvent<WildcatEvent>[]): Promise<number[]> => {
      const seqs: number[] = [];
      for (const event of events) seqs.push((await log.append(event)).seq);
      return seqs;
    },
    untilGot: (count: number): Promise<unknown> =>
      waitFor(() => receiver.got.length >= count, { what: `${count} requests` }),
    untilStatus: (id: unknown, status: string): Promise<unknown> =>
      waitFor(async () => (await webhook(id)).status === status, { what: `a webhook that is ${status}` }),
    /** No webhooks, nothing received, all answered with 200. */
    clear: async (): Promise<void> => {
      for (const id of ids.splice(0)) await send('DELETE', `/webhooks/${id}`);
      receiver.got.length = 0;
      receiver.answer(() => 200);
    },
    close: async (): Promise<void> => {
      await receiver.close();
      await service.kill();
      await client.close();
      await opened.close();
      await world.close();
    },
  };
};
export type WebhookScene = Awaited<ReturnType<typeof openWebhookScene>>;
