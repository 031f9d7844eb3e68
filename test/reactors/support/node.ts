import { createSecretKey } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { readBlocks } from '../../../src/adapters/baileys/block-changes.ts';
import { createWhatsApp } from '../../../src/adapters/baileys/gateway.ts';
import { readRecent } from '../../../src/adapters/baileys/output-commit/recent.ts';
import { createLeases } from '../../../src/adapters/lease.ts';
import { createAuthStore } from '../../../src/adapters/mongo/auth-store.ts';
import { createBlobStore } from '../../../src/adapters/mongo/blob-store.ts';
import { createFileStore } from '../../../src/adapters/mongo/file-store.ts';
import { createOutbox } from '../../../src/adapters/mongo/outbox.ts';
import { createPositions } from '../../../src/adapters/mongo/positions.ts';
import { createQrCodes } from '../../../src/adapters/mongo/qr-codes.ts';
import { type AccountCommand, accounts } from '../../../src/commands/accounts.ts';
import { commandHandler } from '../../../src/commands/handle.ts';
import { type AggregateStates, followStates } from '../../../src/commands/states.ts';
import type { AccountState } from '../../../src/events/account-state.ts';
import type { AccountEvent } from '../../../src/events/accounts.ts';
import type { EventLog } from '../../../src/ports/event-log.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import type { QrCodes } from '../../../src/ports/whatsapp.ts';
import { senderPosition, startSender } from '../../../src/reactors/sender.ts';
import { createEraser } from '../../../src/reactors/sessions/eraser.ts';
import { type Sessions, startSessions } from '../../../src/reactors/sessions.ts';
import type { TestSandbox } from '../../support/sandbox.ts';
import { silentLog } from '../../support/silent-log.ts';
import type { World } from './world.ts';

const secret = createSecretKey(Buffer.alloc(32, 7));

/** A tenth of what production has. */
const LEASE_TIMES = { ttlMs: 1_000, renewMs: 300, marginMs: 200 };

/** A gateway process as `compose` puts it together, but in this process. */
export type Node = Readonly<{
  log: EventLog;
  accounts: AggregateStates<AccountState, AccountEvent>;
  wish: (account: string, command: AccountCommand) => Promise<void>;
  qrCodes: QrCodes;
  nc: NatsConnection;
  sessions: Sessions;
  /** Ends it as SIGTERM would. */
  stop: () => Promise<void>;
}>;

export type NodeOptions = Readonly<{
  name?: string;
  autoConnect?: boolean;
  ttlMs?: number;
  failpoint?: (name: string) => void;
  /** That of the sessions. */
  logger?: Logger;
}>;

export const startNode = async (
  world: World,
  { sandbox }: TestSandbox,
  {
    name = 'node-1',
    autoConnect = true,
    ttlMs = 3_600_000,
    failpoint = () => undefined,
    logger = silentLog,
  }: NodeOptions = {},
): Promise<Node> => {
  const { nc, log } = await world.connect();
  const ending = new AbortController();
  const now = () => new Date();
  const leases = await createLeases({ nc, node: name, log: silentLog, times: LEASE_TIMES });
  const positions = createPositions(world.state);
  const outbox = await createOutbox(world.state, now);
  const qrCodes = await createQrCodes(world.state, secret, now);
  const whatsapp = createWhatsApp({
    append: log.append,
    recent: (account) => readRecent(log, account),
    blocks: (account) => readBlocks(log, account),
    authStore: createAuthStore(world.state, secret),
    outbox,
    files: await createFileStore(world.state, now),
    blobs: createBlobStore(world.state),
    findPoll: async () => null,
    serveCalls: () => () => undefined,
    tellLive: () => undefined,
    target: { socketUrl: sandbox.url, rootKey: sandbox.rootKey },
    logger: silentLog,
    now,
    failpoint,
  });
  const states = await followStates(log, accounts, ending.signal);
  const handle = commandHandler({ log, states, now }, accounts);
  const wish = async (account: string, command: AccountCommand): Promise<void> => {
    await handle(account, command, { actor: { kind: 'system' } });
  };
  const sessions = await startSessions({
    ...{ log, leases, whatsapp, qrCodes, now, autoConnect },
    accounts: states,
    startSender: (owner) =>
      startSender({ log, positions, outbox, ttlMs, now, logger: silentLog, failpoint }, owner),
    erase: createEraser({
      log,
      eraseKeys: whatsapp.eraseKeys,
      erasers: [outbox.eraseAccount, qrCodes.remove, (account) => positions.erase(senderPosition(account))],
      now,
    }),
    connect: (account) => wish(account, { type: 'connect' }),
    random: Math.random,
    logger,
  });
  return {
    ...{ log, nc, accounts: states, wish, qrCodes, sessions },
    stop: async () => {
      await sessions.stop();
      ending.abort();
    },
  };
};
