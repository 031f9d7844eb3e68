import { type ConnectionOptions, connect, type NatsConnection, type Status } from '@nats-io/transport-node';
import { messageOf, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { readNatsUrl } from '../nats-url.ts';

type NatsTarget = Readonly<{
  /** One or several `nats://user:password@host:port`, separated by commas; `tls://` asks for TLS. */
  url: string;
  /** What the server shows for this connection. */
  name: string;
}>;

type Credentials = Pick<ConnectionOptions, 'user' | 'pass' | 'token'>;

// The client takes no credentials from URLs by itself.
const credentials = ({ username, password }: URL): Credentials => {
  if (username === '') return {};
  const user = decodeURIComponent(username);
  return password === '' ? { token: user } : { user, pass: decodeURIComponent(password) };
};

const readTarget = (text: string): Pick<ConnectionOptions, 'tls'> & Credentials & { servers: string[] } => {
  const urls = readNatsUrl(text);
  const [first] = urls;
  const tls = urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {};
  return {
    servers: urls.map(({ host }) => host),
    ...tls,
    ...(first === undefined ? {} : credentials(first)),
  };
};

const report = (log: Logger, status: Status): void => {
  const { type } = status;
  if (type === 'disconnect') log.warn({ server: status.server }, 'nats connection lost, reconnecting');
  else if (type === 'reconnect') log.info({ server: status.server }, 'nats connection back');
  else if (type === 'error') log.warn({ error: status.error.message }, 'nats reported an error');
  else if (type === 'staleConnection') log.warn({}, 'nats server does not answer pings');
  else log.debug({ status: type }, 'nats status');
};

const logStatus = async (nc: NatsConnection, log: Logger): Promise<void> => {
  for await (const status of nc.status()) report(log, status);
};

/**
 * Connects to NATS; once connected it reconnects for ever. Throws `misconfigured` where no server answers the first
 * time; the message never shows credentials.
 */
export const connectNats = async ({ url, name }: NatsTarget, log: Logger): Promise<NatsConnection> => {
  const target = readTarget(url);
  try {
    const nc = await connect({
      ...target,
      name,
      maxReconnectAttempts: -1,
      waitOnFirstConnect: false,
      // a server that refuses our password today may have been set right tomorrow
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: 250,
      timeout: 5_000,
      // a server that hangs is found out after about 30 s
      pingInterval: 10_000,
      // a stack per request costs more than the request
      noAsyncTraces: true,
    });
    logStatus(nc, log).catch((error: unknown) => log.error({ error }, 'nats status can not be followed'));
    return nc;
  } catch (error) {
    const hosts = target.servers.join(', ');
    const why = messageOf(error);
    throw new WildcatError('misconfigured', `NATS at ${hosts} can't be reached (${why}): check NATS_URL`, {
      cause: error,
    });
  }
};
