import type { WildcatEvent } from '../src/events/codec.ts';
import type { NewEvent } from '../src/events/event.ts';
import { openLog } from '../test/support/log.ts';
import { inWindow } from './rest.ts';

export const SEEDED = 'seeded';
const CHATS = 100;
const START = 1_700_000_000;
const VOCABULARY = 20_000;
const WINDOW = 512;

/** Word number n of the language here: the first ones are in most messages, the last ones in a few. */
export const wordAt = (n: number): string => `${'bdfgklmnprst'[n % 12]}${'aeiou'[n % 5]}${n.toString(36)}`;
export const RAREST = wordAt(VOCABULARY - 3);
/** A deterministic share of [0, 1). */
const share = (n: number): number => ((n * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
const textAt = (n: number): string =>
  Array.from({ length: 10 }, (_, k) => wordAt(Math.floor(VOCABULARY * share(n * 10 + k) ** 4))).join(' ');

const person = (n: number) => ({
  jid: `2000000000${1_000 + n}@lid`,
  alt: `49160000${1_000 + n}@s.whatsapp.net`,
});
/** Two of five messages are in this chat, the others in a hundred. */
export const BUSIEST = person(0);

const about = { account: SEEDED, gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' };

/** When message number n was written, in unix seconds. */
export const timeAt = (n: number): number => START + n * 20;

const wordsOf = (n: number) => ({ type: 'text', text: textAt(n) }) as const;
/** Who message number n is exchanged with. */
const chatAt = (n: number) => (n % 5 < 2 ? BUSIEST : person(1 + Math.floor(share(n) * CHATS)));

type SeedEvent = NewEvent<WildcatEvent>;

/** Message number n, received. */
const messageAt = (n: number): SeedEvent => {
  const chat = chatAt(n);
  const data = { waId: `M${n}`, chat, from: chat, timestamp: timeAt(n), content: wordsOf(n) };
  return { ...about, type: 'message.received', data };
};

/** What becomes of message number n where it is sent over REST and read. */
const sendAt = (n: number): readonly SeedEvent[] => {
  const chat = chatAt(n);
  const send = { waId: `M${n}`, chat };
  const at = timeAt(n);
  const asked = { to: chat.jid, from: null, timestamp: at, content: wordsOf(n), bodyHash: `${n}` };
  return [
    { ...about, type: 'message.send_requested', data: { ...send, ...asked } },
    { ...about, type: 'message.send_attempted', data: { ...send, attempt: 1 } },
    { ...about, type: 'message.sent', data: { ...send, timestamp: at, evidence: 'ack' } },
    { ...about, type: 'message.status_changed', data: { ...send, status: 'delivered', at: at + 1 } },
    { ...about, type: 'message.status_changed', data: { ...send, status: 'read', at: at + 9 } },
  ];
};

const PER_EXCHANGE = 11;
/** Event number n of somebody whose texts get two answers each, as a shop's do: three messages are eleven events. */
const exchangeAt = (n: number): SeedEvent => {
  const first = Math.floor(n / PER_EXCHANGE) * 3;
  const within = n % PER_EXCHANGE;
  const answer = within < 6 ? 1 : 2;
  return sendAt(first + answer)[(within - 1) % 5] ?? messageAt(first);
};

const append = async (
  natsUrl: string,
  events: Readonly<{ from: number; to: number }>,
  at: typeof messageAt,
) => {
  const { log, close } = await openLog(natsUrl, { maxBytes: null });
  const data = { name: '', collectionName: `auth_${SEEDED}` };
  if (events.from === 0) await log.append({ ...about, type: 'account.created', data }, `${SEEDED}/created`);
  await inWindow(events.to - events.from, WINDOW, (n) =>
    log.append(at(events.from + n), `${SEEDED}/${events.from + n}`),
  );
  await close();
};

/** Appends received messages `from` to `to` (excluded) of one account, which is created before the first of them. */
export const seed = (natsUrl: string, from: number, to: number): Promise<void> =>
  append(natsUrl, { from, to }, messageAt);

/** Appends `count` events of one account that answers over REST; some 0.27 messages each. */
export const seedExchanges = (natsUrl: string, count: number): Promise<void> =>
  append(natsUrl, { from: 0, to: count }, exchangeAt);
