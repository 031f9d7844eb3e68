import type { WildcatEvent } from '../../events/codec.ts';
import type { NewEvent, Recorded } from '../../events/event.ts';
import { SYSTEM, type WebhookEvent } from '../../events/webhooks.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Deliveries, Parked, Posted } from '../../ports/webhooks.ts';
import { retryUntilDone } from '../retry-until-done.ts';
import { createDeliveryWriter } from './delivery-writer.ts';
import type { Entry, Lanes } from './lanes.ts';
import { judge, type RetryRules, type Verdict } from './retry.ts';
import { createStanding } from './standing.ts';
import type { LineSpec } from './wanted-lines.ts';

export type OutcomeDeps = Readonly<{
  log: Pick<EventLog, 'append'>;
  deliveries: Deliveries;
  /** Whether deliveries are this process' part still: else nothing is begun, nor parked under whoever has taken over. */
  isOurs: () => boolean;
  rules: RetryRules;
  /** How long nothing but failures may last before the webhook is disabled, in ms. */
  disableAfterMs: number;
  disable: (webhookId: string, reason: 'gone' | 'failing') => Promise<unknown>;
  now: () => Date;
  logger: Logger;
}>;

/** What attempts come to: written down, parked, given up, or the whole webhook disabled. */
export type Outcomes = Readonly<{
  /** Loads what is known of the webhook's standing. */
  load: () => Promise<void>;
  settle: (
    entry: Entry,
    delivery: Readonly<{ deliveryId: string; event: Recorded<WildcatEvent> }>,
    posted: Posted,
  ) => Promise<void>;
  /** There is nothing (more) to do about it. */
  done: (entry: Entry) => void;
  /** These wait in rows from now on; the first is due at `due` (unix ms), if that is given. */
  park: (entries: readonly Entry[], due?: number) => Promise<void>;
  /** Until when the whole webhook is to be left alone, unix ms; for ever once it is disabled. */
  holdUntil: () => number;
  /** So far behind with writing down that nothing more should begin. */
  isFull: () => boolean;
  tick: () => void;
  counts: () => Readonly<{ delivered: number; failed: number }>;
  close: () => Promise<void>;
}>;

const POSTPONED_MS = 1_000;

/** What the parts of one line share. */
export type LineContext = Readonly<{ spec: LineSpec; lanes: Lanes; signal: AbortSignal }>;

export const createOutcomes = (deps: OutcomeDeps, { spec, lanes, signal }: LineContext): Outcomes => {
  const { deliveries, logger } = deps;
  const { webhook, replay, name: line } = spec;
  const insistent = { logger, signal };
  const writer = createDeliveryWriter(deps, line);
  const standing = createStanding(deps, webhook);
  let heldUntil = 0;
  let delivered = 0;
  let failed = 0;
  let isRefusalTold = false;

  const now = (): number => deps.now().getTime();
  const done = (entry: Entry): void => {
    if (entry.parked) writer.unpark(entry.seq);
    lanes.done(entry);
  };
  const park: Outcomes['park'] = async (entries, due = 0) => {
    const rows = entries.map(({ event: _, parked: __, ...entry }, index): Parked => {
      return { ...entry, line, notBefore: index === 0 ? due : 0, activeSince: webhook.activeSince };
    });
    const isParked = await retryUntilDone(async () => {
      if (!deps.isOurs()) return false;
      await deliveries.park(rows);
      return true;
    }, insistent);
    // in memory only, they hold the position before them: whoever delivers now has them from the log
    if (isParked !== true) return;
    for (const { seq } of lanes.parked(entries)) writer.unpark(seq);
  };
  const append = (event: WebhookEvent): Promise<unknown> => {
    const meta = { account: SYSTEM, gen: 0, occurredAt: deps.now().toISOString() };
    const fact: NewEvent<WebhookEvent> = { ...event, ...meta, actor: { kind: 'system' } };
    return retryUntilDone(() => deps.log.append(fact), insistent);
  };
  const disable = async (reason: 'gone' | 'failing'): Promise<void> => {
    heldUntil = Number.POSITIVE_INFINITY;
    await retryUntilDone(() => deps.disable(webhook.id, reason).then(() => true), insistent);
  };
  const exhaust = async (entry: Entry, deliveryId: string): Promise<void> => {
    const data = { webhookId: webhook.id, deliveryId, position: entry.seq, attempts: entry.failed + 1 };
    const appended = await append({ type: 'webhook.delivery_exhausted', data });
    // broken off before the log had it: the next line makes the last attempt once more
    if (appended === null) lanes.postponed(entry, 0);
    else done(entry);
  };
  const putOff = async (entry: Entry, { wait, hold }: Extract<Verdict, { kind: 'again' }>): Promise<void> => {
    const due = now() + wait;
    if (hold > 0) heldUntil = Math.max(heldUntil, now() + hold);
    const others = lanes.failed(entry).filter((one) => one !== entry);
    await park([entry, ...others], due);
    lanes.postponed(entry, due);
  };
  const act = async (verdict: Verdict, entry: Entry, deliveryId: string): Promise<void> => {
    if (verdict.kind === 'delivered') return done(entry);
    if (verdict.kind === 'gone') {
      lanes.postponed(entry, now() + POSTPONED_MS);
      return disable('gone');
    }
    if (verdict.kind === 'exhausted') await exhaust(entry, deliveryId);
    else await putOff(entry, verdict);
    if (replay === null && standing.failingFor(now()) > deps.disableAfterMs) await disable('failing');
  };
  const count = (isFine: boolean, posted: Posted): void => {
    if (isFine) delivered++;
    else failed++;
    // it is judged by what is new: who replays may well have old events that it can't take
    if (replay === null && standing.attempted(isFine, now()))
      logger.warn({ webhook: webhook.id, address: webhook.address, ...posted }, 'webhook fails');
  };

  return {
    load: standing.load,
    done,
    park,
    settle: async (entry, { deliveryId, event }, posted) => {
      const verdict = judge(posted, entry.failed + 1, deps.rules);
      const isFine = verdict.kind === 'delivered';
      count(isFine, posted);
      writer.attempted({
        deliveryId,
        webhook: webhook.id,
        account: event.account,
        seq: entry.seq,
        event: event.id,
        type: event.type,
        posted,
        isFirst: entry.failed === 0 && replay === null,
        status: isFine ? 'delivered' : verdict.kind === 'exhausted' ? 'failed' : 'retrying',
        nextAttemptAt: verdict.kind === 'again' ? new Date(now() + verdict.wait).toISOString() : null,
      });
      if (posted.refused && !isRefusalTold) {
        isRefusalTold = true;
        const data = {
          webhookId: webhook.id,
          targetRef: webhook.targetRef,
          reason: posted.error ?? 'refused',
        };
        await append({ type: 'webhook.refused', data });
      }
      await act(verdict, entry, deliveryId);
    },
    holdUntil: () => heldUntil,
    isFull: writer.isFull,
    tick: standing.save,
    counts: () => ({ delivered, failed }),
    close: async () => {
      await writer.close();
      await standing.close();
    },
  };
};
