import type { Db } from 'mongodb';
import type { HttpDeps, Queries } from '../http/deps.ts';
import type { ViewStore } from '../ports/view-store.ts';

const chatIdOf = (d: any) => d.pn ?? d.chatAddress?.alt ?? d.chatAddress?.jid ?? d.jid;
const toApi = (d: any): any => ({
  accountId: d.account,
  messageId: d.waId,
  chatId: chatIdOf(d),
  from: d.from?.alt ?? d.from?.jid ?? null,
  fromMe: d.fromMe,
  timestamp: d.timestamp,
  type: d.content.type,
  text: d.content.text,
  hasMedia: false,
  mediaType: null,
  mediaUrl: null,
  mediaSize: null,
  mediaMimetype: null,
  mediaFileName: null,
  caption: null,
  mediaWidth: null,
  mediaHeight: null,
  quotedMessage: d.content.quoted ?? null,
  mentions: d.content.mentions ?? [],
  isForwarded: false,
  createdAt: d.createdAt,
  updatedAt: d.updatedAt,
  ...(d.fromMe ? { status: d.status } : {}),
});
/** Temporary, until src/queries is there. */
export const createQueries = (
  _store: ViewStore,
  db: Db,
): Pick<HttpDeps, 'queries' | 'resolveAddress' | 'lookupQuoted'> => {
  const messages = db.collection<any>('messages_v1');
  const chats = db.collection<any>('chats_v1');
  const accounts = db.collection<any>('accounts_v1');
  const key = (jid: string) =>
    (jid.endsWith('@lid') ? 'l' : jid.endsWith('@g.us') ? 'g' : 'p') + jid.split('@')[0];
  const chat = async (account: string, jid: string) => {
    const alias = await chats.findOne({ _id: `${account}/${key(jid)}` as any });
    return alias?.into
      ? chats.findOne({ _id: `${account}/${alias.into}` as any })
      : (alias ?? (await chats.findOne({ account, pn: jid })));
  };
  const queries: Queries = {
    accounts: async () =>
      (await accounts.find().toArray()).map(
        ({ _id, name, collectionName, createdAt, status, updatedAt }) => ({
          _id,
          name,
          collectionName,
          createdAt,
          status,
          updatedAt,
        }),
      ) as any,
    account: async (id) => (await accounts.findOne({ _id: id as any })) as any,
    message: async (account, waId) => {
      const d = await messages.findOne({ account, waId });
      return d && toApi(d);
    },
    ownMessage: async (account, waId) => {
      const d = await messages.findOne({ account, waId, fromMe: true });
      return d && toApi(d);
    },
    chats: async (account) =>
      (
        await chats
          .find({ account, count: { $gt: 0 } })
          .sort({ at: -1 })
          .toArray()
      ).map((d) => ({
        chatId: chatIdOf(d),
        messageCount: d.count,
        lastMessage: {
          messageId: d.last.waId,
          text: d.last.text,
          type: d.last.type,
          timestamp: d.last.timestamp,
          fromMe: d.last.fromMe,
        },
      })) as any,
    chatMessages: async (account, jid, { limit, offset }) => {
      const c = await chat(account, jid);
      const where = { account, chat: { $in: c?.addresses ?? [key(jid)] } };
      return {
        messages: (
          await messages.find(where).sort({ timestamp: -1, seq: -1 }).skip(offset).limit(limit).toArray()
        ).map(toApi),
        total: c?.count ?? 0,
      };
    },
    messages: async ({ limit, skip, accountId }) => ({
      messages: (
        await messages
          .find(accountId ? { account: accountId } : {})
          .sort({ timestamp: -1 })
          .skip(skip)
          .limit(limit)
          .toArray()
      ).map(toApi),
      total: 0,
    }),
  };
  return {
    queries,
    resolveAddress: async (account, jid) => {
      const c = await chat(account, jid);
      return c ? { jid: c.jid, alt: c.pn } : { jid };
    },
    lookupQuoted: async (account, waId) => {
      const d = await messages.findOne({ account, waId });
      return d && d.raw
        ? {
            quoted: {
              messageId: waId,
              participant: d.from?.jid ?? null,
              text: d.content.text,
              hasMedia: false,
            },
            quotedKey: { participant: d.from.jid, fromMe: d.fromMe, raw: d.raw },
          }
        : null;
    },
  };
};
