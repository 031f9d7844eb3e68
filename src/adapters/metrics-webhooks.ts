import { Counter, Gauge, type Registry } from 'prom-client';

/** A webhook, or one of its replays, as its dispatcher tells. */
export type WebhookMetrics = Readonly<{
  line: string;
  delivered: number;
  failed: number;
  due: number;
  parked: number;
  /** When the oldest event that is due was logged, unix ms; null where none is. */
  oldestAt: number | null;
  failure: string | null;
}>;

type Sources = Readonly<{
  webhooks: () => readonly WebhookMetrics[];
  /** Null where deliveries are no part of this process. */
  isDelivering: () => boolean | null;
  now: () => Date;
}>;

/** Registers what is told of webhooks; the function brings it up to date. */
export const webhookMetrics = (
  registers: Registry[],
  { webhooks, isDelivering, now }: Sources,
): (() => void) => {
  const named = (name: string, help: string) => ({
    name: `wildcat_webhook_${name}`,
    help,
    labelNames: ['webhook'],
    registers,
  });
  const delivered = new Counter(named('delivered_total', 'Attempts that were answered with 2xx'));
  const failed = new Counter(named('failed_total', 'Attempts that were not'));
  const due = new Gauge(named('lag_events', 'Events read from the log and not delivered'));
  const parked = new Gauge(named('parked', 'Those of them that wait for another attempt, or behind one'));
  const age = new Gauge(named('lag_seconds', 'Age of the oldest event that is not delivered'));
  const stopped = new Gauge(named('stopped', '1 where the webhook stands still until a person acts'));
  const delivering = new Gauge({
    name: 'wildcat_webhooks_delivering',
    help: '1 where this process delivers to webhooks, 0 where it waits for the one that does to stop',
    labelNames: [],
    registers,
  });
  return () => {
    const ours = isDelivering();
    if (ours === null) delivering.remove();
    else delivering.set(ours ? 1 : 0);
    for (const each of [delivered, failed, due, parked, age, stopped]) each.reset();
    for (const one of webhooks()) {
      const labels = { webhook: one.line };
      delivered.inc(labels, one.delivered);
      failed.inc(labels, one.failed);
      due.set(labels, one.due + one.parked);
      parked.set(labels, one.parked);
      age.set(labels, one.oldestAt === null ? 0 : Math.max(0, now().getTime() - one.oldestAt) / 1_000);
      stopped.set(labels, one.failure === null ? 0 : 1);
    }
  };
};
