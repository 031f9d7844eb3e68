import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ConnectionState,
  jidNormalizedUser,
  makeWASocket,
  S_WHATSAPP_NET,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import type { ConnectionUpdate, Ownership, Session } from '../../ports/whatsapp.ts';
import type { KeyJournal } from '../mongo/auth-store.ts';
import { closedBy, isPaired, progressOf } from './connection.ts';
import { type Core, createCore } from './core.ts';
import type { WhatsAppDeps } from './deps.ts';
import { createFolding } from './folding.ts';
import { createGate, type Gate } from './gate.ts';
import { rawSocketOf } from './internals.ts';
import { createMessageTaps } from './message-taps.ts';
import { prepareText } from './outgoing.ts';
import type { Pace } from './pace.ts';
import { baileysLogger } from './quiet.ts';
import { createSeam } from './seam.ts';
import { createSends } from './sends.ts';
import { type AccountCaches, socketSettings } from './settings.ts';
import { createStillness } from './stillness.ts';
import { type TapHandlers, tapEvents } from './tap.ts';

export type SessionParts = Readonly<{
  deps: WhatsAppDeps;
  owner: Ownership;
  journal: KeyJournal;
  logged: readonly Recorded<WildcatEvent>[];
  caches: AccountCaches;
  pace: Pace;
  onUpdate: (update: ConnectionUpdate) => void;
}>;

/** Entries on their way to disk at which no further message is decrypted. */
const MAX_OPEN = 4_000;
const UNLINK_MS = 5_000;
const CLOSE_MS = 2_000;

const never = (): Promise<never> => new Promise(() => {});

/** One socket of one account with everything that makes it lossless; see `Session`. Throws as `createCore`. */
export const openSession = (parts: SessionParts): Session => {
  const { deps, owner, journal, logged, caches, pace, onUpdate } = parts;
  const { logger, now } = deps;
  let gate: Gate | null = null;
  let socket: WASocket | null = null;
  let failure: Error | null = null;
  let deaf = false;
  let qrs = 0;
  let lastEventAt: string | null = null;

  const end = (error?: Error): void => {
    deaf = true;
    socket?.end(error).catch((cause: unknown) => logger.warn({ error: cause }, 'socket did not end'));
    // a server that hangs would keep us waiting for its side of the close
    setTimeout(() => raw.terminate(), CLOSE_MS).unref();
  };
  const fail = (error: Error): void => {
    if (failure !== null) return;
    failure = error;
    logger.warn({ error }, 'session can not go on: its socket is closed unanswered');
    gate?.close();
    end(error);
  };

  const core: Core = createCore({
    deps,
    owner,
    journal,
    logged,
    onDurable: () => gate?.pump(),
    onFailure: fail,
  });
  const { committer, memory, directory, recent, recorder } = core;
  const { creds } = memory.auth;
  const stillness = createStillness(() => performance.now());
  const folding = createFolding(journal, fail, logger);
  const sends = createSends({ deps, owner, core, socket: () => sock, gate: () => frames });

  const seam = createSeam({
    keys: () => memory,
    recent,
    recorder,
    directory,
    mayDecrypt: async () => {
      stillness.stir();
      await pace();
      if (committer.newest() - committer.durable() > MAX_OPEN) {
        await committer.whenDurable(committer.newest() - MAX_OPEN).catch(never);
      }
      if (deaf) await never();
    },
  });

  // in order, and each only once what it tells of is on disk
  let told: Promise<unknown> = Promise.resolve();
  const tell = (update: ConnectionUpdate): void => {
    const durable = () => committer.whenDurable();
    told = told.then(durable).then(
      () => onUpdate(update),
      () => undefined,
    );
  };
  let finished = (): void => {};
  const finishing = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const finish = async (error: unknown): Promise<void> => {
    deaf = true;
    gate?.close();
    sends.close('the connection was closed');
    committer.seal();
    await told;
    await committer.whenDurable().catch(() => undefined);
    await folding.stop();
    onUpdate(closedBy(failure ?? error, isPaired(creds)));
    finished();
  };

  const onConnection = (update: Partial<ConnectionState>): void => {
    if (update.qr) qrs++;
    for (const progress of progressOf(update, creds, { qrs, now: now().getTime() })) tell(progress);
    if (update.receivedPendingNotifications) {
      void stillness.wait().then(() => tell({ type: 'caught_up' }));
    }
    if (update.connection === 'close') void finish(update.lastDisconnect?.error);
  };
  const handlers: TapHandlers = {
    ...createMessageTaps(core, now),
    'creds.update': memory.saveCreds,
    'connection.update': onConnection,
  };

  const sock = makeWASocket(
    socketSettings(deps.target, {
      auth: memory.auth,
      logger: baileysLogger(logger),
      makeSignalRepository: seam.makeSignalRepository,
      getMessage: sends.getMessage,
      caches,
    }),
  );
  socket = sock;
  const raw = rawSocketOf(sock);
  const frames = createGate(raw, {
    newest: committer.newest,
    durable: committer.durable,
    isValid: owner.isValid,
    onInvalid: () => fail(new Error('owner_lost')),
  });
  gate = frames;
  tapEvents(sock.ev, handlers);
  sock.ws.prependListener('CB:message', seam.expect);
  sock.ws.prependListener('CB:ack,class:message', sends.receiveAck);
  for (const stanza of ['message', 'receipt', 'notification', 'call']) {
    sock.ws.prependListener(`CB:${stanza}`, () => {
      stillness.stir();
      lastEventAt = now().toISOString();
    });
  }

  const unlink = async (): Promise<void> => {
    const jid = creds.me?.id;
    if (jid === undefined || !sock.ws.isOpen) return;
    const remove = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } };
    const query = { tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' }, content: [remove] };
    // WhatsApp may answer by closing the stream
    await Promise.race([sock.query(query, UNLINK_MS), finishing]).catch(() => undefined);
  };

  const close = async (): Promise<void> => {
    deaf = true;
    await committer.whenDurable().catch(() => undefined);
    await nextTurn();
    end();
    await finishing;
  };

  return {
    prepare: (request) => {
      const { pn, lid } = directory.me();
      const me = request.data.to.endsWith('@lid') ? (lid ?? pn) : pn;
      return prepareText(request.data, jidNormalizedUser(me ?? ''));
    },
    relay: sends.relay,
    close,
    logout: async () => {
      await unlink();
      await close();
    },
    lastEventAt: () => lastEventAt,
  };
};
