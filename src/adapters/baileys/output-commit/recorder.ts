import type { WAMessage } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import { naturalKey } from '../../../events/dedupe.ts';
import type { NewEvent } from '../../../events/event.ts';
import type { Ownership } from '../../../ports/whatsapp.ts';
import type { Directory } from '../reading/addresses.ts';
import { eventOf, type Hints } from '../reading/incoming.ts';
import { type Polls, secretIn } from '../reading/polls.ts';
import { rawOf } from '../reading/raw.ts';
import type { Recent } from './recent.ts';

/** An event ready for the log. `key` names it where its natural key would not. */
export type Pending = Readonly<{ event: NewEvent<WildcatEvent>; key: string | undefined }>;

/** Where a message came from: Baileys' event or the seam, and whether it had waited on the server. */
export type Source = Readonly<{ event: string; offline: boolean }>;

/** What a message turned out to be. `repeat`: its event is in the log already. */
export type Verdict =
  | Readonly<{ kind: 'new'; pending: Pending }>
  | Readonly<{ kind: 'repeat'; key: string }>
  | Readonly<{ kind: 'nothing' }>;

export type Recorder = Readonly<{
  /** Puts an envelope round a fact that this session saw. */
  fact: (event: WildcatEvent, occurredAt: string, source?: Source) => NewEvent<WildcatEvent>;
  /** The key of a message's event, or null where it is none. */
  identify: (message: WAMessage, hints?: Hints) => string | null;
  /** `suffix` tells apart several events of one stanza. A message is new only once. */
  judge: (message: WAMessage, source: Source, hints?: Hints, suffix?: string) => Verdict;
}>;

const LIB = 'baileys@7.0.0-rc14';
const NOTHING: Verdict = { kind: 'nothing' };

/** What nobody but the account's own devices says; a chat's timer both sides may set. */
const OF_PHONE = [
  /^message\.(sent_elsewhere|(un)?starred|deleted_for_me)$|imported$/,
  /^(label\.|chat\.(?!disappearing_changed)|contact\.(saved|(un)?blocked)$)/,
];

const actorOf = (event: WildcatEvent): NewEvent['actor'] => {
  if (event.type === 'identity.linked' || event.type.startsWith('account.')) return { kind: 'system' };
  if (OF_PHONE.some((types) => types.test(event.type))) return { kind: 'phone' };
  return 'fromMe' in event.data && event.data.fromMe ? { kind: 'phone' } : { kind: 'peer' };
};

/** Turns messages of one session into events of its account, each once. */
export const createRecorder = (
  { account, gen, epoch }: Ownership,
  directory: Directory,
  recent: Recent,
  polls: Pick<Polls, 'secretOf' | 'note'>,
): Recorder => {
  const fact: Recorder['fact'] = (event, occurredAt, source) => ({
    account,
    gen,
    epoch,
    occurredAt,
    actor: actorOf(event),
    source: source === undefined ? { lib: LIB } : { lib: LIB, ...source },
    ...event,
  });

  const notePoll = ({ type, data }: WildcatEvent, { message }: WAMessage): void => {
    if (type !== 'message.received' && type !== 'message.sent_elsewhere') return;
    polls.note(
      { waId: data.waId, fromMe: type === 'message.sent_elsewhere', author: data.from },
      secretIn(message),
    );
  };

  const find = (message: WAMessage, hints: Hints) =>
    message.key.fromMe && recent.isOwn(message.key.id ?? '')
      ? null
      : eventOf(message, hints, directory, polls.secretOf);

  return {
    fact,
    identify: (message, hints = {}) => {
      const found = find(message, hints);
      return found === null ? null : naturalKey(found);
    },
    judge: (message, source, hints = {}, suffix = '') => {
      const found = find(message, hints);
      const natural = found === null ? null : naturalKey(found);
      if (found === null || natural === null) return NOTHING;
      const key = `${natural}${suffix}`;
      if (recent.has(key)) return { kind: 'repeat', key };
      const raw = rawOf(message);
      notePoll(found, message);
      recent.add(key, raw);
      const seconds = 'timestamp' in found.data ? found.data.timestamp : 0;
      const event = fact(found, new Date(seconds * 1_000).toISOString(), source);
      const named = suffix === '' ? undefined : key;
      return { kind: 'new', pending: { event: raw === undefined ? event : { raw, ...event }, key: named } };
    },
  };
};
