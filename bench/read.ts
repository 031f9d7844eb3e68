import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { keyOf } from '../src/events/ids.ts';
import { messagesProjection } from '../src/projections/messages.ts';
import { asView, buildOf } from '../src/projections/projection.ts';
import { startNats } from '../test/support/servers.ts';
import type { Figure } from './figure.ts';
import { linesOf, medianOf, ratioOf } from './report.ts';
import { createAsker, inWindow } from './rest.ts';
import { interleave, quantile } from './rounds.ts';
import { BUSIEST, SEEDED, seed, timeAt } from './seeded.ts';
import { startBenchService, viewsBuilt } from './service.ts';

const SERVICE = 'wildcat';
const BARE = 'Koa and the bare driver';
const UNIT = 'requests/s';
const WIDTH = 16;
const MAIN = fileURLToPath(new URL('./read-main.js', import.meta.url));

/** The newest 50 messages of a chat, beside a handler that does nothing but the same find. */
export const read: Figure = async ({ world, rounds, quick, say }) => {
  const [count, asks] = quick ? [10_000, 500] : [100_000, 3_000];
  say(`read: ${count} messages through the log into the views (NATS does not sync every write meanwhile)`);
  const nats = await startNats();
  await seed(nats.url, 0, count);
  const env: Record<string, string> = { ...world.env(), NATS_URL: nats.url, AUTO_CONNECT: 'false' };
  const service = await startBenchService(env);
  await viewsBuilt(service);
  const { collections } = buildOf(asView(messagesProjection));
  const bare = fork(MAIN, [world.mongo.url, env.DB_NAME ?? '', collections.messages?.physical ?? '']);
  const [port] = await once(bare, 'message');
  const slowest: number[] = [];
  const perSecond = async (url: string): Promise<number> => {
    const asker = createAsker(WIDTH);
    const took: number[] = [];
    const begun = performance.now();
    await inWindow(asks, WIDTH, async () => {
      const { status, ms } = await asker.get(url);
      if (status !== 200) throw new Error(`${url} was answered ${status}`);
      took.push(ms);
    });
    const rate = (asks * 1_000) / (performance.now() - begun);
    asker.close();
    if (url.startsWith(service.url)) slowest.push(quantile(took, 0.99));
    return rate;
  };
  // the same find: the service looks where the newest messages should be, since the stand-ins sort by hand
  const after = timeAt(count - 600);
  const bareUrl = `http://127.0.0.1:${port}/?account=${SEEDED}&chat=${keyOf(BUSIEST.jid)}&after=${after}`;
  const page = z.object({ messages: z.array(z.unknown()).length(50) });
  page.parse(await (await fetch(bareUrl)).json());
  const found = await interleave(
    [
      { name: BARE, measure: () => perSecond(bareUrl) },
      {
        name: SERVICE,
        measure: () => perSecond(`${service.url}/accounts/${SEEDED}/chats/${BUSIEST.alt}/messages?limit=50`),
      },
    ],
    rounds,
    say,
  );
  bare.kill('SIGKILL');
  await service.stop();
  await nats.stop();
  const [value, ceiling] = [medianOf(found, SERVICE), medianOf(found, BARE)];
  return {
    title: `read: 50 of ${count} messages, ${WIDTH} at once (${world.engine})`,
    // the first is that of the warm-up
    lines: [...linesOf(found, UNIT), { label: `p99: ${SERVICE}`, unit: 'ms', values: slowest.slice(1) }],
    ratios: [ratioOf(found, [SERVICE, BARE], '>= 0.5')],
    summary: { value, ceiling, ratio: value / ceiling, unit: UNIT },
    others: found.others,
  };
};
