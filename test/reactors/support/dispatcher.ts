import { setMaxListeners } from 'node:events';
import type { WildcatEvent } from '../../../src/events/codec.ts';
import type { NewEvent, Recorded } from '../../../src/events/event.ts';
import { evolveWebhooks, NO_WEBHOOKS, type Webhooks } from '../../../src/events/webhook-state.ts';
import type { WebhookEvent, WebhookSettings } from '../../../src/events/webhooks.ts';
import type { EventLog, LogEntry } from '../../../src/ports/event-log.ts';
import type { Position } from '../../../src/ports/positions.ts';
import type { Deliveries, Parked } from '../../../src/ports/webhooks.ts';
import type { WebhooksDeps } from '../../../src/reactors/webhooks.ts';
import { silentLog } from '../../support/log.ts';
import { recordedAt } from '../../support/spec.ts';

/** A request; `webhook`: the reference of its target, which here is the webhook's id. */
export type Told = Readonly<{ webhook: string; seq: number; replay: string | null }>;

const unused = () => Promise.reject(new Error('unused'));
const STATE = {
  created: 'x',
  firstSeq: 1,
  lastSeq: 9_000,
  messages: 0,
  bytes: 0,
  maxBytes: 0,
  purgedUpto: 0,
};

/** A log in memory: what is given by `add` can be read, what is appended is only noted. */
export const memoryLog = () => {
  const recorded: Recorded<WildcatEvent>[] = [];
  const appended: NewEvent<WildcatEvent>[] = [];
  const waiting = new Set<() => void>();
  const entries = (after: number): LogEntry[] =>
    recorded.filter(({ seq }) => seq > after).map((event) => ({ kind: 'event', seq: event.seq, event }));
  const log: EventLog = {
    append: async (event) => {
      appended.push(event);
      return { seq: 1, duplicate: false };
    },
    at: async (seq) => entries(seq - 1).find((one) => one.seq === seq) ?? null,
    lastBefore: async ({ before }) => recorded.findLast(({ seq }) => seq < before)?.seq ?? 0,
    state: async () => STATE,
    async *read({ after }) {
      const found = entries(after);
      if (found.length > 0) yield found;
    },
    async *follow({ after }, { signal }) {
      let at = after;
      while (!signal.aborted) {
        const found = entries(at);
        at = found.at(-1)?.seq ?? at;
        if (found.length > 0) yield found;
        else
          await new Promise<void>((resolve) => {
            waiting.add(resolve);
            signal.addEventListener('abort', () => resolve());
          });
      }
    },
    appendDecision: unused,
    end: unused,
    before: unused,
    purge: unused,
  };
  const add = (event: NewEvent<WildcatEvent>, seq: number): void => {
    recorded.push(recordedAt(event, seq - 1));
    for (const wake of waiting) wake();
    waiting.clear();
  };
  return { log, appended, add };
};

const memoryDeliveries = () => {
  const rows = new Map<string, Parked>();
  const standing = new Map<string, number>();
  const keyOf = ({ line, seq }: Pick<Parked, 'line' | 'seq'>): string => `${line}/${seq}`;
  const deliveries: Deliveries = {
    parked: async (line) =>
      [...rows.values()].filter((row) => row.line === line).sort((one, two) => one.seq - two.seq),
    park: async (some) => {
      for (const row of some) rows.set(keyOf(row), row);
    },
    unpark: async (line, seqs) => {
      for (const seq of seqs) rows.delete(keyOf({ line, seq }));
    },
    record: async () => {},
    list: async () => [],
    find: async () => null,
    failingSince: async (id) => standing.get(id) ?? null,
    setFailingSince: async (id, since) => {
      if (since === null) standing.delete(id);
      else standing.set(id, since);
    },
    erase: async () => {},
    eraseAccount: async () => {},
  };
  return { deliveries, rows };
};

/**
 * What a dispatcher of webhooks deals with, in memory; `answer` says with which status a request is answered. A failed
 * attempt is followed by another after 300 ms, and a day of failures is too much.
 */
export const dispatcherWorld = (answer: (told: Told) => number | Promise<number>) => {
  const { log, appended, add } = memoryLog();
  const { deliveries, rows } = memoryDeliveries();
  const positions = new Map<string, Position>();
  const told: Told[] = [];
  const disabled: string[] = [];
  const listeners = new Set<(event: WebhookEvent) => void>();
  let state: Webhooks = NO_WEBHOOKS;
  let decisions = 0;
  let skipped = 0;
  const now = (): Date => new Date(Date.now() + skipped);
  const decide = (event: WebhookEvent): void => {
    decisions += 1;
    const meta = { account: '_sys', gen: 0, occurredAt: now().toISOString() };
    state = evolveWebhooks(state, { ...recordedAt(event, decisions), ...meta });
    for (const listener of listeners) listener(event);
  };
  const deps: WebhooksDeps = {
    log,
    deliveries,
    positions: {
      find: async (name) => positions.get(name) ?? null,
      move: async (name, from, to) => {
        if (positions.get(name)?.seq !== from?.seq) return false;
        positions.set(name, to);
        return true;
      },
      erase: async (name) => void positions.delete(name),
    },
    targets: { find: async (ref) => ({ url: ref, headers: {}, secrets: [] }) },
    tell: async ({ target, event, replay }, signal) => {
      const one = { webhook: target.url, seq: event.seq, replay };
      told.push(one);
      if (signal !== undefined) setMaxListeners(0, signal); // each request under way has one
      const cut = new Promise<number>((resolve) => signal?.addEventListener('abort', () => resolve(0)));
      const status = await Promise.race([answer(one), cut]);
      return { at: '', ms: 1, status, error: null, retryAfterMs: null, refused: false };
    },
    rules: { schedule: Array.from({ length: 20 }, () => 300), random: () => 0 },
    disableAfterMs: 86_400_000,
    disable: async (webhookId, reason) => {
      disabled.push(webhookId);
      decide({ type: 'webhook.disabled', data: { webhookId, reason } });
    },
    endReplay: async (webhookId, replayId) =>
      decide({ type: 'webhook.replay_ended', data: { webhookId, replayId } }),
    leases: {
      acquire: async () => ({ epoch: 1, isValid: () => true, onLost: () => {}, release: async () => {} }),
    },
    webhooks: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    now,
    logger: silentLog,
  };
  const settingsOf = (webhookId: string, given: Partial<WebhookSettings>): WebhookSettings => ({
    ...{ address: 'http://x', urlKey: webhookId, targetRef: webhookId, accounts: [], events: [] },
    ...{ format: 'wildcat', order: 'chat', ...given },
  });
  return {
    ...{ deps, told, disabled, positions, rows, appended, add, decide },
    /** Lets so many ms go by at once. */
    skip: (ms: number): void => {
      skipped += ms;
    },
    seqsOf: (webhook: string) => told.filter((one) => one.webhook === webhook).map(({ seq }) => seq),
    replays: (webhookId: string) => state.get(webhookId)?.replays ?? [],
    create: (webhookId: string, after = 0, given: Partial<WebhookSettings> = {}): void =>
      decide({ type: 'webhook.created', data: { webhookId, after, ...settingsOf(webhookId, given) } }),
    update: (webhookId: string, given: Partial<WebhookSettings>): void =>
      decide({ type: 'webhook.updated', data: { webhookId, ...settingsOf(webhookId, given) } }),
    replay: (webhookId: string, to: number): void =>
      decide({
        type: 'webhook.replay_requested',
        data: { webhookId, replayId: `rp_${to}`, after: 0, to, accounts: [], events: [] },
      }),
  };
};
