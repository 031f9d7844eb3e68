import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import type { WildcatEvent } from '../src/events/codec.ts';
import type { Recorded } from '../src/events/event.ts';
import { toPublicEvent } from '../src/events/public.ts';
import { deliveryIdOf } from '../src/reactors/webhooks/teller.ts';
import { openLog } from '../test/support/log.ts';
import { message } from '../test/support/webhook-events.ts';
import type { Figure } from './figure.ts';
import { spawnReceiver } from './receiver.ts';
import { linesOf, medianOf, ratioOf } from './report.ts';
import { inWindow } from './rest.ts';
import { interleave } from './rounds.ts';
import { startBenchService } from './service.ts';

const SERVICE = 'wildcat, from the log to the receiver';
const BARE = 'bare undici loop';
const UNIT = 'deliveries/s';
/** As many requests under way as the dispatcher allows one webhook. */
const WIDTH = 16;
const CHATS = 200;

/** What a delivery says in its headers. */
const headersOf = ({ type, seq }: Recorded<WildcatEvent>, body: string): Record<string, string> => {
  const id = deliveryIdOf('wh_bench', 'bench');
  const at = new Date();
  return {
    'content-type': 'application/cloudevents+json',
    'user-agent': 'wildcat',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(`whsec_${randomBytes(32).toString('base64')}`).sign(id, at, body),
    'wildcat-event': type,
    'wildcat-position': String(seq),
    'wildcat-previous': String(seq - 1),
    'wildcat-attempt': '1',
  };
};

/**
 * Delivery of what the log holds to a local receiver: read, signed, posted, written down; beside undici posting the
 * same request, headers and all, to the same receiver, as many at once.
 */
export const webhook: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 2_000 : 10_000;
  const receiver = await spawnReceiver();
  const service = await startBenchService(world.env());
  const { log, close } = await openLog(world.nats.url, { maxBytes: null }, {});
  const { lastSeq: after } = await log.state();
  const run = `${process.pid}-${after}`;
  await inWindow(count, 256, (n) => log.append(message(`${run}-${n}`, n % CHATS, 'webhook')));
  const sample = await log.at(after + 1);
  if (sample?.kind !== 'event') throw new Error('the log does not hold what was appended');
  const body = JSON.stringify(toPublicEvent(sample.event, after));
  const headers = headersOf(sample.event, body);
  const agent = new Agent();
  const perSecond = async (deliver: (path: string) => Promise<unknown>): Promise<number> => {
    const path = `/${performance.now()}`;
    const begun = performance.now();
    await deliver(path);
    await receiver.reached(path, count);
    return (count * 1_000) / (performance.now() - begun);
  };
  const bare = (path: string): Promise<void> =>
    inWindow(count, WIDTH, async () => {
      const options = { dispatcher: agent, method: 'POST', body, headers } as const;
      const { body: answer } = await request(`${receiver.url}${path}`, options);
      await answer.dump();
    });
  const register = (path: string): Promise<unknown> => {
    const settings = { format: 'cloudevents', accounts: ['webhook'], startAt: after };
    return service.post('/webhooks', { url: `${receiver.url}${path}`, ...settings });
  };
  say(`webhook: ${count} events of ${body.length} bytes in ${CHATS} chats, ${WIDTH} under way at once`);
  const found = await interleave(
    [
      { name: BARE, measure: () => perSecond(bare) },
      { name: SERVICE, measure: () => perSecond(register) },
    ],
    rounds,
    say,
  );
  await service.stop();
  await close();
  await agent.close();
  receiver.stop();
  const [value, ceiling] = [medianOf(found, SERVICE), medianOf(found, BARE)];
  return {
    title: `webhook: ${count} events of ${body.length} bytes to a local receiver`,
    lines: linesOf(found, UNIT),
    ratios: [ratioOf(found, [SERVICE, BARE], '>= 0.5')],
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: found.others,
  };
};
