import { setTimeout as sleep } from 'node:timers/promises';
import type { Webhooks } from '../events/webhook-state.ts';
import type { WebhookEvent } from '../events/webhooks.ts';
import type { Lease, Leases } from '../ports/whatsapp.ts';
import { type Line, type LineDeps, type LineStatus, startLine } from './webhooks/line.ts';
import { type LineSpec, wantedLines } from './webhooks/wanted-lines.ts';

export type WebhooksDeps = Omit<LineDeps, 'isOurs'> &
  Readonly<{
    leases: Pick<Leases, 'acquire'>;
    /** All webhooks as folded so far. */
    webhooks: () => Webhooks;
    subscribe: (listener: (event: WebhookEvent) => void) => () => void;
    endReplay: (webhookId: string, replayId: string) => Promise<unknown>;
  }>;

/** Delivers to all webhooks, in one process at a time. */
export type Dispatcher = Readonly<{
  /** False while another process does, or NATS is away. */
  isDelivering: () => boolean;
  status: () => readonly LineStatus[];
  stop: () => Promise<void>;
}>;

/** No account can have this name. */
const LEASE = '_webhooks';
const AGAIN_MS = 1_000;

/** Starts delivering as soon as no other process does. */
export const startWebhooks = (deps: WebhooksDeps): Dispatcher => {
  const { logger } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const lines = new Map<string, Readonly<{ key: string; line: Line }>>();
  let lease: Lease | null = null;
  let working: Promise<void> = Promise.resolve();

  const erase = async (name: string): Promise<void> => {
    await deps.deliveries.erase(name);
    await deps.positions.erase(`webhook/${name}`);
  };
  const end = async (name: string): Promise<void> => {
    const ending = lines.get(name);
    lines.delete(name);
    await ending?.line.stop();
  };
  const finishReplay = async ({ name, webhook, replay }: LineSpec): Promise<void> => {
    await end(name);
    // said first: without its position it would begin anew, should this fail
    if (replay !== null) await deps.endReplay(webhook.id, replay);
    await erase(name);
  };
  const begin = (key: string, spec: LineSpec, { isValid }: Lease): void => {
    const line = startLine({ isOurs: isValid, ...deps }, spec);
    lines.set(spec.name, { key, line });
    void line.finished.then(() => work(() => finishReplay(spec)));
  };
  const align = async (): Promise<void> => {
    const held = signal.aborted ? null : lease;
    const wanted = held === null ? new Map() : wantedLines(deps.webhooks());
    const stale = [...lines].filter(([name, { key }]) => wanted.get(name)?.key !== key);
    await Promise.all(stale.map(([name]) => end(name)));
    if (held === null) return;
    for (const [name, { key, spec }] of wanted) if (!lines.has(name)) begin(key, spec, held);
  };
  /** One thing after the other. */
  const work = (act: () => Promise<void>): void => {
    working = working
      .then(act)
      .catch((err: unknown) => logger.error({ err }, 'webhooks were not put in order'));
  };
  const forget = async (webhookId: string): Promise<void> => {
    await align();
    if (lease !== null) await erase(webhookId);
  };
  const unsubscribe = deps.subscribe((event) => {
    if (event.type === 'webhook.delivery_exhausted' || event.type === 'webhook.refused') return;
    work(event.type === 'webhook.deleted' ? () => forget(event.data.webhookId) : align);
  });

  const hold = async (): Promise<void> => {
    while (!signal.aborted) {
      if (lease?.isValid() !== true) {
        // lines end before it is taken again: who has it meanwhile moves their positions and rows
        lease = null;
        work(align);
        await working;
        lease = await deps.leases.acquire(LEASE).catch((err: unknown) => {
          logger.warn({ err }, 'webhooks wait for NATS');
          return null;
        });
        work(align);
      }
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  };
  const holding = hold();

  return {
    isDelivering: () => lease?.isValid() === true,
    status: () => [...lines.values()].map(({ line }) => line.status()),
    stop: async () => {
      stopping.abort();
      unsubscribe();
      await holding;
      work(align);
      await working;
      await lease?.release();
    },
  };
};
