import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { ConnectionState } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import type { ConnectionUpdate, Ownership, Session } from '../../ports/whatsapp.ts';
import type { KeyJournal } from '../mongo/auth-store.ts';
import { createActs } from './acts/acts.ts';
import { createAdmission } from './admission.ts';
import { createBacklog } from './backlog.ts';
import { compareBlocks } from './blocks.ts';
import { closedBy, isPaired, progressOf } from './connection.ts';
import { createCore } from './core.ts';
import type { WhatsAppDeps } from './deps.ts';
import { createFetchPicture } from './files/download.ts';
import { createReupload } from './files/reupload.ts';
import { createHistory } from './history/history.ts';
import { baileysLogger } from './mends/quiet.ts';
import { createFolding } from './output-commit/folding.ts';
import type { Pace } from './pace.ts';
import { createReports } from './reports.ts';
import { createSeam } from './seam.ts';
import { createPrepare } from './sending/preparing.ts';
import { createReach } from './sending/reach.ts';
import { createSends } from './sending/sends.ts';
import { type AccountCaches, socketSettings } from './settings.ts';
import { ignore, signal } from './signals.ts';
import { type GatedSocket, openSocket } from './socket.ts';
import { createAccountTaps } from './taps/account.ts';
import { tapActions } from './taps/app-state.ts';
import { createCalls } from './taps/calls.ts';
import { createLiveTaps } from './taps/live.ts';
import { createMessageTaps } from './taps/messages.ts';
import { createStateTaps } from './taps/state.ts';

type SessionParts = Readonly<{
  deps: WhatsAppDeps;
  owner: Ownership;
  journal: KeyJournal;
  /** What the account's log ends with. */
  logged: readonly Recorded<WildcatEvent>[];
  caches: AccountCaches;
  pace: Pace;
  onUpdate: (update: ConnectionUpdate) => void;
}>;

/**
 * One socket of one account with everything that makes it lossless; see `Session`. Throws `misconfigured` where the
 * stored keys have no credentials or Baileys is another one.
 */
export const openSession = (parts: SessionParts): Session => {
  const { deps, owner, journal, logged, caches, pace, onUpdate } = parts;
  const { logger, now } = deps;
  let socket: GatedSocket | null = null;
  let failure: Error | null = null;
  /** Nothing that still comes in is taken any more: it stays on the server. */
  let deaf = false;
  let stopServing = ignore;
  let qrs = 0;
  let lastEventAt: string | null = null;

  // where another node has the account, the first answer to a call must be its own
  const goDeaf = (): void => {
    deaf = true;
    stopServing();
  };
  /** The end without an answer: what is not on disk must not be receipted, and memory is worth nothing any more. */
  const fail = (error: Error): void => {
    if (failure !== null) return;
    failure = error;
    goDeaf();
    logger.warn({ error }, 'a session can not go on and ends without answering');
    socket?.gate.close();
    socket?.end(error);
  };

  const onDurable = () => socket?.gate.pump();
  const core = createCore({ deps, owner, journal, logged, onDurable, onFailure: fail });
  const { committer, memory, directory } = core;
  const { creds } = memory.auth;
  const reports = createReports(() => committer.whenDurable(), onUpdate);
  // a turn of a few milliseconds: the loop is not to spin while it waits
  const backlog = createBacklog({ now: () => performance.now(), turn: () => pause(2) });
  const sends = createSends({ deps, owner, core, socket: () => opened });

  const mayDecrypt = createAdmission({ backlog, pace, committer, isDeaf: () => deaf });
  const sock = () => opened.sock;
  const history = createHistory({ deps, core, sock });
  const calls = createCalls(core, now);
  const standing = createAccountTaps({ core, sock, logger, now });
  const fetchPicture = createFetchPicture(deps.target);
  const durable = () => committer.whenDurable();
  const acts = createActs({ sock, directory, calls, fetchPicture, durable, tell: core.tell });
  const ending = new AbortController();
  const [closing, onClosed] = signal();
  // WhatsApp may end the offline phase before Baileys has done with logging in
  const [opening, onOpen] = signal();
  const finish = async (error: unknown): Promise<void> => {
    goDeaf();
    ending.abort();
    socket?.gate.close();
    sends.close('the connection was closed');
    await history.stop();
    await nextTurn(); // versions of the app state
    committer.seal();
    await committer.whenDurable().catch(ignore);
    await folding.stop();
    await reports.tellLast(() => closedBy(failure ?? error, isPaired(creds)));
    onClosed();
  };

  const onConnection = (update: Partial<ConnectionState>): void => {
    if (update.qr) qrs++;
    standing.onConnection(update);
    for (const progress of progressOf(update, creds, { qrs, now: now().getTime() })) reports.tell(progress);
    // a pairing code can be asked for as soon as a QR code could be scanned
    if (update.connection === 'open' || update.qr) {
      stopServing();
      stopServing = deps.serveCalls(owner.account, acts);
    }
    if (update.connection === 'open') {
      history.resume();
      onOpen();
    }
    // the offline phase may be over before rc14 calls the connection open
    if (update.receivedPendingNotifications) {
      void Promise.all([opening, backlog.worked()]).then(() => {
        reports.tell({ type: 'caught_up' });
        void compareBlocks({ core, sock, logger, logged: () => deps.blocks(owner.account) });
      });
    }
    if (update.connection === 'close') void finish(update.lastDisconnect?.error);
  };

  const seam = createSeam({ ...core, mayDecrypt });
  const opened = openSocket(
    socketSettings(deps.target, {
      auth: memory.auth,
      logger: baileysLogger(logger, tapActions(core, now)),
      makeSignalRepository: seam.makeSignalRepository,
      getMessage: sends.getMessage,
      caches,
    }),
    {
      newest: committer.newest,
      durable: committer.durable,
      isValid: owner.isValid,
      onInvalid: () => fail(new Error('owner_lost')),
    },
    {
      ...createMessageTaps(core, now, backlog.receipt),
      ...createStateTaps(core),
      ...calls.taps,
      'messaging-history.set': history.resume, // Baileys has handled what announces a part
      ...createLiveTaps(owner.account, directory, { tell: deps.tellLive, now }),
      ...standing.taps,
      'connection.update': onConnection,
    },
    {
      onMessage: seam.expect,
      onAck: (ack) => {
        sends.receiveAck(ack);
        standing.onAck(ack);
      },
      onStanza: (stanza) => {
        backlog.arrived(stanza);
        standing.onNotification(stanza);
        lastEventAt = now().toISOString();
      },
    },
  );
  socket = opened;
  const folding = createFolding(journal, fail, logger);

  /** Takes nothing more in, lets out what it has earned, and ends. */
  const close = async (): Promise<void> => {
    goDeaf();
    await committer.whenDurable().catch(ignore);
    await nextTurn();
    opened.end();
    await closing;
  };

  return {
    prepare: createPrepare({ deps, owner, directory, sock, isDeaf: () => deaf, ending: ending.signal }),
    reach: createReach(sock, ending.signal),
    relay: sends.relay,
    reupload: createReupload(opened.sock),
    close,
    logout: async () => {
      const isUnlinked = await opened.unlink(closing);
      await close();
      return isUnlinked;
    },
    lastEventAt: () => lastEventAt,
  };
};
