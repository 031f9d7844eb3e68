import { createHash } from 'node:crypto';
import { createAttempts } from '../../src/commands/webhook-attempts.ts';
import { createRegistry } from '../../src/commands/webhook-registry.ts';
import { webhooks as decider } from '../../src/commands/webhooks.ts';
import type { Webhooks } from '../../src/events/webhook-state.ts';
import type { WebhookEvent } from '../../src/events/webhooks.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import type { Delivery, Target } from '../../src/ports/webhooks.ts';
import { deliveryIdOf } from '../../src/reactors/webhooks/teller.ts';
import { recordedAt } from './spec.ts';
import { message } from './webhook-events.ts';

/** What every delivery is about. */
const SENT = message('W1', 1);

/** Webhooks for specs of the HTTP edge: decisions are the real ones, what is kept is kept in memory. */
export const webhookEdge = (now: () => Date, purgedUpto = 0) => {
  const targets = new Map<string, Target>();
  const listed: Delivery[] = [];
  const events: WebhookEvent[] = [];
  const posted: string[] = [];
  let state: Webhooks = decider.initialState;
  let seq = 100;
  let made = 0;
  const random = (bytes: number): string => {
    made += 1;
    return String(made).padStart(bytes * 2, '0');
  };
  const registry = createRegistry({
    states: { refreshed: async () => ({ state, version: seq }) },
    command: async (_account, command) => {
      const event = decider.decide(command, state);
      if (event === null) return { seq: 0, state };
      seq += 1;
      events.push(event);
      state = decider.evolve(state, recordedAt(event, seq));
      return { seq, state };
    },
    targets: {
      keep: async (ref, target) => void targets.set(ref, target),
      find: async (ref) => targets.get(ref) ?? null,
      erase: async (ref) => void targets.delete(ref),
    },
    deliveries: { erase: async () => {} },
    log: {
      state: async () => ({
        created: '',
        firstSeq: 1,
        lastSeq: 100,
        messages: 100,
        bytes: 0,
        maxBytes: 0,
        purgedUpto,
      }),
      before: async () => 50,
    },
    keyed: (text) => createHash('sha256').update(text).digest('base64url'),
    random,
    newSecret: () => `whsec_${Buffer.alloc(32, made).toString('base64')}`,
    now,
  });
  const attempts = createAttempts({
    log: {
      at: async (position) => {
        const one = listed.find((each) => each.position === position);
        return one === undefined ? null : { kind: 'event', seq: position, event: recordedAt(SENT, position) };
      },
      lastBefore: async () => 0,
    },
    deliveries: {
      find: async (webhook, id) =>
        listed.find((each) => each.webhookId === webhook && each.id === id) ?? null,
      record: async () => {},
    },
    tell: async ({ target }) => {
      posted.push(target.url);
      return { at: now().toISOString(), ms: 3, status: 200, error: null, retryAfterMs: null, refused: false };
    },
    deliveryIdOf,
    random,
    now,
  });
  const http: HttpDeps['webhooks'] = {
    registry,
    attempts,
    deliveries: { list: async (webhook) => listed.filter(({ webhookId }) => webhookId === webhook) },
  };
  return { http, targets, listed, events, posted };
};
