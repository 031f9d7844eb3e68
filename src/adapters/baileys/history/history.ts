import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateSync, inflate } from 'node:zlib';
import {
  type BinaryNode,
  isLidUser,
  processHistoryMessage,
  proto,
  type SignalDataSet,
  type WASocket,
} from '@whiskeysockets/baileys';
import { hasCode } from '../../../errors.ts';
import type { Core } from '../core.ts';
import type { WhatsAppDeps } from '../deps.ts';
import { createFetchPart, gather } from '../files/download.ts';
import { createMediaHosts } from '../files/media-hosts.ts';
import { isMe } from '../reading/addresses.ts';
import { WANTED_HISTORY } from '../settings.ts';
import { type HistoryPart, historyEventsOf } from './events.ts';
import { keepTokens } from './tokens.ts';

/**
 * Key type of ours: what the phone said of a part of its history (proto.Message.HistorySyncNotification), by a hash
 * of it, from the moment its ratchet is on disk until all that the part holds is in the log. The phone is told that
 * we have it before that: a download may take minutes, and nothing else is to wait for it.
 */
const HISTORY = 'history';
/** Appends that are on their way at once. */
const AT_ONCE = 64;
const FETCH_MS = 300_000;
/** Many times what a phone hands over at once. One account's phone is not to fill the memory of all of them. */
const MAX_PART = 134_217_728;

type Notification = proto.Message.IHistorySyncNotification;

const notificationIn = (message: proto.IMessage): Notification | null => {
  const notification = message.protocolMessage?.historySyncNotification;
  return notification && WANTED_HISTORY.has(notification.syncType ?? -1) ? notification : null;
};

const encode = (notification: Notification): Uint8Array =>
  proto.Message.HistorySyncNotification.encode(notification).finish();

/** Key changes to ride with the ratchet of a message that announces a part of the history; none for any other. */
export const announced = (
  stanza: BinaryNode,
  content: proto.IMessage,
  directory: Core['directory'],
): Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> => {
  const notification = notificationIn(content);
  if (notification === null || !isMe(stanza.attrs.from ?? '', directory)) return {};
  const bytes = encode(notification);
  return { [HISTORY]: { [createHash('sha256').update(bytes).digest('hex').slice(0, 32)]: bytes } };
};

/**
 * A message that announces a part of the history, with an empty part in it; any other as it is. Baileys would fetch
 * the part with its mutex held, and nothing else would be received until then (messages-recv.js, process-message.js).
 */
export const withoutPart = (content: proto.IMessage): proto.IMessage => {
  const notification = notificationIn(content);
  if (notification === null) return content;
  // two enums of the same numbers
  const part = proto.HistorySync.encode({ syncType: Number(notification.syncType) }).finish();
  const historySyncNotification = { ...notification, initialHistBootstrapInlinePayload: deflateSync(part) };
  return { ...content, protocolMessage: { ...content.protocolMessage, historySyncNotification } };
};

const inflated = promisify(inflate);

/** A part as it was announced or fetched. Rejects where that is none, or unfolds to more than any phone has. */
export const readPart = async (bytes: Uint8Array): Promise<ReturnType<typeof processHistoryMessage>> =>
  processHistoryMessage(proto.HistorySync.decode(await inflated(bytes, { maxOutputLength: MAX_PART })));

/** Fetches a part that is not in its announcement. Rejects with `gone` where the media hosts no longer have it. */
const createFetchFile = (deps: Deps['deps'], sock: Deps['sock']) => {
  const fetchPart = createFetchPart(deps);
  const hosts = createMediaHosts((node) => sock().query(node), deps.now);
  return async (notification: Notification, signal: AbortSignal): Promise<Buffer> => {
    const { directPath, mediaKey, fileSha256 } = notification;
    if (!directPath || !mediaKey?.length) throw new Error('the announcement names no file');
    // the real one's is known; another WhatsApp's is asked for
    const host = deps.target.socketUrl === undefined ? null : (await hosts(false)).hosts[0]?.hostname;
    const part = await fetchPart(
      {
        ...{ kind: 'md-msg-hist', url: host ? `https://${host}` : null, directPath, mediaKey, length: null },
        sha256: fileSha256?.length ? fileSha256 : null,
      },
      signal,
    );
    return gather(part, MAX_PART);
  };
};

type Deps = Readonly<{
  deps: Pick<WhatsAppDeps, 'logger' | 'mediaIdleMs' | 'now' | 'target'>;
  core: Pick<Core, 'append' | 'memory' | 'directory' | 'recorder'>;
  sock: () => Pick<WASocket, 'query' | 'signalRepository'>;
}>;

export type History = Readonly<{
  /** Fetches what was announced, in earlier sessions too, one part after the other, each once in a session. */
  resume: () => void;
  /** Resolves once nothing is being appended any more; what is not done goes on in the next session. */
  stop: () => Promise<void>;
}>;

/** Puts the phone's history into the log, one part at a time, each until all of it is there. */
export const createHistory = ({ deps, core, sock }: Deps): History => {
  const { logger, now } = deps;
  const fetchFile = createFetchFile(deps, sock);
  const { append, memory, directory, recorder } = core;
  const taken = new Set<string>();
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  let turn: Promise<void> = Promise.resolve();

  const notificationOf = (id: string): Notification | null => {
    const bytes = memory.find(HISTORY, id);
    return bytes instanceof Uint8Array ? proto.Message.HistorySyncNotification.decode(bytes) : null;
  };

  // `history` is a key type of ours
  const forget = async (id: string): Promise<void> =>
    memory.auth.keys.set({ [HISTORY]: { [id]: null } } as SignalDataSet);

  const tell = async (part: HistoryPart, id: string): Promise<void> => {
    const source = { event: 'messaging-history.set', offline: true };
    const told = historyEventsOf(part, id, directory);
    const last = told.length - 1;
    const put = async ({ event, raw, occurredAt }: (typeof told)[number]): Promise<void> => {
      const at = occurredAt === undefined ? now() : new Date(occurredAt * 1_000);
      const fact = recorder.fact(event, at.toISOString(), source);
      await append(raw === undefined ? fact : { ...fact, raw });
    };
    for (let from = 0; from < last && !isStopped(); from += AT_ONCE)
      await Promise.all(told.slice(from, Math.min(from + AT_ONCE, last)).map(put));
    if (isStopped()) return;
    for (const end of told.slice(last)) await put(end);
    await forget(id);
  };

  const fetch = async (id: string): Promise<void> => {
    const notification = notificationOf(id);
    if (notification === null) return;
    const limit = AbortSignal.any([stopping.signal, AbortSignal.timeout(FETCH_MS)]);
    const bytes = notification.initialHistBootstrapInlinePayload ?? (await fetchFile(notification, limit));
    const part = await readPart(bytes);
    const mappings = part.lidPnMappings.filter(({ lid }) => isLidUser(lid));
    if (mappings.length > 0) await sock().signalRepository.lidMapping.storeLIDPNMappings(mappings);
    await keepTokens(part.chats, memory, directory);
    await tell(part, id);
  };

  const inTurn = (id: string): void => {
    taken.add(id);
    turn = turn.then(async () => {
      if (isStopped()) return;
      try {
        await fetch(id);
      } catch (error) {
        const isGone = hasCode(error, 'gone');
        const text = isGone ? 'a part of the history is gone' : 'a part of the history is not taken in yet';
        logger.warn({ error, part: id }, text);
        if (isGone) await forget(id);
      }
    });
  };

  return {
    resume: () => {
      for (const id of [...memory.idsOf(HISTORY)]) if (!taken.has(id)) inTurn(id);
    },
    stop: async () => {
      stopping.abort();
      await turn;
    },
  };
};
