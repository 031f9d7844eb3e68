import fc from 'fast-check';
import { parseJid } from '../../src/events/ids.ts';
import type { Contract } from '../../src/http/route.ts';
import { contracts } from '../../src/http/schemas/contracts.ts';
import { EXAMPLES } from '../../src/http/schemas/examples.ts';
import { noBody } from '../../src/http/schemas/fields.ts';
import { type Asking, json } from './exchange.ts';

/**
 * A request that must be answered with the JSON error of the contract, status 400 to 499, and leave no trace in the
 * log. `why` says what is wrong with it. They are meant for a service without an API key.
 */
export type HostileRequest = Asking & Readonly<{ why: string }>;

/** A connected account to aim at, a message that it has, a webhook and a delivery of it. None of them is changed. */
export type Target = Readonly<{ account: string; messageId: string; webhookId: string; deliveryId: string }>;

const CHAT = '4915200000002@s.whatsapp.net';
const HUGE = 'x'.repeat(70_000);
/** Too long for every parameter. */
const LONGEST = 'x'.repeat(300);

const EMPTY = {};
/** Values that are wrong for every field of every body. */
const WRONG_VALUES: readonly unknown[] = [7, true, EMPTY, { $ne: null }, HUGE, [7], [[]], -0.5];
const WRONG_IDS = [
  'A',
  'a b',
  '../x',
  'a'.repeat(64),
  '\u0000',
  'é',
  'a.b',
  '*',
  '>',
  '-a',
  '_sys',
  '__proto__',
];
const WRONG_JIDS = [
  'x',
  '@',
  '1@s.whatsapp.net',
  '123456@evil.example',
  '123456@__proto__',
  `12345\u0000@g.us`,
  '٣٣٣٣٣٣',
];
const WRONG_FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  id: [undefined, null, '', ...WRONG_IDS],
  name: [],
  collectionName: ['x', 'auth_', 'auth_$', 'auth_\u0000', 'system.users', 'auth_a.b', 'AUTH_x', '__proto__'],
  to: [undefined, null, '', ...WRONG_JIDS],
  message: [undefined, null, ''],
  mentions: ['x', ['nobody'], [null], [CHAT, 'x'], [[CHAT]]],
  latitude: [undefined, null, '', 90.1, '1'],
  longitude: [undefined, null, '', -181, '1'],
  contacts: [undefined, null, '', [], [{}], [{ name: 'A' }], [{ name: 'A', phoneNumber: '12' }]],
  options: [undefined, null, '', [], ['one'], ['a', 'a'], ['a', ''], Array(13).fill('x')],
  chatId: [...WRONG_JIDS],
  state: [undefined, null, '', 'dancing'],
  phone: [undefined, null, '', 'x', '1', '+0491511234567', '٣٣٣٣٣٣'],
  code: [undefined, null, '', 'x', '../../etc', 'https://evil.example/AAAAAAAAAA', 'AAAAAAAA\u0000'],
  description: [undefined, null],
  announce: [null, 'true', 1],
  pinned: [null, 'true', 1],
  starred: [null, 'true', 1],
  duration: [null, 0, 1, '86400', 86_401],
  disappearing: [null, 1, '0', 604_801],
  subject: [undefined, null, '', 'x'.repeat(101)],
  action: [undefined, null, '', 'fire'],
  participants: [null, '', 'x', ['x'], ['123-456@g.us'], [null]],
  messageId: [undefined, null, '', 'no-such-message', 'x'.repeat(257)],
  quotedMessageId: ['no-such-message', '\u0000', '__proto__', '../../etc/passwd'],
  url: [
    null,
    '',
    'x',
    '//evil.example',
    'ftp://evil.example/',
    'javascript:alert(1)',
    'http://',
    'https://\u0000',
  ],
  events: [null, '', 'message.*', [], ['message'], ['webhook.*'], ['__proto__'], Array(51).fill('message.*')],
  format: [null, '', 'xml', '__proto__'],
  order: [null, '', 'any', '__proto__'],
  secret: ['', 'hunter2', 'whsec_', 'whsec_AAAA', `whsec_${'A'.repeat(100)}`],
  headers: [
    null,
    '',
    { 'webhook-id': 'x' },
    { host: 'x' },
    { a: '' },
    { a: 'x\r\ny: z' },
    { 'a b': 'x' },
    { a: 7 },
  ],
  accounts: [null, '', 'shop', [''], ['A'], ['*'], ['$ne'], Array(101).fill('shop')],
  startAt: [null, '', '7', 'yesterday', '2026-13-01T00:00:00Z', -1, 1e15],
  from: [undefined, null, '', '7', 'yesterday', 0, -1, 1e15],
  accountId: [null, '', ...WRONG_IDS],
};
const VALID_BODIES: Readonly<Record<string, object>> = {
  '/accounts': { id: 'victim', name: 'Victim', collectionName: 'auth_victim' },
  '/accounts/:accountId/message/send': { to: CHAT, message: 'hi', mentions: [CHAT] },
  '/accounts/:accountId/message/reply': { to: CHAT, message: 'hi' },
  '/accounts/:accountId/message/send/location': { to: CHAT, latitude: 52.5, longitude: 13.4 },
  '/accounts/:accountId/message/send/contact': {
    to: CHAT,
    contacts: [{ name: 'Ann', phoneNumber: '+4915200000003' }],
  },
  '/accounts/:accountId/message/send/poll': { to: CHAT, name: 'When?', options: ['now', 'later'] },
  ...Object.fromEntries(
    ['image', 'video', 'audio', 'document', 'sticker'].map((kind) => [
      `/accounts/:accountId/message/send/${kind}`,
      { to: CHAT, base64: 'aGk=' },
    ]),
  ),
  '/accounts/:accountId/message/react': { chatId: CHAT, messageId: 'M1', emoji: '+' },
  '/accounts/:accountId/message/pin': { chatId: CHAT, messageId: 'M1', pinned: true, duration: 86_400 },
  '/accounts/:accountId/message/star': { chatId: CHAT, messageId: 'M1', starred: true },
  '/accounts/:accountId/message/delete': { chatId: CHAT, messageId: 'S1' },
  '/accounts/:accountId/message/edit': { chatId: CHAT, messageId: 'S1', message: 'hi' },
  '/accounts/:accountId/chats/:chatId/presence': { state: 'composing' },
  '/accounts/:accountId/groups': { subject: 'Friends', participants: ['+4915200000003'] },
  '/accounts/:accountId/groups/:groupId/participants': { action: 'add', participants: ['+4915200000003'] },
  '/accounts/:accountId/groups/join': { code: 'CnQ9zmHaPGxKkBkyvKbmqZ' },
  '/accounts/:accountId/groups/:groupId/subject': { subject: 'Friends' },
  '/accounts/:accountId/groups/:groupId/description': { description: 'Since 2009' },
  '/accounts/:accountId/groups/:groupId/settings': { announce: true, disappearing: 0 },
  '/accounts/:accountId/groups/:groupId/picture': { base64: 'aGk=' },
  '/accounts/:accountId/profile/picture': { base64: 'aGk=' },
  '/accounts/:accountId/profile': { name: 'Shop', about: 'Open' },
  '/accounts/:accountId/pairing-code': { phone: '+4915200000003' },
  '/accounts/:accountId/message/forward': { to: CHAT, messageId: 'M1' },
};
/** Wrong values that are right for these fields, everywhere or of one path. */
const FINE: Readonly<Record<string, readonly unknown[]>> = {
  latitude: [7, -0.5],
  longitude: [7, -0.5],
  announce: [true],
  locked: [true],
  memberAdd: [true],
  joinApproval: [true],
  eventsPerSecond: [7],
  archived: [true],
  pinned: [true],
  starred: [true],
  markedUnread: [true],
  mutedUntil: [7, -1, null],
  gifPlayback: [true, false, ''],
  ptt: [true, false, ''],
  startAt: [7],
  from: [7],
  headers: [EMPTY],
  '/webhooks/:webhookId/replay to': [7, undefined],
  '/accounts/:accountId/chats/:chatId/settings disappearing': [null],
};
const isFine = (path: string, field: string, value: unknown): boolean =>
  [field, `${path} ${field}`].some((name) => FINE[name]?.includes(value) === true);
const WRONG_NUMBERS = [
  '',
  'abc',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '99999999999999999999',
  'NaN',
  '[]',
  '%00',
  '%F0%9F%92%A9',
  '%D9%A3',
];
const WRONG_QUERIES: Readonly<Record<string, readonly string[]>> = {
  limit: [...WRONG_NUMBERS, '0', '1001'],
  offset: WRONG_NUMBERS,
  skip: WRONG_NUMBERS,
  before: WRONG_NUMBERS,
  after: WRONG_NUMBERS,
  chatId: ['', 'x', '%00', '123456@evil.example', '..%2F..'],
  type: ['', 'x', 'TEXT', '__proto__'],
  fromMe: ['', '1', 'yes', 'TRUE'],
  size: ['', 'huge', '__proto__'],
  status: ['', 'x', '__proto__'],
  at: ['', 'x', '%00', '-1', '1.5', '2026-13-01', '__proto__'],
  q: ['', '!?', '%00', 'x'.repeat(201), '%F0%9F%92%A9', 'x&offset=1'],
  cursor: ['', '%00', '..', 'x'.repeat(65), '%F0%9F%92%A9'],
  messageId: ['x'.repeat(257)],
  account: ['', '..', '%00', 'A', '*', 'shop,', '%3E', Array(51).fill('a').join(',')],
  types: ['', 'message', '*.received', '%3E', 'message.%3E', 'no.such', '__proto__', 'message.received,'],
  wait: [...WRONG_NUMBERS, '61'],
  phones: ['', 'x', '1', '4915200000003,', '%00', Array(51).fill('4915200000003').join(',')],
  accountId: ['', '..', '%00', 'A', '$ne', '%F0%9F%92%A9'],
};
/** What must be asked with. */
const VALID_QUERIES: Readonly<Record<string, string>> = {
  '/accounts/:accountId/contacts/check': '?phones=%2B4915200000003',
};
const WRONG_SEGMENTS = [
  '__proto__',
  'constructor',
  '..',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cwindows',
  '%00',
  'shop%00',
  '%E0%A4%A',
  '%',
  '%ff%fe',
  'a'.repeat(3_000),
  '%F0%9F%92%A9',
  '*',
  '%3E',
  '$where',
  '%7B%22$ne%22:1%7D',
];
const WRONG_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { host: 'evil.example' },
  { host: 'localhost.evil.example:3000' },
  { host: '127.0.0.1@evil.example' },
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:1' },
  { 'sec-fetch-site': 'cross-site' },
  { 'wildcat-min-position': '-1' },
  { 'wildcat-min-position': 'NaN' },
  { 'wildcat-min-position': '1e999' },
  { 'wildcat-min-position': '9'.repeat(400) },
];
const WRONG_KEYS = ['a b', 'k'.repeat(256), 'schl\u00fcssel'];
const JSON_TYPE = { 'content-type': 'application/json' };
const WRONG_BODIES: readonly Omit<HostileRequest, 'method' | 'path'>[] = [
  { why: 'cut off', headers: JSON_TYPE, body: '{"to":' },
  { why: 'null', headers: JSON_TYPE, body: 'null' },
  { why: 'a number', headers: JSON_TYPE, body: '5' },
  { why: 'a list', headers: JSON_TYPE, body: '[]' },
  { why: 'empty', headers: JSON_TYPE, body: '' },
  { why: 'no JSON', headers: JSON_TYPE, body: '\u0000\u0001' },
  { why: 'no UTF-8', headers: JSON_TYPE, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  { why: 'a prototype', headers: JSON_TYPE, body: '{"__proto__":{"id":"x","to":"x"}}' },
  { why: 'deep', headers: JSON_TYPE, body: '['.repeat(50_000) },
  { why: 'over 1 MiB', headers: JSON_TYPE, body: JSON.stringify({ message: 'x'.repeat(1_048_577) }) },
  { why: 'a form', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'id=x&to=y' },
  { why: 'plain text', headers: { 'content-type': 'text/plain' }, body: '{"id":"victim"}' },
  { why: 'multipart', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
  { why: 'no type', headers: {}, body: '{"id":"victim"}' },
  { why: 'a type that is none', headers: { 'content-type': ';;;' }, body: '{"id":"victim"}' },
  { why: 'compressed', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: '{"id":"victim"}' },
];

const parametersOf = (path: string): readonly string[] => path.match(/:[A-Za-z]+/g) ?? [];
const fill = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/:([A-Za-z]+)/g, (_, name: string) => values[name] ?? name);
const defaults = ({ account, messageId, webhookId, deliveryId }: Target) => ({
  accountId: account,
  id: '507f1f77bcf86cd799439011',
  chatId: CHAT,
  contactId: CHAT,
  groupId: '123456@g.us',
  messageId,
  callId: 'C1',
  webhookId,
  deliveryId,
  view: 'messages',
  build: 'messages_v1_r2',
  file: 'main.js',
});
const fieldsOf = (schema: Contract['query']): readonly string[] =>
  'shape' in schema ? Object.keys(schema.shape as object) : [];
const methodOf = ({ method }: Contract): string => method.toUpperCase();
const validFields = ({ path }: Contract, { messageId }: Target): object => {
  const valid = VALID_BODIES[path] ?? EXAMPLES[path] ?? {};
  return path.endsWith('/reply') ? { ...valid, quotedMessageId: messageId } : valid;
};
const validBody = (contract: Contract, target: Target): Partial<Asking> =>
  contract.body === noBody ? {} : json(validFields(contract, target));

/** Where any value of this parameter that is not the target's own leads nowhere. */
const isWrongSegment = (name: string, segment: string, target: Target): boolean => {
  const plain = (() => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  })();
  if (name === 'groupId') return parseJid(plain)?.endsWith('@g.us') !== true;
  if (name === 'chatId' || name === 'contactId') return parseJid(plain) === null;
  return plain !== '' && !Object.values<string>(target).includes(plain);
};

/** The request that the hostile ones are made from: nothing is wrong with it. */
export const plainRequest = (contract: Contract, target: Target): Asking => ({
  method: methodOf(contract),
  path: `${fill(contract.path, defaults(target))}${VALID_QUERIES[contract.path] ?? ''}`,
  ...validBody(contract, target),
});

const withSegment = (contract: Contract, name: string, segment: string, target: Target): HostileRequest => ({
  why: `${name} ${segment.slice(0, 40)}`,
  method: methodOf(contract),
  path: fill(contract.path, { ...defaults(target), [name]: segment }),
  ...validBody(contract, target),
});
const withBody = (contract: Contract, target: Target, body: unknown): HostileRequest => ({
  why: `body ${JSON.stringify(body).slice(0, 80)}`,
  method: methodOf(contract),
  path: fill(contract.path, defaults(target)),
  ...json(body),
});
const withQuery = (contract: Contract, target: Target, query: string): HostileRequest => ({
  why: `query ${query}`,
  method: methodOf(contract),
  path: `${fill(contract.path, defaults(target))}?${query}`,
});

const headerAttacks = (contract: Contract, target: Target): readonly HostileRequest[] => {
  const { headers = {}, ...asking } = plainRequest(contract, target);
  const keyed =
    asking.method === 'POST' && asking.path.includes('/message/')
      ? WRONG_KEYS.map((key) => ({ 'idempotency-key': key }))
      : [];
  return [...WRONG_HEADERS, ...keyed].map((wrong) => ({
    ...asking,
    headers: { ...headers, ...wrong },
    why: `header ${JSON.stringify(wrong).slice(0, 80)}`,
  }));
};

const methodsOf = (path: string): readonly string[] =>
  contracts.filter((contract) => contract.path === path).map(methodOf);

const pathAttacks = (contract: Contract, target: Target): readonly HostileRequest[] => {
  const path = fill(contract.path, defaults(target));
  const method = methodOf(contract);
  const foreignMethods = ['PUT', 'PATCH', 'PROPFIND', 'TRACE', 'DELETE', 'POST'].filter(
    (other) => !methodsOf(contract.path).includes(other),
  );
  return [
    ...foreignMethods.map((other) => ({ why: 'wrong method', method: other, path })),
    ...['/%00', '/..%2f..%2fetc%2fpasswd', '/%E0%A4%A', '%E0%A4%A', '%00', '//x', '/.git/config'].map(
      (suffix) => ({ why: `path ${suffix}`, method, path: `${path}${suffix}` }),
    ),
  ];
};

const bodyAttacks = (contract: Contract, target: Target): readonly HostileRequest[] => {
  if (contract.body === noBody) return [];
  const asking = { method: methodOf(contract), path: fill(contract.path, defaults(target)) };
  const valid = validFields(contract, target);
  const fields = fieldsOf(contract.body).flatMap((field) =>
    [...WRONG_VALUES, ...(WRONG_FIELDS[field] ?? [])]
      .filter((value) => !isFine(contract.path, field, value))
      .map((value) => withBody(contract, target, { ...valid, [field]: value })),
  );
  const mayBeEmpty = contract.body.safeParse({}).success;
  const bodies = WRONG_BODIES.filter(({ why }) => !(mayBeEmpty && why === 'empty'));
  return [...bodies.map((wrong) => ({ ...asking, ...wrong })), ...fields];
};

const queryAttacks = (contract: Contract, target: Target): readonly HostileRequest[] =>
  fieldsOf(contract.query).flatMap((name) => [
    ...(WRONG_QUERIES[name] ?? []).map((value) => withQuery(contract, target, `${name}=${value}`)),
    withQuery(contract, target, `${name}=1&${name}=1`),
  ]);

const segmentAttacks = (contract: Contract, target: Target): readonly HostileRequest[] =>
  parametersOf(contract.path).flatMap((parameter) =>
    WRONG_SEGMENTS.map((segment) => withSegment(contract, parameter.slice(1), segment, target)),
  );

/** The worst inputs that we could think of for one endpoint: ten at least, most have fifty. */
export const worstRequests = (contract: Contract, target: Target): readonly HostileRequest[] => [
  ...pathAttacks(contract, target),
  ...segmentAttacks(contract, target),
  ...headerAttacks(contract, target),
  ...queryAttacks(contract, target),
  ...bodyAttacks(contract, target),
];

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...WRONG_IDS),
);
const anything = fc.oneof(fc.jsonValue(), text, fc.constantFrom(...WRONG_VALUES));

const randomSegments = (contract: Contract, target: Target): fc.Arbitrary<HostileRequest>[] =>
  parametersOf(contract.path).map((parameter) => {
    const name = parameter.slice(1);
    return text
      .map((raw) => encodeURIComponent(raw))
      .filter((segment) => segment !== '' && isWrongSegment(name, segment, target))
      .map((segment) => withSegment(contract, name, segment, target));
  });

/** What arrives of a value that is sent as JSON. */
const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

const randomBodies = (contract: Contract, target: Target): fc.Arbitrary<HostileRequest>[] => {
  // how a file comes into the body is not its schema's business
  if (contract.body === noBody || contract.file !== undefined) return [];
  const valid = validFields(contract, target);
  const oneField = fc
    .tuple(fc.constantFrom(...fieldsOf(contract.body)), anything)
    .map(([field, value]) => ({ ...valid, [field]: value }));
  const someFields = fc.dictionary(fc.constantFrom(...fieldsOf(contract.body)), anything, { minKeys: 1 });
  const refused = (body: unknown): boolean => !contract.body.safeParse(overTheWire(body)).success;
  // where nothing is required, foreign fields are no mistake: a filter would look for one for ever
  const foreign = refused({}) ? [fc.object()] : [];
  return [oneField, someFields, ...foreign, anything].map((bodies) =>
    bodies.filter(refused).map((body) => withBody(contract, target, body)),
  );
};

const randomQueries = (contract: Contract, target: Target): fc.Arbitrary<HostileRequest>[] =>
  fieldsOf(contract.query).map((name) =>
    fc
      .oneof(text, fc.constant(LONGEST))
      .filter((value) => !contract.query.safeParse({ [name]: value }).success)
      .map((value) => withQuery(contract, target, `${name}=${encodeURIComponent(value)}`)),
  );

/** Random garbage for any endpoint, mixed with the worst requests. */
export const hostileRequests = (target: Target): fc.Arbitrary<HostileRequest> =>
  fc.oneof(
    ...contracts.flatMap((contract) => [
      fc.constantFrom(...worstRequests(contract, target)),
      ...randomSegments(contract, target),
      ...randomBodies(contract, target),
      ...randomQueries(contract, target),
    ]),
  );
