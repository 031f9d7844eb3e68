import { startNats } from '../test/support/servers.ts';
import type { Figure } from './figure.ts';
import { linesOf, ratioOf } from './report.ts';
import { interleave, median } from './rounds.ts';
import { BUSIEST, RAREST, SEEDED, seed, wordAt } from './seeded.ts';
import { type BenchService, startBenchService, viewsBuilt } from './service.ts';

const ASKS = 20;

type Paged = Readonly<{ messages: readonly unknown[]; pagination: Readonly<{ nextCursor: string | null }> }>;

/** The cursors of every page of 200. */
const cursorsOf = async (service: BenchService, path: string): Promise<string[]> => {
  const cursors: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { pagination } = (await service.get(`${path}?limit=200${query}`)) as unknown as Paged;
    cursor = pagination.nextCursor;
    if (cursor !== null) cursors.push(cursor);
  }
  return cursors;
};

const millisecondsOf = async (service: BenchService, path: string): Promise<number> => {
  const took: number[] = [];
  for (let ask = 0; ask < ASKS; ask++) {
    const begun = performance.now();
    await service.get(path);
    took.push(performance.now() - begun);
  }
  return median(took);
};

const QUERIES = {
  'a rare word': RAREST,
  'a common word': wordAt(0),
  'its beginning': wordAt(0).slice(0, 2),
  'two words': `${wordAt(1)} ${wordAt(40)}`,
  'no word': 'zzzz',
} as const;

/** Pages and searches over many messages of one account, at any depth, beside its first page. */
export const pages: Figure = async ({ world, rounds, quick, say }) => {
  const count = quick ? 20_000 : 100_000;
  say(`pages: ${count} messages through the log into the views (NATS does not sync every write meanwhile)`);
  const nats = await startNats();
  await seed(nats.url, 0, count);
  const service = await startBenchService({ ...world.env(), NATS_URL: nats.url, AUTO_CONNECT: 'false' });
  const begun = performance.now();
  await viewsBuilt(service);
  say(`pages: views built in ${Math.round((performance.now() - begun) / 1_000)} s`);

  const lines = [];
  const ratios = [];
  const others: number[] = [];
  for (const [place, path] of [
    ['account', `/accounts/${SEEDED}/messages`],
    ['chat', `/accounts/${SEEDED}/chats/${BUSIEST.alt}/messages`],
  ] as const) {
    const cursors = await cursorsOf(service, path);
    const first = `${place}: first page`;
    const asked: Readonly<Record<string, readonly [query: string, most: number]>> = {
      'cursor, half way': [`cursor=${cursors[cursors.length >> 1]}`, 2],
      'cursor, near the end': [`cursor=${cursors.at(-2)}`, 2],
      'offset 10,000': ['offset=10000', 5],
      ...Object.fromEntries(
        Object.entries(QUERIES).map(([name, q]) => [`search for ${name}`, [`q=${encodeURIComponent(q)}`, 5]]),
      ),
    };
    const contenders = [
      { name: first, measure: () => millisecondsOf(service, path) },
      ...Object.entries(asked).map(([name, [query]]) => ({
        name: `${place}: ${name}`,
        measure: () => millisecondsOf(service, `${path}?${query}`),
      })),
    ];
    const found = await interleave(contenders, rounds, say);
    lines.push(...linesOf(found, 'ms'));
    others.push(...found.others);
    for (const [name, [, most]] of Object.entries(asked))
      ratios.push(ratioOf(found, [`${place}: ${name}`, first], `<= ${most}`));
  }
  await service.stop();
  await nats.stop();
  return { title: `pages: of 50, over ${count} messages (${world.engine})`, lines, ratios, others };
};
