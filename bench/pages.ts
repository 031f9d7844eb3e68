import { startNats } from '../test/support/servers.ts';
import { connectWorld } from '../test/support/views.ts';
import { waitFor } from '../test/support/wait.ts';
import type { Figure } from './figure.ts';
import { linesOf, ratioOf } from './report.ts';
import { interleave, median } from './rounds.ts';
import { type BenchService, startBenchService } from './service.ts';

const ACCOUNT = 'pages';
const CHATS = 100;
const ASKS = 20;
const START = 1_700_000_000;

/** Word number n of the language here: the first ones are in most messages, the last ones in a few. */
const wordAt = (n: number): string => `${'bdfgklmnprst'[n % 12]}${'aeiou'[n % 5]}${n.toString(36)}`;
/** A deterministic share of [0, 1). */
const share = (n: number): number => ((n * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
const VOCABULARY = 20_000;
const textAt = (n: number): string =>
  Array.from({ length: 10 }, (_, k) => wordAt(Math.floor(VOCABULARY * share(n * 10 + k) ** 4))).join(' ');

const person = (n: number) => ({
  jid: `2000000000${1_000 + n}@lid`,
  alt: `49160000${1_000 + n}@s.whatsapp.net`,
});
const BUSIEST = person(0);

/** Two of five messages are in one chat, the others in a hundred; one every 20 s or so. */
const messageAt = (n: number) => {
  const who = n % 5 < 2 ? BUSIEST : person(1 + Math.floor(share(n) * CHATS));
  const content = { type: 'text', text: textAt(n) } as const;
  const data = { waId: `M${n}`, chat: who, from: who, timestamp: START + n * 20, content };
  return { account: ACCOUNT, type: 'message.received', data } as const;
};

const seed = async (natsUrl: string, mongoUrl: string, count: number): Promise<void> => {
  const world = await connectWorld(natsUrl, mongoUrl, 'pages_seed');
  const data = { name: '', collectionName: `auth_${ACCOUNT}` };
  await world.append({ account: ACCOUNT, type: 'account.created', data });
  for (let from = 0; from < count; from += 1_000)
    await world.append(
      ...Array.from({ length: Math.min(1_000, count - from) }, (_, n) => messageAt(from + n)),
    );
  await world.end();
};

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
  'a rare word': wordAt(VOCABULARY - 3),
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
  await seed(nats.url, world.mongo.url, count);
  const service = await startBenchService({ ...world.env(), NATS_URL: nats.url, AUTO_CONNECT: 'false' });
  const built = async (): Promise<boolean> => {
    const { views } = await service.get('/health');
    return (views as readonly { state: string; lag: number }[]).every(
      ({ state, lag }) => state === 'running' && lag === 0,
    );
  };
  const begun = performance.now();
  await waitFor(built, { what: 'views', ms: 900_000 });
  say(`pages: views built in ${Math.round((performance.now() - begun) / 1_000)} s`);

  const lines = [];
  const ratios = [];
  const others: number[] = [];
  for (const [place, path] of [
    ['account', `/accounts/${ACCOUNT}/messages`],
    ['chat', `/accounts/${ACCOUNT}/chats/${BUSIEST.alt}/messages`],
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
