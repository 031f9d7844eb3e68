import { Readable } from 'node:stream';
import { type AccountCommand, accounts as decider } from '../../src/commands/accounts.ts';
import { decideSend, type SendCommand } from '../../src/commands/messages.ts';
import type { Outcome } from '../../src/commands/outcomes.ts';
import { readConsole } from '../../src/compose/console.ts';
import { WildcatError } from '../../src/errors.ts';
import { type AccountState, isLive } from '../../src/events/account-state.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';
import type { Recorded } from '../../src/events/event.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import type { PageByCursor, Range } from '../../src/http/reads.ts';
import type { ListedChat } from '../../src/http/schemas/chats.ts';
import type { ListedMedia } from '../../src/http/schemas/media.ts';
import type { ShownMessage } from '../../src/http/schemas/stored-message.ts';
import type { RebuildAnswer } from '../../src/http/schemas/views.ts';
import type { KeptFile } from '../../src/ports/files.ts';
import type { Claim } from '../../src/ports/idempotency.ts';
import type { MediaState } from '../../src/queries/media.ts';
import { silentLog } from './silent-log.ts';
import { webhookEdge } from './webhook-edge.ts';

const rebuild: RebuildAnswer = {
  build: 'messages_v1_r2',
  view: 'messages',
  purpose: 'swap',
  state: 'building',
  position: 4,
  head: 8,
  percent: 50,
  eventsPerSecond: 2,
  etaSeconds: 2,
  throttle: null,
  askedAt: '2026-03-01T12:00:00.000Z',
  endedAt: null,
  stop: null,
  verdict: null,
};
const rebuildOf = (view: string, build = rebuild.build): RebuildAnswer => {
  if (view !== rebuild.view || build !== rebuild.build) throw new WildcatError('not_found', 'Not found');
  return rebuild;
};
export const NOW = new Date('2026-03-01T12:00:00.000Z');

const recorded = (
  account: string,
  event: AccountEvent,
  seq: number,
  gen: number,
): Recorded<AccountEvent> => ({
  ...event,
  account,
  gen,
  seq,
  id: String(seq),
  v: 1,
  at: NOW.toISOString(),
  occurredAt: NOW.toISOString(),
});

/** The functions that the HTTP edge is given, for specs of the edge alone; decisions are the real ones. */
export const httpDeps = () => {
  const known = new Map<string, { state: AccountState; version: number }>();
  const blank = { state: decider.initialState, version: 0 };
  const appended: { type: string; account: string; data: unknown }[] = [];
  const outcomes = new Map<string, Outcome>();
  const failures = new Map<string, Outcome>();
  const claims = new Map<string, Extract<Claim, { kind: 'taken' }>>();
  const messages: ShownMessage[] = [];
  const shown = new Map<string, string>();
  const media = new Map<string, MediaState>();
  const kept = new Map<string, { file: KeptFile; bytes: Buffer }>();
  const listed: ListedMedia[] = [];
  const staging = new Set<string>();
  const called: { account: string; name: string; ask: unknown }[] = [];
  const group = {
    groupId: '123@g.us',
    subject: 'Friends',
    description: null,
    owner: null,
    createdAt: 1,
    announce: false,
    locked: false,
    memberAdd: false,
    joinApproval: false,
    disappearing: 0,
    participants: [],
  };
  const answers: Record<string, unknown> = {
    groups: [group],
    group,
    groupCreate: group,
    pairingCode: 'ABCD2345',
    groupChange: group,
    groupRequests: [],
    groupAnswer: [{ id: '4915200000003@s.whatsapp.net', status: 200 }],
    groupInvite: 'CnQ9zmHaPGxKkBkyvKbmqZ',
    groupJoin: { groupId: '123@g.us', waiting: false },
    profile: { id: '4915200000009@s.whatsapp.net', lid: null, name: 'Shop', about: null },
    picture: '/9j/',
    groupParticipants: [{ id: '4915200000003@s.whatsapp.net', status: 200 }],
    check: [{ phone: '4915200000003', exists: true, jid: '4915200000003@s.whatsapp.net', lid: null }],
  };
  const hooks = webhookEdge(() => NOW);
  let seq = 0;

  const record = (account: string, event: AccountEvent): number => {
    const { state } = known.get(account) ?? blank;
    seq += 1;
    const fact = recorded(account, event, seq, decider.generation(state, event));
    known.set(account, { state: decider.evolve(state, fact), version: seq });
    return seq;
  };
  const command = async (account: string, wish: AccountCommand) => {
    const { state } = known.get(account) ?? blank;
    const event = decider.decide(wish, state);
    if (event === null) return { seq: 0, state };
    appended.push({ type: event.type, account, data: event.data });
    return { seq: record(account, event), state: known.get(account)?.state ?? state };
  };
  const send = async (account: string, wish: SendCommand) => {
    const event = decideSend(wish, (known.get(account) ?? blank).state);
    appended.push({ type: event.type, account, data: event.data });
    seq += 1;
    return { seq, duplicate: false };
  };
  const document = (account: string) => {
    const state = known.get(account)?.state;
    if (state === undefined || !isLive(state)) return null;
    const { name, collectionName, createdAt, updatedAt, status } = state;
    const told = { history: null, profileName: null, restriction: null, quota: null };
    return {
      _id: account,
      name,
      collectionName,
      createdAt,
      updatedAt,
      status,
      ...told,
    };
  };
  const texts = { areFresh: true };
  const pageOf = ({ cursor }: Range): PageByCursor => {
    if (cursor !== undefined) throw new WildcatError('invalid', 'no cursor');
    return { messages, total: messages.length, hasMore: false, nextCursor: null };
  };
  const deps: HttpDeps = {
    apiKey: undefined,
    version: '1.2.3-test',
    publicUrl: undefined,
    corsOrigins: new Set<string>(),
    logger: silentLog,
    now: () => NOW,
    accounts: {
      current: (account) => known.get(account) ?? blank,
      refreshed: async (account) => known.get(account) ?? blank,
      all: () => known,
      until: async (account, holds) => {
        const now = known.get(account) ?? blank;
        if (holds(now)) return now.state;
        throw new WildcatError('unavailable', 'no news');
      },
    },
    command,
    send,
    outcome: async (_account, waId) => outcomes.get(waId) ?? outcomes.get('*') ?? null,
    failure: async (_account, { waId }) => failures.get(waId) ?? null,
    idempotency: {
      claim: async ({ account, gen }, key, request) => {
        const id = `${account}.${gen}/${key}`;
        const taken = claims.get(id);
        if (taken === undefined) claims.set(id, { kind: 'taken', ...request, answer: null });
        return taken ?? { kind: 'claimed' };
      },
      complete: async ({ account, gen }, key, answer) => {
        const taken = claims.get(`${account}.${gen}/${key}`);
        if (taken !== undefined) claims.set(`${account}.${gen}/${key}`, { ...taken, answer });
      },
      release: async ({ account, gen }, key) => void claims.delete(`${account}.${gen}/${key}`),
    },
    idempotencySecret: Buffer.alloc(32, 7),
    resolveChat: async (_account, jid) => ({ chat: { jid } }),
    lookupQuoted: async (account, messageId) => {
      const found = messages.find((each) => each.accountId === account && each.messageId === messageId);
      if (found === undefined) return null;
      const { text, hasMedia, from: participant, fromMe } = found;
      return {
        quoted: { messageId, participant, text, hasMedia },
        quotedKey: { participant: participant ?? '', fromMe, raw: '' },
      };
    },
    lookupMessage: async (account, messageId, chatId) => {
      const found = messages.find(
        (each) => each.accountId === account && each.messageId === messageId && each.chatId === chatId,
      );
      if (found === undefined) return null;
      const { fromMe, from, timestamp, type, text } = found;
      const participant = chatId.endsWith('@g.us') && !fromMe ? from : null;
      const author = from === null ? null : { jid: from };
      return {
        waId: messageId,
        fromMe,
        from: author,
        participant,
        timestamp,
        content: { type, text },
      };
    },
    lookupUnread: async (_account, chatId) => [{ id: 'M1', remoteJid: chatId, fromMe: false }],
    makePicture: async () => Buffer.from('jpeg'),
    requestMedia: async (account, messageId) => {
      appended.push({ type: 'media.requested', account, data: { messageId } });
    },
    knownForm: async () => null,
    call: async (account, name, ask) => {
      called.push({ account, name, ask });
      if (name === 'callReject' && JSON.stringify(ask) !== '{"callId":"C1"}')
        throw new WildcatError('not_found', 'No such call is ringing');
      return (answers[name] ?? null) as never;
    },
    lookupForward: async (account, messageId, chatId) => {
      const found = messages.find(
        (each) =>
          each.accountId === account &&
          each.messageId === messageId &&
          (chatId === undefined || each.chatId === chatId),
      );
      return found === undefined
        ? null
        : { content: { type: found.type, text: found.text, isForwarded: true }, raw: 'QUJD' };
    },
    queries: {
      accounts: async () => [...known.keys()].flatMap((account) => document(account) ?? []),
      account: async (account) => document(account),
      message: async (account, messageId, chatId) =>
        messages.find(
          (each) =>
            each.accountId === account &&
            each.messageId === messageId &&
            (chatId === undefined || each.chatId === chatId),
        ) ?? null,
      ownSend: async (account, messageId) => {
        const found = messages.find(
          (each) => each.accountId === account && each.messageId === messageId && each.fromMe,
        );
        if (found === undefined) return null;
        const { status = null, chatId, timestamp, error = null } = found;
        return { status, chat: { jid: chatId }, timestamp, error };
      },
      knowsChat: async (_account, jid) => messages.some(({ chatId }) => chatId === jid),
      chat: async (_account, jid) => (messages.some(({ chatId }) => chatId === jid) ? listedChat(jid) : null),
      chats: async (_account, { cursor }) => {
        if (cursor !== undefined) throw new WildcatError('invalid', 'no cursor');
        return { chats: [], hasMore: false, nextCursor: null };
      },
      chatMessages: async (_account, _chat, range) => pageOf(range),
      accountMessages: async (_account, range) => pageOf(range),
      messages: async () => ({ messages, total: messages.length }),
      media: async () => ({ media: listed, hasMore: false }),
      calls: async () => ({ calls: [], hasMore: false }),
      contacts: async () => ({ contacts: [], hasMore: false }),
      labels: async () => [],
      messageMedia: async (_account, messageId) => media.get(messageId) ?? { state: 'none' },
    },
    past: {
      chatMessages: async () => ({ messages, total: messages.length, hasMore: false, nextCursor: null }),
      message: async (_account, messageId) => messages.find((each) => each.messageId === messageId) ?? null,
      history: async (_account, messageId) =>
        messages.some((each) => each.messageId === messageId) ? [] : null,
    },
    maxUpload: 1_048_576,
    makeMedia: async (_kind, { sha256, length }, { mimetype = 'image/png' }) => ({
      sha256,
      size: length,
      mimetype,
    }),
    webhooks: hooks.http,
    remoteFiles: async () => ({
      bytes: Readable.from([Buffer.from('remote')]),
      mimetype: 'image/png',
      fileName: 'a.png',
    }),
    files: {
      stage: async (account, source) => {
        const parts: Uint8Array[] = [];
        for await (const part of source) parts.push(part);
        const staged = {
          id: String(staging.size),
          account,
          sha256: 'ab',
          length: Buffer.concat(parts).length,
        };
        staging.add(staged.id);
        return staged;
      },
      discard: async ({ id }) => void staging.delete(id),
      findById: async (id) => kept.get(id)?.file ?? null,
      open: ({ id }, range) => {
        const bytes = kept.get(id)?.bytes ?? Buffer.alloc(0);
        return Readable.from([bytes.subarray(range?.start, (range?.end ?? bytes.length) + 1)]);
      },
    },
    views: {
      position: () => seq,
      waitFor: async (wanted) => wanted <= seq,
      waitForTexts: async () => texts.areFresh,
      head: async () => seq,
    },
    console: readConsole(),
    viewAdmin: {
      list: async () => [],
      begin: async (view, purpose, { eventsPerSecond: throttle = null }) => ({
        ...rebuildOf(view),
        purpose,
        throttle,
      }),
      rebuilds: async (view) => [rebuildOf(view)],
      rebuild: async (view, build) => rebuildOf(view, build),
      diff: async (view) => ({
        rebuild: rebuildOf(view),
        differences: [{ collection: 'chats', id: 'a', kind: 'extra', fields: [] }],
      }),
      drop: async (view, build) => void rebuildOf(view, build),
    },
    qrCodes: {
      find: async (account) => {
        const qr = shown.get(account);
        return qr === undefined ? null : { qr, expiresAt: NOW.toISOString() };
      },
      list: async () => new Set(shown.keys()),
    },
    leaseHolder: async () => 'node',
    health: async () => ({
      version: '0.1.0',
      uptime: 1,
      nats: { state: 'up', trouble: null },
      mongo: { state: 'up' },
      views: [],
      reactors: [],
      accounts: {},
    }),
    metrics: {
      render: async () => ({ contentType: 'text/plain', text: '' }),
      observeRequest: () => {},
      observeDelivered: () => {},
    },
    doors: {
      pull: async ({ after }) => ({ events: [], next: after === 'now' ? seq : after, head: seq }),
      watch: async () => (async function* nothing() {})(),
    },
  };
  return {
    deps,
    record,
    appended,
    outcomes,
    failures,
    messages,
    shown,
    called,
    media,
    kept,
    listed,
    staging,
    hooks,
    texts,
  };
};

const ME = { me: '4915100000001@s.whatsapp.net' };

/** Records an account `shop` that is connected. */
export const connect = ({ record }: ReturnType<typeof httpDeps>): void => {
  record('shop', { type: 'account.created', data: { name: 'Shop', collectionName: 'auth_shop' } });
  record('shop', { type: 'account.connected', data: ME });
};

/** The same with that account. */
export const connectedShop = () => {
  const edge = httpDeps();
  connect(edge);
  return edge;
};

/** A chat in which one text was received. */
export const listedChat = (chatId: string): ListedChat => ({
  ...{ chatId, lid: null, messageCount: 1, name: 'Ann', unreadCount: 0, markedUnread: false },
  ...{ archived: false, pinned: false, mutedUntil: null, blocked: false, disappearing: 0 },
  pictureChangedAt: null,
  ...{ locked: false, deleted: false, clearedTo: null },
  known: { from: 1, to: 1, complete: true },
  lastMessage: { messageId: 'M1', text: 'hi', type: 'text', timestamp: 1, fromMe: false },
});

/** A received text as its view has it. */
export const storedMessage = (fields: Partial<ShownMessage>): ShownMessage => ({
  accountId: 'shop',
  messageId: 'M1',
  chatId: '4915200000002@s.whatsapp.net',
  from: '4915200000002@s.whatsapp.net',
  fromMe: false,
  timestamp: 1_772_000_000,
  type: 'text',
  text: 'hello',
  hasMedia: false,
  mediaType: null,
  mediaUrl: null,
  mediaSize: null,
  mediaMimetype: null,
  mediaFileName: null,
  caption: null,
  mediaWidth: null,
  mediaHeight: null,
  quotedMessage: null,
  mentions: [],
  isForwarded: false,
  createdAt: NOW.toISOString(),
  updatedAt: NOW.toISOString(),
  ...fields,
});
