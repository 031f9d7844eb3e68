// Preloaded into a service (node --import) to note when what happens. It wraps methods of the libraries that stand at
// the edges of the process, so that src need not know of being measured. SIGUSR2 writes the marks to TRACE_FILE and
// begins anew.
import diagnostics from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ClientSession, Collection } from 'mongodb';

const require = createRequire(import.meta.url);
const require2 = createRequire(require.resolve('@nats-io/transport-node'));
const requireBaileys = createRequire(require.resolve('@whiskeysockets/baileys'));

let marks: [string, number][] = [];
const mark = (name: string): void => void marks.push([name, performance.now()]);

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Replaces a method by what `wrap` makes of it. */
const patch = (target: object, name: string, wrap: (original: Method) => Method): void => {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') throw new Error(`nothing to trace at ${name}`);
  Reflect.set(target, name, wrap(original as Method));
};

/** Marks the end of an asynchronous method, and its beginning where that has a name. */
const around = (target: object, name: string, label: (self: unknown) => string | null, begins = false) =>
  patch(
    target,
    name,
    (original) =>
      function (this: unknown, ...args) {
        const text = label(this);
        if (text === null) return original.apply(this, args);
        if (begins) mark(`${text} begins`);
        const result = original.apply(this, args);
        if (result instanceof Promise) return result.finally(() => mark(text));
        mark(text);
        return result;
      },
  );

const constant = (text: string) => () => text;
const collectionOf = (self: unknown): string => (self instanceof Collection ? self.collectionName : '');

// HTTP: Node tells by itself
diagnostics.subscribe('http.server.request.start', () => mark('http request'));
diagnostics.subscribe('http.server.response.finish', () => mark('http answered'));

// WhatsApp: frames of the socket, and what libsignal does with them
const WebSocket = requireBaileys('ws');
patch(
  WebSocket.prototype,
  'send',
  (original) =>
    function (this: unknown, ...args) {
      mark('frame out');
      return original.apply(this, args);
    },
);
patch(
  WebSocket.prototype,
  'emit',
  (original) =>
    function (this: unknown, ...args) {
      if (args[0] === 'message') mark('frame in');
      return original.apply(this, args);
    },
);
const { SessionCipher } = requireBaileys('libsignal');
around(SessionCipher.prototype, 'decryptWhisperMessage', constant('decrypted'));
around(SessionCipher.prototype, 'encrypt', constant('encrypted'));

// The log: publishes and their acks, by event type
const { NatsConnectionImpl } = require2('@nats-io/nats-core/internal');
const waiting = new Map<string, string>();
patch(
  NatsConnectionImpl.prototype,
  'publish',
  (original) =>
    function (this: unknown, ...args) {
      const [subject, , options] = args as [string, unknown, { reply?: string } | undefined];
      if (subject.startsWith('wildcat.')) {
        const type = subject.split('.').slice(2, 4).join('.');
        mark(`${type} published`);
        if (options?.reply !== undefined) waiting.set(options.reply, type);
      }
      return original.apply(this, args);
    },
);
patch(
  NatsConnectionImpl.prototype,
  'subscribe',
  (original) =>
    function (this: unknown, ...args) {
      const [subject, options] = args as [string, { callback?: Method } | undefined];
      const callback = options?.callback;
      if (callback === undefined) return original.apply(this, args);
      const traced: Method = (error, message) => {
        const replied = (message as { subject: string }).subject;
        const type = waiting.get(replied);
        if (type !== undefined) mark(`${type} in the log`);
        waiting.delete(replied);
        return callback.call(undefined, error, message);
      };
      return original.apply(this, [subject, { ...options, callback: traced }]);
    },
);

// MongoDB: the key journal (the rows of an account's keys), the outbox, and the views' transactions
around(Collection.prototype, 'insertOne', constant('journal committed'), true);
around(
  Collection.prototype,
  'bulkWrite',
  (self) => (collectionOf(self) === 'outbox' ? 'outbox row written' : null),
  true,
);
patch(
  ClientSession.prototype,
  'startTransaction',
  (original) =>
    function (this: unknown, ...args) {
      mark('view transaction begins');
      return original.apply(this, args);
    },
);
around(ClientSession.prototype, 'commitTransaction', constant('view committed'));

process.on('SIGUSR2', () => {
  const done = marks;
  marks = [];
  writeFileSync(process.env.TRACE_FILE ?? 'trace.json', JSON.stringify(done));
});
