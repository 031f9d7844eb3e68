import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { LiveSignal } from '../../../events/live.ts';
import type { TellLive } from '../../../ports/live.ts';
import { addressOf, type Directory, isMe } from '../reading/addresses.ts';
import type { TapHandlers } from './tap.ts';

type Update = BaileysEventMap['presence.update'];

const isThere = (state: LiveSignal['state']): boolean => state === 'available' || state === 'unavailable';

/** What `presence.update` says of others: in a chat with one person the chat is that person. */
export const liveSignals = (
  { id, presences }: Update,
  directory: Directory,
  when: Pick<LiveSignal, 'account' | 'at'>,
): LiveSignal[] =>
  Object.entries(presences)
    .filter(([jid]) => !isMe(jid, directory))
    .map(([jid, { lastKnownPresence: state, lastSeen }]) => ({
      type: isThere(state) ? 'presence' : 'typing',
      ...when,
      chat: addressOf(id, null, directory),
      from: addressOf(jid, null, directory),
      state,
      ...(lastSeen === undefined || !Number.isSafeInteger(lastSeen) ? {} : { lastSeen }),
    }));

/** Passes on that somebody is there or writes, past the log. */
export const createLiveTaps = (
  account: string,
  directory: Directory,
  { tell, now }: Readonly<{ tell: TellLive; now: () => Date }>,
): TapHandlers => ({
  'presence.update': (update) => {
    for (const signal of liveSignals(update, directory, { account, at: now().toISOString() })) tell(signal);
  },
});
