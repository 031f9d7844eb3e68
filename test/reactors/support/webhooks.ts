import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createLeases } from '../../../src/adapters/lease.ts';
import { createDeliveries } from '../../../src/adapters/mongo/deliveries.ts';
import { createPositions } from '../../../src/adapters/mongo/positions.ts';
import { createWebhookTargets } from '../../../src/adapters/mongo/webhook-targets.ts';
import { createWebhookClient } from '../../../src/adapters/webhook-client.ts';
import { commandHandler } from '../../../src/commands/handle.ts';
import { followStates } from '../../../src/commands/states.ts';
import { createRegistry, type WebhookChange } from '../../../src/commands/webhook-registry.ts';
import { webhooks as decider } from '../../../src/commands/webhooks.ts';
import { toldBy } from '../../../src/events/webhook-payload.ts';
import { SYSTEM } from '../../../src/events/webhooks.ts';
import { createTeller } from '../../../src/reactors/webhooks/teller.ts';
import { type Dispatcher, startWebhooks, type WebhooksDeps } from '../../../src/reactors/webhooks.ts';
import { type Answering, positionOf, startReceiver } from '../../support/receiver.ts';
import { silentLog } from '../../support/silent-log.ts';
import { message } from '../../support/webhook-events.ts';
import { openWorld } from './world.ts';

const secret = createSecretKey(Buffer.alloc(32, 7));
const asked = { actor: { kind: 'system' } } as const;
const random = (bytes: number): string => randomBytes(bytes).toString('hex');
const positionName = (id: string): string => `webhook/${id}`;

/** What delivers webhooks, as compose puts it together, but in this process. Call `close` in `after`. */
export const openWebhooks = async () => {
  const world = await openWorld();
  const { nc, log } = await world.connect();
  const ending = new AbortController();
  let skipped = 0;
  const now = (): Date => new Date(Date.now() + skipped);
  const deliveries = await createDeliveries(world.state, { keepMs: 3_600_000, now });
  const targets = createWebhookTargets(world.state, secret);
  const positions = createPositions(world.state);
  const states = await followStates(log, decider, ending.signal);
  const command = commandHandler({ log, states, now }, decider);
  const registry = createRegistry({
    ...{ states, command, targets, deliveries, log, random, now },
    keyed: (text) => createHmac('sha256', secret).update(text).digest('base64url'),
    newSecret: () => `whsec_${randomBytes(32).toString('base64')}`,
  });
  const client = createWebhookClient({ allowPrivate: true, now });
  const receiver = await startReceiver();
  /** A failed attempt is followed by another after 300 ms, and a day of failures is too much. */
  const deps: WebhooksDeps = {
    ...{ log, positions, deliveries, targets, now, logger: silentLog, subscribe: states.subscribe },
    tell: createTeller({ post: client.post, messageOf: async (event) => toldBy(event), publicUrl: '' }),
    rules: { schedule: Array.from({ length: 20 }, () => 300), random: () => 0 },
    disableAfterMs: 86_400_000,
    disable: (id, reason) => command(SYSTEM, { type: 'disable', id, reason }, asked),
    endReplay: (id, replayId) => command(SYSTEM, { type: 'end_replay', id, replayId }, asked),
    leases: await createLeases({ nc, node: 'node-1', log: silentLog }),
    webhooks: () => states.current(SYSTEM).state,
  };

  let scenes = 0;
  /** An account and webhooks of a test's own; after it they are gone, and its dispatchers with them. */
  const scene = (t: TestContext, how: Answering = () => 200) => {
    scenes += 1;
    const account = `shop_${scenes}`;
    const ids: string[] = [];
    const dispatchers: Dispatcher[] = [];
    receiver.got.length = 0;
    receiver.answer(how);
    t.after(async () => {
      for (const { stop } of dispatchers) await stop();
      for (const id of ids) await registry.apply(id, 'delete', asked);
      skipped = 0;
    });
    const toldTo = (name: string) => receiver.got.filter(({ path }) => path === `/${account}/${name}`);
    return {
      account,
      /** Delivers from now on; `faults` stand in front of what it works with. */
      start: (faults: Partial<WebhooksDeps> = {}): Dispatcher => {
        const dispatcher = startWebhooks({ ...deps, ...faults });
        dispatchers.push(dispatcher);
        return dispatcher;
      },
      /** A webhook under that name that gets what the log holds after `startAt`. */
      register: async (name: string, startAt: number | 'now' = 0): Promise<string> => {
        const url = `${receiver.url}/${account}/${name}`;
        const { webhook } = await registry.register({ url, accounts: [account], startAt }, asked);
        ids.push(webhook.id);
        return webhook.id;
      },
      /** Position of a message that came in. */
      append: async (waId: string, chat = 1): Promise<number> =>
        (await log.append(message(waId, chat, account))).seq,
      toldTo,
      positionsTold: (name: string): number[] => toldTo(name).map(positionOf),
    };
  };

  return {
    ...{ deps, scene },
    event: world.event,
    find: registry.find,
    apply: (id: string, type: 'pause' | 'resume') => registry.apply(id, type, asked),
    change: (id: string, change: WebhookChange) => registry.change(id, change, asked),
    replay: (id: string, to: number) => registry.replay(id, { from: 1, to, events: [] }, asked),
    rowsOf: async (id: string): Promise<number> => (await deliveries.parked(id)).length,
    positionOf: async (id: string): Promise<number> => (await positions.find(positionName(id)))?.seq ?? 0,
    /** Has its line begin anew where it stood at first, as after a kill before its position was kept. */
    forgetPosition: (id: string): Promise<void> => positions.erase(positionName(id)),
    /** Has events been delivered by another process, up to `to`. */
    deliverElsewhere: async (id: string, seqs: readonly number[], to: number): Promise<void> => {
      await deliveries.unpark(id, seqs);
      const from = await positions.find(positionName(id));
      const { created: stream } = await log.state();
      await positions.move(positionName(id), from, { seq: to, stream });
    },
    /** Lets so many ms go by at once. */
    skip: (ms: number): void => {
      skipped += ms;
    },
    close: async (): Promise<void> => {
      ending.abort();
      await client.close();
      await receiver.close();
      await world.close();
    },
  };
};
export type OpenWebhooks = Awaited<ReturnType<typeof openWebhooks>>;
