import { createHash } from 'node:crypto';
import { isPersonKey } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import { currentContent, type MessageDoc, type SendStatus, textOf } from '../projections/message-doc.ts';
import { type NameOf, withNames } from './names.ts';

/** A message as the REST contract shows it: `timestamp` in unix seconds, every `…At` ISO 8601. */
export type MessageAnswer = Readonly<{
  accountId: string;
  messageId: string;
  chatId: string;
  lid: string | null;
  from: string | null;
  fromMe: boolean;
  timestamp: number;
  type: Content['type'];
  text: string | null;
  hasMedia: boolean;
  mediaType: string | null;
  mediaUrl: string | null;
  mediaSize: number | null;
  mediaMimetype: string | null;
  mediaFileName: string | null;
  caption: string | null;
  mediaWidth: number | null;
  mediaHeight: number | null;
  quotedMessage: Readonly<NonNullable<Content['quoted']>> | null;
  mentions: readonly string[];
  isForwarded: boolean;
  location: Readonly<NonNullable<Content['location']>> | null;
  contacts: readonly Readonly<{ name: string; vcard: string }>[];
  poll: PollAnswer | null;
  choices: readonly Readonly<NonNullable<Content['choices']>[number]>[];
  selected: Readonly<NonNullable<Content['selected']>> | null;
  notice: NoticeAnswer | null;
  viewOnce: boolean;
  /** Seconds after which it disappears. */
  expiresIn: number | null;
  /** How far an own message got; null for others'. */
  status: SendStatus | null;
  error: string | null;
  editedAt: string | null;
  /** Earlier texts, oldest first. */
  edits: readonly Readonly<{ text: string | null; timestamp: number }>[];
  deletedAt: string | null;
  /** Since when the account's own devices show it no more. */
  deletedForMeAt: string | null;
  pinned: Readonly<{ by: string; at: string; until: string | null }> | null;
  starred: boolean;
  reactions: readonly Readonly<{ from: string; emoji: string; timestamp: number }>[];
  receipts: readonly Readonly<{ jid: string; deliveredAt: string | null; readAt: string | null }>[];
  createdAt: string;
  updatedAt: string;
}>;

/** What a line of type `system` says: see the fields of its view. People by their ids. */
type NoticeAnswer = Readonly<{
  kind: string;
  people: readonly string[];
  setting: string | null;
  value: string | null;
}>;

/** A poll as it stands: who picked what by now. `selectable` 0: any number of options. */
type PollAnswer = Readonly<{
  selectable: number;
  options: readonly Readonly<{ name: string; votes: number; voters: readonly string[] }>[];
}>;

const pollAnswer = ({ votes = [] }: MessageDoc, { poll }: Content, nameOf: NameOf): PollAnswer | null => {
  if (poll === undefined) return null;
  const options = poll.options.map((name) => {
    const hash = createHash('sha256').update(name).digest('hex');
    const voters = votes.filter((vote) => vote.options.includes(hash)).map(({ from }) => nameOf(from).id);
    return { name, votes: voters.length, voters };
  });
  return { selectable: poll.selectable, options };
};

const iso = (seconds: number | undefined): string | null =>
  seconds === undefined ? null : new Date(seconds * 1_000).toISOString();

const pinAnswer = ({ pin }: MessageDoc, nameOf: NameOf): MessageAnswer['pinned'] => {
  const at = iso(pin?.timestamp);
  return pin?.on === true && at !== null ? { by: nameOf(pin.from).id, at, until: iso(pin.until) } : null;
};

const noticeAnswer = ({ notice }: MessageDoc, nameOf: NameOf): NoticeAnswer | null =>
  notice === undefined ? null : { ...notice, people: notice.people.map((one) => nameOf(one).id) };

const mediaAnswer = (doc: MessageDoc, { media, type, caption }: Content) => ({
  hasMedia: media !== undefined,
  mediaType: media === undefined ? null : type,
  mediaUrl:
    media === undefined ? null : `/accounts/${doc.account}/messages/${encodeURIComponent(doc.waId)}/media`,
  mediaSize: media?.size ?? null,
  mediaMimetype: media?.mimetype ?? null,
  mediaFileName: media?.fileName ?? null,
  mediaWidth: media?.width ?? null,
  mediaHeight: media?.height ?? null,
  caption: caption ?? null,
});

const earlierTexts = ({ content, timestamp, edits = [] }: MessageDoc): MessageAnswer['edits'] =>
  [{ content, timestamp }, ...edits]
    .slice(0, -1)
    .map((version) => ({ text: textOf(version.content), timestamp: version.timestamp }));

/** In a chat with one person that person's times are the message's own; in a group each has his. */
const receiptsOf = (doc: MessageDoc, chatId: string, nameOf: NameOf): MessageAnswer['receipts'] => {
  const { deliveredAt, readAt, chat, receipts = [] } = doc;
  if (!isPersonKey(chat))
    return receipts.map(({ by, ...at }) => ({
      jid: nameOf(by).id,
      deliveredAt: iso(at.deliveredAt),
      readAt: iso(at.readAt),
    }));
  if (deliveredAt === undefined && readAt === undefined) return [];
  return [{ jid: chatId, deliveredAt: iso(deliveredAt), readAt: iso(readAt) }];
};

/**
 * Maps a stored message; `nameOf` must know its addresses, its reactions' and whom it names. The raw proto is never in
 * it. `linkedAt`: position of the account's last link to a phone, which tells anew then what is starred.
 */
export const messageAnswer = (doc: MessageDoc, nameOf: NameOf, linkedAt = 0): MessageAnswer => {
  const content = withNames(currentContent(doc), nameOf);
  const { id: chatId, lid } = nameOf(doc.chatAddress);
  return {
    accountId: doc.account,
    messageId: doc.waId,
    chatId,
    lid,
    from: doc.from === null ? null : nameOf(doc.from).id,
    fromMe: doc.fromMe,
    timestamp: doc.timestamp,
    type: content.type,
    text: textOf(content),
    ...mediaAnswer(doc, content),
    quotedMessage: content.quoted ?? null,
    mentions: content.mentions ?? [],
    isForwarded: content.isForwarded ?? false,
    location: content.location ?? null,
    contacts: content.contacts ?? [],
    poll: pollAnswer(doc, content, nameOf),
    choices: content.choices ?? [],
    selected: content.selected ?? null,
    notice: noticeAnswer(doc, nameOf),
    viewOnce: content.viewOnce ?? false,
    expiresIn: content.expiresIn ?? null,
    status: doc.status ?? null,
    error: doc.error ?? doc.undecryptable ?? null,
    editedAt: iso(doc.edits?.at(-1)?.timestamp),
    edits: earlierTexts(doc),
    deletedAt: iso(doc.revokedAt),
    deletedForMeAt: iso(doc.deletedForMeAt),
    pinned: pinAnswer(doc, nameOf),
    starred: doc.starred === true && (doc.starredSeq ?? 0) >= linkedAt,
    reactions: (doc.reactions ?? [])
      .filter(({ emoji }) => emoji !== '')
      .map(({ from, emoji, timestamp }) => ({ from: nameOf(from).id, emoji, timestamp })),
    receipts: receiptsOf(doc, chatId, nameOf),
    createdAt: doc.createdAt,
    updatedAt: doc.updatedAt,
  };
};
