import makeWASocket, {
  type AuthenticationState,
  type ConnectionState,
  DisconnectReason,
  initAuthCreds,
  type SignalDataTypeMap,
  type SocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';

/** Where a local WhatsApp listens and the hex of its Noise root key. */
export interface WhatsApp {
  readonly url: string;
  readonly rootKey: string;
}

type Patterns = readonly RegExp[];
const NOISE: Patterns = [
  /^Closing session/,
  /^Opening session/,
  /^Session already/,
  /^Closing open session/,
  /^Removing old closed session/,
  /^Failed to decrypt message/,
  /^Session error/,
  /^Decrypted message with closed session/,
];

let silenced = false;
/** libsignal prints whole sessions, private keys included, to the console: those lines are dropped. */
export const silenceLibsignal = (): void => {
  if (silenced) return;
  silenced = true;
  for (const level of ['info', 'warn', 'error'] as const) {
    // biome-ignore lint/suspicious/noConsole: it is the console that is wrapped
    const original = console[level].bind(console);
    console[level] = (...args: unknown[]) => {
      if (!NOISE.some((pattern) => pattern.test(String(args[0])))) original(...args);
    };
  }
};

/** An auth state with its keys in memory; pass it again to log in as the same device. */
export const makeMemoryAuth = (): AuthenticationState => {
  const stored = new Map<string, unknown>();
  const nameOf = (type: string, id: string) => `${type}/${id}`;
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {};
        for (const id of ids) {
          const value = stored.get(nameOf(type, id));
          // what comes out of the map is what `set` put there under the same type
          if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
        }
        return found;
      },
      set: async (data) => {
        for (const [type, values] of Object.entries(data)) {
          for (const [id, value] of Object.entries(values ?? {})) {
            if (value === null || value === undefined) stored.delete(nameOf(type, id));
            else stored.set(nameOf(type, id), value);
          }
        }
      },
    },
  };
};

interface Upsert {
  readonly type: string;
  readonly message: WAMessage;
}

export interface BareBaileys {
  /** The socket of the moment: a new one after every restart. */
  readonly sock: () => WASocket;
  readonly auth: AuthenticationState;
  /** Everything `messages.upsert` brought, with its type. */
  readonly upserts: Upsert[];
  readonly updates: { readonly id: string | null | undefined; readonly status: number | null | undefined }[];
  /** All connection updates, of all sockets. */
  readonly connection: Partial<ConnectionState>[];
  /** Opens the socket again with the same keys, after `close` or a disconnect. */
  readonly reconnect: () => void;
  /** Ends the socket and waits for its end; nothing is unlinked. */
  readonly close: () => Promise<void>;
}

const statusCode = (update: Partial<ConnectionState>): number | undefined => {
  const error = update.lastDisconnect?.error;
  return error !== undefined && 'output' in error
    ? (error as { output: { statusCode: number } }).output.statusCode
    : undefined;
};

/** The status code of the last close, undefined while nothing has closed. */
export const lastCode = (client: BareBaileys): number | undefined => {
  const closes = client.connection.filter((update) => update.connection === 'close');
  const last = closes.at(-1);
  return last && statusCode(last);
};

/** The highest status a message was seen with: an early one may come merged into `messages.upsert`. */
export const statusOf = (client: Pick<BareBaileys, 'upserts' | 'updates'>, id: string): number =>
  Math.max(
    -1,
    ...client.updates.filter((update) => update.id === id).map(({ status }) => status ?? -1),
    ...client.upserts
      .filter(({ message }) => message.key.id === id)
      .map(({ message }) => message.status ?? -1),
  );

type Find<T> = () => T | undefined | false | Promise<T | undefined | false>;

/** Waits until `find` gives something (looks every 5 ms); throws after `limit` ms. */
export const until = async <T>(what: string, find: Find<T>, limit = 20_000): Promise<T> => {
  const end = performance.now() + limit;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${limit} ms`);
    await new Promise((tick) => setTimeout(tick, 5));
  }
};

/** What `messages.upsert` brought a client under that id, once it has. */
export const untilUpsert = ({ upserts }: BareBaileys, id: string | undefined): Promise<Upsert> =>
  until(`upsert of ${id}`, () => upserts.find(({ message }) => message.key.id === id));

export interface OpenOptions {
  readonly auth?: AuthenticationState;
  /** Called with every QR string. */
  readonly onQr?: (qr: string) => void;
  readonly config?: Partial<SocketConfig>;
  /** Called with every new socket, before anything happens on it. */
  readonly onSocket?: (sock: WASocket) => void;
}

/** Opens an unmodified Baileys; it restarts by itself when pairing asks for it (515), and never otherwise. */
export const openBaileys = (whatsapp: WhatsApp, options: OpenOptions = {}): BareBaileys => {
  silenceLibsignal();
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(whatsapp.rootKey, 'hex');
  const auth = options.auth ?? makeMemoryAuth();
  const client: Pick<BareBaileys, 'upserts' | 'updates' | 'connection'> = {
    upserts: [],
    updates: [],
    connection: [],
  };

  const onConnection = (update: Partial<ConnectionState>) => {
    client.connection.push(update);
    if (update.qr) options.onQr?.(update.qr);
    if (update.connection === 'close' && statusCode(update) === DisconnectReason.restartRequired) {
      current = connect();
    }
  };
  const connect = (): WASocket => {
    const sock = makeWASocket({
      waWebSocketUrl: whatsapp.url,
      logger: pino({ level: 'silent' }),
      auth,
      ...options.config,
    });
    sock.ev.on('connection.update', onConnection);
    sock.ev.on('messages.upsert', ({ messages, type }) => {
      for (const message of messages) client.upserts.push({ type, message });
    });
    sock.ev.on('messages.update', (updates) => {
      for (const { key, update } of updates) client.updates.push({ id: key.id, status: update.status });
    });
    options.onSocket?.(sock);
    return sock;
  };
  let current = connect();

  return {
    ...client,
    auth,
    sock: () => current,
    reconnect: () => {
      current = connect();
    },
    close: async () => {
      const before = client.connection.length;
      await current.end(undefined);
      await until(
        'socket end',
        () =>
          client.connection.slice(before).some((update) => update.connection === 'close') ||
          !current.ws.isOpen,
      );
    },
  };
};

/** Pairs by QR and waits until the new device is connected and past its first sync. */
export const pairBaileys = async (
  whatsapp: WhatsApp,
  scan: (qr: string) => Promise<unknown>,
  options: Omit<OpenOptions, 'onQr'> = {},
): Promise<BareBaileys> => {
  let scanned = false;
  let failure: unknown;
  const onQr = (qr: string) => {
    if (scanned) return;
    scanned = true;
    scan(qr).catch((error: unknown) => {
      failure = error;
    });
  };
  const client = openBaileys(whatsapp, { ...options, onQr });
  await until(
    'first sync',
    () => {
      if (failure !== undefined) throw failure;
      return client.auth.creds.accountSyncCounter > 0;
    },
    40_000,
  );
  return client;
};
