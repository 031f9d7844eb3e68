import {
  type ChatModification,
  chatModificationToAppPatch,
  type WAPatchCreate,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { ChatSettings, NewestMessage, SessionActs } from '../../../ports/session-calls.ts';
import { doing } from './asking.ts';

/** Phones look at it to tell whether something was said since. */
const listOf = (last: NewestMessage | null) =>
  last === null ? [] : [{ key: { ...last.key }, messageTimestamp: last.timestamp }];

/** One patch of the app state for each thing that is set, in the order of the fields. Pure. */
export const modificationsOf = (settings: ChatSettings, last: NewestMessage | null): ChatModification[] => {
  const { archived, pinned, markedUnread, mutedUntil } = settings;
  const lastMessages = listOf(last);
  return [
    ...(archived === undefined ? [] : [{ archive: archived, lastMessages }]),
    ...(pinned === undefined ? [] : [{ pin: pinned }]),
    ...(markedUnread === undefined ? [] : [{ markRead: !markedUnread, lastMessages }]),
    ...(mutedUntil === undefined
      ? []
      : [{ mute: mutedUntil === null || mutedUntil < 0 ? mutedUntil : mutedUntil * 1_000 }]),
  ];
};

/** The patch that takes a chat, or what was said there, up to its newest message. Pure. */
export const removalOf = (what: 'chat' | 'messages', last: NewestMessage | null): ChatModification => {
  const lastMessages = listOf(last);
  return what === 'chat' ? { delete: true, lastMessages } : { clear: true, lastMessages };
};

type Starred = Parameters<SessionActs['star']>[0];

/** The patch that stars a message. rc14's own names no author: in a group that would be no message of others'. */
export const starPatch = ({ key: { id, remoteJid, fromMe, participant }, on }: Starred): WAPatchCreate => {
  const patch = chatModificationToAppPatch({ star: { messages: [{ id, fromMe }], star: on } }, remoteJid);
  const author = fromMe ? undefined : participant;
  return { ...patch, index: [...patch.index.slice(0, -1), author ?? '0'] };
};

/**
 * What can be set for chats and messages over one open connection. Facts of it come as of what the phone sets (`emitOwnEvents`);
 * `durable` resolves once they are in the log.
 */
export const createChatActs = (
  sock: () => WASocket,
  durable: () => Promise<void>,
): Pick<SessionActs, 'chatSettings' | 'chatRemove' | 'star'> => ({
  star: async (asked) => {
    await doing(() => sock().appPatch(starPatch(asked)));
    await durable();
    return null;
  },
  chatSettings: async ({ chat, settings, last }) => {
    for (const change of modificationsOf(settings, last)) await doing(() => sock().chatModify(change, chat));
    await durable();
    return null;
  },
  chatRemove: async ({ chat, what, last }) => {
    await doing(() => sock().chatModify(removalOf(what, last), chat));
    await durable();
    return null;
  },
});
