import { z } from 'zod';
import { catalogue, EVENT_TYPES } from '../../events/codec.ts';
import { envelope } from '../../events/event.ts';
import { liveSignal } from '../../events/live.ts';
import { publicCatalogue, publicEvent } from '../../events/public.ts';
import { versionOf } from '../../events/upcast.ts';

type Json = Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return json;
};
const ref = (path: string): Json => ({ $ref: `#/${path}` });
const each = <T>(make: (type: string) => T): Record<string, T> =>
  Object.fromEntries(EVENT_TYPES.map((type) => [type, make(type)]));

const ENTITY =
  'Token of the chat it is about: p{phone number}, l{LID}, g{group}, n{newsletter}, b{broadcast list}, status, x{hash} for any other, _ for none';
const ACCOUNT = { description: 'Id of the account' };

/** The data of a type, as a door shows it. What JSON Schema knows by the same name is not said twice. */
const dataSchemas = (table: Readonly<Record<string, z.ZodType>>, prefix: string): Json =>
  Object.fromEntries(EVENT_TYPES.map((type) => [`${prefix}.${type}`, schemaOf(table[type] ?? z.unknown())]));

const payloadOf = (form: string, data: string, type: string, version: string): Json => ({
  allOf: [
    ref(`components/schemas/${form}`),
    {
      type: 'object',
      properties: {
        type: { const: type },
        [version]: { const: versionOf(type) },
        data: ref(`components/schemas/${data}.${type}`),
      },
    },
  ],
});

const logChannel = (type: string): Json => ({
  address: `wildcat.{account}.${type}.{entity}`,
  description: `${type}, from the log: subscribe for what comes, or read the stream WILDCAT from a position`,
  servers: [ref('servers/nats')],
  parameters: { account: ACCOUNT, entity: { description: ENTITY } },
  messages: { [type]: ref(`components/messages/log.${type}`) },
});

const door = (address: string, description: string, server: string): Json => ({
  address,
  description,
  servers: [ref(`servers/${server}`)],
  messages: each((type) => ref(`components/messages/${type}`)),
});

const LIVE = 'wildcat-live.{account}.{type}.{chat}';

/** Where the ways out are; a path in front of them belongs to the addresses behind it. */
const serversOf = (server: string): Json => {
  const { host, protocol, pathname } = new URL(server);
  const at = { host, ...(pathname === '/' ? {} : { pathname }) };
  return {
    nats: { host: 'localhost:4222', protocol: 'nats', description: 'NATS with JetStream, stream WILDCAT' },
    http: { ...at, protocol: protocol.slice(0, -1) },
    ws: { ...at, protocol: protocol === 'https:' ? 'wss' : 'ws' },
  };
};

/**
 * The AsyncAPI 3.0 document of the ways out of the log, from the catalogue of events. `server`: where the service is
 * reached. Pure.
 */
export const asyncApiOf = ({
  server = 'http://localhost:3000',
  version,
}: Readonly<{ server?: string | undefined; version: string }>): Json & { asyncapi: string } => {
  const channels: Json = {
    ...each(logChannel),
    live: {
      address: LIVE,
      description: 'Who is there, who writes. Kept nowhere: only who listens hears it',
      servers: [ref('servers/nats')],
      parameters: {
        account: ACCOUNT,
        type: { enum: liveSignal.shape.type.options },
        chat: { description: ENTITY },
      },
      messages: { live: ref('components/messages/live') },
    },
    stream: door('/events/stream', 'Server-sent events; resume with Last-Event-ID', 'http'),
    socket: door('/events/ws', 'WebSocket, one event in each message; resume with ?after=', 'ws'),
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Wildcat events',
      version,
      description:
        'Everything that happens to WhatsApp accounts. Delivery is at least once: deduplicate by `id`.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: serversOf(server),
    channels,
    operations: Object.fromEntries(
      Object.keys(channels).map((name) => [name, { action: 'send', channel: ref(`channels/${name}`) }]),
    ),
    components: {
      messages: {
        ...Object.fromEntries(
          EVENT_TYPES.flatMap((type) => [
            [`log.${type}`, { name: type, payload: payloadOf('stored', 'data', type, 'v') }],
            [type, { name: type, payload: payloadOf('event', 'public', type, 'dataversion') }],
          ]),
        ),
        live: { name: 'live', payload: ref('components/schemas/live') },
      },
      schemas: {
        stored: schemaOf(envelope),
        event: schemaOf(publicEvent),
        live: schemaOf(liveSignal),
        ...dataSchemas(catalogue, 'data'),
        ...dataSchemas(publicCatalogue, 'public'),
      },
    },
  };
};
