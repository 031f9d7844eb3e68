import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { encodeEvent, type WildcatEvent } from '../src/events/codec.ts';
import type { NewEvent } from '../src/events/event.ts';
import { openLog } from '../test/support/log.ts';
import type { Figure } from './figure.ts';
import { linesOf, medianOf, ratioOf } from './report.ts';
import { inWindow } from './rest.ts';
import { interleave } from './rounds.ts';

const SERVICE = "wildcat's append";
const BARE = 'bare JetStream publisher';
const UNIT = 'events/s';
const WINDOW = 256;
const RAW_BYTES = 240;

const event = (waId: string): NewEvent<WildcatEvent> => ({
  account: 'append',
  gen: 1,
  epoch: 1,
  occurredAt: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'peer' },
  source: { lib: 'baileys@7.0.0-rc14', event: 'decrypt', offline: false },
  type: 'message.received',
  data: {
    waId,
    chat: { jid: '100000000000001@lid', alt: '4915100000001@s.whatsapp.net' },
    from: { jid: '100000000000001@lid', alt: '4915100000001@s.whatsapp.net' },
    timestamp: 1_767_225_600,
    pushName: 'Anna',
    content: { type: 'text', text: `Do you still have umbrellas in red? ${waId}` },
  },
  raw: Buffer.alloc(RAW_BYTES, 7).toString('base64'),
});

/** Acknowledged appends of received messages, a window of them open: the event log beside the client library. */
export const append: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 2_000 : 10_000;
  const { log, nc, close } = await openLog(world.nats.url, { maxBytes: null }, {});
  const jsm = await jetstreamManager(nc);
  const config = { storage: StorageType.File, retention: RetentionPolicy.Limits, max_bytes: 1_000_000_000 };
  await jsm.streams.add({ name: 'BARE', subjects: ['bare.>'], ...config });
  const js = jetstream(nc, { timeout: 30_000 });
  const bytes = Buffer.from(encodeEvent(event(randomUUID()), 'id', '2026-01-01T00:00:00.000Z'));

  const perSecond = async (task: () => Promise<unknown>): Promise<number> => {
    const begun = performance.now();
    await inWindow(count, WINDOW, task);
    return (count * 1_000) / (performance.now() - begun);
  };
  const bare = () => {
    const header = headers();
    header.append('Nats-Msg-Id', randomUUID());
    return js.publish('bare.append.message.received.l1', bytes, { headers: header });
  };
  say(`append: ${count} events of ${bytes.length} bytes, ${WINDOW} open at once`);
  const found = await interleave(
    [
      { name: BARE, measure: () => perSecond(bare) },
      { name: SERVICE, measure: () => perSecond(() => log.append(event(randomUUID()))) },
    ],
    rounds,
    say,
  );
  await jsm.streams.delete('BARE');
  await close();
  const [value, ceiling] = [medianOf(found, SERVICE), medianOf(found, BARE)];
  return {
    title: `append: ${count} events of ${bytes.length} bytes, ${WINDOW} open at once`,
    lines: linesOf(found, UNIT),
    ratios: [ratioOf(found, [SERVICE, BARE], '>= 0.7')],
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: found.others,
  };
};
