import { isLid } from '../events/ids.ts';
import type { ChatDoc } from '../projections/chat-doc.ts';
import { loadNames } from './names.ts';
import type { ReadViews } from './views.ts';

/** `timestamp` and `endedAt` in unix seconds. */
type CallAnswer = Readonly<{
  callId: string;
  chatId: string;
  lid: string | null;
  from: string;
  isVideo: boolean;
  isGroup: boolean;
  timestamp: number;
  status: 'ringing' | 'accepted' | 'rejected' | 'missed' | 'ended';
  endedAt: number | null;
}>;

type LabelAnswer = Readonly<{
  labelId: string;
  name: string;
  color: number;
  chats: readonly string[];
  messages: readonly Readonly<{ chatId: string; messageId: string }>[];
}>;

type ContactAnswer = Readonly<{
  contactId: string;
  lid: string | null;
  name: string | null;
  pushName: string | null;
  blocked: boolean;
  /** unix seconds */
  pictureChangedAt: number | null;
}>;

type Range = Readonly<{ limit: number; offset: number }>;
/** `hasMore`: something follows this page. */
type Paged<Name extends string, One> = Readonly<Record<Name, One[]> & { hasMore: boolean }>;

type PhoneQueries = Readonly<{
  /** Newest first. */
  calls: (account: string, range: Range) => Promise<Paged<'calls', CallAnswer>>;
  labels: (account: string) => Promise<LabelAnswer[]>;
  /** People with a name, by their id. */
  contacts: (account: string, range: Range) => Promise<Paged<'contacts', ContactAnswer>>;
}>;

const contactOf = ({ jid, pn, name, pushName, blocked, pictureAt }: ChatDoc): ContactAnswer => ({
  contactId: pn ?? jid,
  lid: isLid(jid) ? jid : null,
  name: name ?? null,
  pushName: pushName ?? null,
  blocked: blocked ?? false,
  pictureChangedAt: pictureAt ?? null,
});

export const createPhoneQueries = (read: ReadViews): PhoneQueries => ({
  calls: async (account, { limit, offset }) => {
    const calls = await read('calls');
    const newest = calls.find({ account, timestamp: { $gte: 0 } }).sort({ timestamp: -1, seq: -1 });
    const found = await newest
      .skip(offset)
      .limit(limit + 1)
      .toArray();
    const docs = found.slice(0, limit);
    const nameOf = await loadNames(
      read,
      account,
      docs.flatMap(({ chat, from }) => [chat, from]),
    );
    const answers = docs.map(
      ({ callId, chat, from, isVideo, isGroup, timestamp, status, endedAt = null }) => {
        const { id: chatId, lid } = nameOf(chat);
        return { callId, chatId, lid, from: nameOf(from).id, isVideo, isGroup, timestamp, status, endedAt };
      },
    );
    return { calls: answers, hasMore: found.length > limit };
  },
  labels: async (account) => {
    const docs = await (await read('labels')).find({ account, name: { $exists: true } }).toArray();
    const about = docs.flatMap(({ chats, messages }) => [...chats, ...messages.map(({ chat }) => chat)]);
    const nameOf = await loadNames(read, account, about);
    return docs.map(({ labelId, name = '', color = 0, chats, messages }) => ({
      labelId,
      name,
      color,
      chats: chats.map((chat) => nameOf(chat).id),
      messages: messages.map(({ chat, messageId }) => ({ chatId: nameOf(chat).id, messageId })),
    }));
  },
  contacts: async (account, { limit, offset }) => {
    const named = { $or: [{ name: { $exists: true } }, { pushName: { $exists: true } }] };
    // the ids of an account's people lie side by side, in the order that is wanted: no index knows more of them
    const people = { _id: { $gt: `${account}/l`, $lt: `${account}/q` }, key: { $regex: '^[lp]' }, ...named };
    const chats = await read('chats');
    const docs = await chats
      .find(people)
      .sort({ _id: 1 })
      .skip(offset)
      .limit(limit + 1)
      .toArray();
    const contacts = docs.slice(0, limit).filter((doc): doc is ChatDoc => 'count' in doc);
    return { contacts: contacts.map(contactOf), hasMore: docs.length > limit };
  },
});
