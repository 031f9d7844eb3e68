import { readFile } from 'node:fs/promises';
import { readBlocks } from '../adapters/baileys/block-changes.ts';
import { createWhatsApp } from '../adapters/baileys/gateway.ts';
import { readRecent } from '../adapters/baileys/output-commit/recent.ts';
import { createLive } from '../adapters/jetstream/live.ts';
import { createCallServer } from '../adapters/jetstream/session-calls.ts';
import { createAuthStore } from '../adapters/mongo/auth-store.ts';
import type { OutboxStore } from '../adapters/mongo/outbox.ts';
import { createPositions } from '../adapters/mongo/positions.ts';
import type { AccountCommand } from '../commands/accounts.ts';
import type { Asked } from '../commands/handle.ts';
import type { AggregateStates } from '../commands/states.ts';
import type { Config } from '../config.ts';
import { WildcatError } from '../errors.ts';
import type { AccountState } from '../events/account-state.ts';
import type { AccountEvent } from '../events/accounts.ts';
import { createFailpoint } from '../failpoints.ts';
import type { Idempotency } from '../ports/idempotency.ts';
import type { Logger } from '../ports/logger.ts';
import type { Deliveries } from '../ports/webhooks.ts';
import type { Leases, QrCodes } from '../ports/whatsapp.ts';
import { type MediaReactor, startMedia } from '../reactors/media.ts';
import { senderPosition, startSender } from '../reactors/sender.ts';
import { createEraser } from '../reactors/sessions/eraser.ts';
import type { KeeperStatus } from '../reactors/sessions/keeper.ts';
import { startSessions } from '../reactors/sessions.ts';
import type { ReactorStatus } from '../reactors/status.ts';
import type { Closers } from './closers.ts';
import type { Foundation } from './foundation.ts';
import { createPollFinder } from './polls.ts';

type Deps = Foundation &
  Readonly<{
    accounts: AggregateStates<AccountState, AccountEvent>;
    command: (account: string, command: AccountCommand, asked: Asked) => Promise<unknown>;
    leases: Leases;
    qrCodes: QrCodes;
    idempotency: Idempotency;
    outbox: OutboxStore;
    deliveries: Pick<Deliveries, 'eraseAccount'>;
    logger: Logger;
    now: () => Date;
  }>;

/** What is told of the WhatsApp side. */
type Gateway = Readonly<{
  /** When something last came in for an account that this process has (ISO). */
  lastEventAt: (account: string) => string | null;
  reactors: () => readonly ReactorStatus[];
}>;

const senderStatus = (account: string, { openSends, failure }: KeeperStatus): ReactorStatus => ({
  reactor: 'sender',
  of: account,
  open: openSends,
  trouble: failure,
});
const mediaStatus = (media: MediaReactor): ReactorStatus => {
  const { open, failure } = media.status();
  return { reactor: 'media', of: null, open, trouble: failure };
};

const authorityOf = async ({ WHATSAPP_CA: path }: Config): Promise<string | undefined> => {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new WildcatError('misconfigured', `WHATSAPP_CA: the file ${path} can't be read`, { cause });
  });
};

/** The WhatsApp side: sockets, sends, erasures and files, as the folded accounts and the log ask. */
export const openGateway = async (config: Config, deps: Deps, closers: Closers): Promise<Gateway> => {
  const { accounts, leases, qrCodes, idempotency, outbox, log, blobs, files, logger, now } = deps;
  const { state } = deps.databases;
  const failpoint = createFailpoint(config.WILDCAT_FAILPOINT);
  const positions = createPositions(state);
  const whatsapp = createWhatsApp({
    append: log.append,
    recent: (account) => readRecent(log, account),
    blocks: (account) => readBlocks(log, account),
    authStore: createAuthStore(state, deps.secret),
    outbox,
    files,
    blobs,
    serveCalls: createCallServer(deps.nc, logger),
    tellLive: createLive(deps.nc, logger),
    findPoll: createPollFinder(deps.databases, { blobs, outbox }),
    target: {
      socketUrl: config.WHATSAPP_SOCKET_URL,
      rootKey: config.WHATSAPP_ROOT_KEY,
      ca: await authorityOf(config),
    },
    logger,
    now,
    failpoint,
  });
  const erasers = [
    outbox.eraseAccount,
    qrCodes.remove,
    idempotency.eraseAccount,
    (account: string, _: number, insist: () => void) => files.eraseAccount(account, insist),
    (account: string, _: number, insist: () => void) => blobs.eraseAccount(account, insist),
    deps.deliveries.eraseAccount,
    (account: string) => positions.erase(senderPosition(account)),
  ];
  const sessions = await startSessions({
    log,
    accounts,
    leases,
    whatsapp,
    qrCodes,
    erase: createEraser({ log, eraseKeys: whatsapp.eraseKeys, erasers, now }),
    startSender: (owner) =>
      startSender({ log, positions, outbox, ttlMs: config.SEND_TTL, now, logger, failpoint }, owner),
    autoConnect: config.AUTO_CONNECT,
    connect: (account) => deps.command(account, { type: 'connect' }, { actor: { kind: 'system' } }),
    random: Math.random,
    now,
    logger,
  });
  closers.add(sessions.stop);
  const { download } = whatsapp;
  const { session } = sessions;
  const isElsewhere = async (account: string): Promise<boolean> =>
    session(account) === null && ![null, deps.node].includes(await leases.holder(account));
  const mediaDeps = { log, positions, files, blobs, download, session, isElsewhere, now, logger };
  const media = config.ROLES.includes('media') ? startMedia(mediaDeps) : null;
  if (media !== null) closers.add(media.stop);
  return {
    lastEventAt: (account) => sessions.status().get(account)?.lastEventAt ?? null,
    reactors: () => [
      ...(media === null ? [] : [mediaStatus(media)]),
      ...[...sessions.status()].map(([account, status]) => senderStatus(account, status)),
    ],
  };
};
