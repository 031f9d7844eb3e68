import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PhoneHandle, type SandboxClient, sandboxClient } from '../../sandbox/client.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { EventType, WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { openLog, readAll } from './log.ts';
import { startMongo, startNats, type TestServer } from './servers.ts';
import { type Service, temporaryDirectory } from './service.ts';
import { waitFor } from './wait.ts';

/** Everything around a service: real NATS and MongoDB, a local WhatsApp, and the environment that names them. */
export type World = Readonly<{
  nats: TestServer;
  mongo: TestServer;
  sandbox: SandboxClient;
  env: Readonly<Record<string, string>>;
  dedupeMs: number;
  close: () => Promise<void>;
}>;

let worlds = 0;

/** Starts the surroundings. Each has a NATS server, database name and sandbox of its own. */
export const startWorld = async (options: { durable?: boolean; dedupeMs?: number } = {}): Promise<World> => {
  const [nats, mongo, sandbox] = await Promise.all([
    startNats(options),
    startMongo(options),
    startSandbox({ seed: 'world' }),
  ]);
  worlds += 1;
  const dataDir = temporaryDirectory();
  const ca = join(dataDir, 'whatsapp-ca.pem');
  await writeFile(ca, sandbox.ca);
  const { dedupeMs = 600_000 } = options;
  return {
    nats,
    mongo,
    sandbox: sandboxClient(sandbox.controlUrl),
    dedupeMs,
    env: {
      WILDCAT_DEDUPE_WINDOW: `${dedupeMs / 1_000}s`,
      NATS_URL: nats.url,
      MONGO_URL: mongo.url,
      DB_NAME: `test_${process.pid}_${worlds}`,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      WHATSAPP_SOCKET_URL: sandbox.url,
      WHATSAPP_ROOT_KEY: sandbox.rootKey,
      WHATSAPP_CA: ca,
    },
    close: async () => {
      await Promise.all([sandbox.close(), nats.stop(), mongo.stop()]);
    },
  };
};

export const statusOf = async (service: Service, account: string): Promise<unknown> =>
  (await service.get(`/accounts/${account}/status`)).body.status;

export const untilStatus = (
  service: Service,
  account: string,
  status: string,
  ms?: number,
): Promise<unknown> =>
  waitFor(async () => (await statusOf(service, account)) === status, {
    what: `account ${account} ${status}`,
    ...(ms === undefined ? {} : { ms }),
  });

/** Creates an account and lets `phone` scan the QR code that its status shows. Resolves once it is connected. */
export const pair = async (service: Service, account: string, phone: PhoneHandle): Promise<void> => {
  await service.send('POST', '/accounts', { id: account, name: account });
  const qr = await waitFor(async () => (await service.get(`/accounts/${account}/status`)).body.qr, {
    what: 'QR code',
  });
  await phone.scan(String(qr));
  await untilStatus(service, account, 'connected');
};

type ApiMessage = Readonly<{
  messageId: string;
  text: string | null;
  fromMe: boolean;
  status?: string;
  quotedMessage: { messageId: string; text: string | null } | null;
}>;

/** All messages of a chat, newest first. */
export const messagesOf = async (
  service: Service,
  account: string,
  chat: string,
): Promise<readonly ApiMessage[]> => {
  const found: ApiMessage[] = [];
  for (let offset = 0; ; offset += 200) {
    const { body } = await service.get(
      `/accounts/${account}/chats/${encodeURIComponent(chat)}/messages?limit=200&offset=${offset}`,
    );
    const page = body.messages as readonly ApiMessage[];
    found.push(...page);
    if (page.length < 200) return found;
  }
};

export const jidOf = (phone: PhoneHandle): string => `${phone.number}@s.whatsapp.net`;

/** The events of these types in the log, oldest first. */
export const logged = async (world: World, ...types: EventType[]): Promise<Recorded<WildcatEvent>[]> => {
  const { log, close } = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
  try {
    const entries = await readAll(log);
    return entries.flatMap((entry) =>
      entry.kind === 'event' && (types.length === 0 || types.includes(entry.event.type)) ? [entry.event] : [],
    );
  } finally {
    await close();
  }
};

/** The WhatsApp ids that events are about, in their order. */
export const waIds = (events: readonly Recorded<WildcatEvent>[]): string[] =>
  events.flatMap((event) => ('waId' in event.data ? [event.data.waId] : []));
