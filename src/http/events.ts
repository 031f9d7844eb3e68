import { Readable } from 'node:stream';
import type { Asked, Doors } from '../doors/doors.ts';
import type { Way } from '../doors/places.ts';
import { WildcatError } from '../errors.ts';
import type { HttpDeps } from './deps.ts';
import { type RequestInfo, type Route, route } from './route.ts';
import { pullEvents, socketEvents, streamEvents } from './schemas/events.ts';
import { HttpError } from './transport/errors.ts';
import { serveSocket } from './transport/event-socket.ts';
import { eventStream, STREAM_TIMES } from './transport/event-stream.ts';
import { isOwnOrigin } from './transport/guard.ts';
import { checkHandshake } from './transport/upgrade.ts';

type Wanted = Readonly<{ account?: string[] | undefined; types?: string[] | undefined }>;

const NDJSON = 'application/x-ndjson';
const JSON_TYPE = 'application/json';

const filterOf = ({ account = [], types = [] }: Wanted): Asked['filter'] => ({ accounts: account, types });

/** A reconnecting browser names the last event that it has; that is newer than what its URL says. */
const lastEventId = ({ header }: RequestInfo): number | null => {
  const text = header('last-event-id');
  if (text === '') return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WildcatError('invalid', 'Last-Event-ID must be a position of the log');
};

/** No web page of somebody else's may open a socket with what a browser knows: sockets know no same-origin policy. */
const checkOrigin = ({ header }: RequestInfo, { publicUrl, corsOrigins }: HttpDeps): void => {
  const origin = header('origin');
  const isOurs = corsOrigins.has(origin) || (publicUrl !== undefined && new URL(publicUrl).origin === origin);
  if (origin !== '' && !isOurs && !isOwnOrigin(origin, header('host')))
    throw new WildcatError('forbidden', 'Origin not allowed');
};

/** The log itself, for consumers over HTTP: in pages, as a stream, over a WebSocket. */
export const eventRoutes = (deps: HttpDeps): readonly Route[] => {
  const { doors, metrics, streamTimes = STREAM_TIMES } = deps;
  const watch = async (way: Exclude<Way, 'poll'>, asked: Asked, request: RequestInfo) => {
    const batches = await doors.watch(way, asked, request.gone());
    return counted(batches, (events) => metrics.observeDelivered(way, events));
  };
  return [
    route(pullEvents)(async ({ query, request }) => {
      const { after = 0, limit = 100, wait = 0 } = query;
      const asked = { filter: filterOf(query), after, limit, waitMs: wait * 1_000 };
      const type = request.accepts([JSON_TYPE, NDJSON]);
      if (type === null) throw new HttpError(406, `Not acceptable: ${JSON_TYPE} or ${NDJSON}`);
      const { events, next, head } = await doors.pull(asked, request.gone());
      metrics.observeDelivered('poll', events.length);
      const lines = events.map(({ json }) => json);
      const body =
        type === NDJSON
          ? lines.map((line) => `${line}\n`).join('')
          : `{"ok":true,"events":[${lines.join(',')}],"next":${next},"head":${head}}`;
      const headers = {
        'Content-Type': `${type}; charset=utf-8`,
        'Wildcat-Next': `${next}`,
        'Wildcat-Head': `${head}`,
      };
      return { status: 200, body, headers };
    }),
    route(streamEvents)(async ({ query, request }) => {
      const after = lastEventId(request) ?? query.after ?? 'now';
      const batches = await watch('stream', { filter: filterOf(query), after }, request);
      // one chunk under way, not sixteen
      const body = Readable.from(eventStream(batches, streamTimes), { highWaterMark: 1 });
      const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' };
      return { status: 200, body, headers };
    }),
    route(socketEvents)(async ({ query, request }) => {
      if (!request.upgrade)
        throw new HttpError(426, 'Upgrade required: this is a WebSocket', { Upgrade: 'websocket' });
      checkOrigin(request, deps);
      checkHandshake(request.header);
      const asked = { filter: filterOf(query), after: query.after ?? 'now' };
      const batches = await watch('socket', asked, request);
      return {
        status: 101,
        body: undefined,
        socket: (socket) => void serveSocket(socket, batches, streamTimes),
      };
    }),
  ];
};

type Batches = Awaited<ReturnType<Doors['watch']>>;

async function* counted(batches: Batches, count: (events: number) => void): Batches {
  for await (const batch of batches) {
    count(batch.length);
    yield batch;
  }
}
