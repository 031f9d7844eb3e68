import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { hasCode } from '../../src/errors.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import { CONSUMERS, pulled } from '../support/consumers.ts';
import { type DoorOptions, type OpenDoors, openDoors } from '../support/doors.ts';
import { created, openLog, received } from '../support/log.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';

let nats: TestServer;
before(async () => {
  nats = await startNats();
});
after(() => nats?.stop());

const withDoors = async (use: (open: OpenDoors) => Promise<void>, options: DoorOptions = {}) => {
  const open = await openDoors(nats.url, options);
  try {
    await use(open);
  } finally {
    await open.end();
  }
};
const refusal = async (url: string, path: string) => {
  const answer = await fetch(`${url}${path}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
/** An open stream whose bytes nobody reads yet. */
const openStream = async (url: string, query: string): Promise<IncomingMessage> => {
  const asked = httpGet(`${url}/events/stream?${query}`, { agent: false });
  const [response]: [IncomingMessage] = (await once(asked, 'response')) as never;
  return response;
};
const openSocket = async (url: string, query = ''): Promise<WebSocket> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/events/ws?${query}`);
  await once(socket, 'open');
  return socket;
};
const positionsIn = (text: string): number[] =>
  [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

const ALL = { types: [], accounts: [] };

/** What happens while a page is read: before it, or once the log has given all of it. */
type Interruption = { before?: (() => Promise<void>) | undefined; after?: () => Promise<void> };
const interrupted =
  (during: Interruption) =>
  (log: EventLog): EventLog => ({
    ...log,
    async *read(...asked) {
      await during.before?.();
      yield* log.read(...asked);
      await during.after?.();
    },
  });

describe('a consumer', () => {
  it('is told where its position means nothing', () =>
    withDoors(async ({ url, log }) => {
      const last = (await log.append(received('last'))).seq;
      for (const path of ['/events', '/events/stream']) {
        const beyond = await refusal(url, `${path}?after=${last + 7}`);
        assert.deepEqual(beyond, {
          status: 400,
          body: {
            ok: false,
            error: `after is ${last + 7}, but the log ends at ${last}: is it of another log?`,
          },
        });
      }
    }));

  it('learns that what it has not read is erased, and where to go on', () =>
    withDoors(async ({ url, log, jsm }) => {
      for (const id of ['old', 'older']) await log.append(received(id));
      const last = (await log.append(received('newest'))).seq;
      await jsm.streams.purge('WILDCAT', { seq: last });
      for (const path of ['/events', '/events/stream']) {
        const { status, body } = await refusal(url, `${path}?after=${last - 2}`);
        assert.deepEqual([status, body.oldest], [410, last - 1]);
        assert.match(String(body.error), new RegExp(`go on with after=${last - 1}$`));
      }
      assert.deepEqual(
        (await pulled(url, `after=${last - 1}`)).events.map(({ position }) => position),
        [last],
      );
      assert.equal((await pulled(url, 'after=0')).events[0]?.position, last);
    }));

  it('learns so, too, where a purge has left the events of accounts in front', () =>
    withDoors(async ({ url, log, nc }) => {
      await log.appendDecision(created('Purged', { account: 'purged' }), 0);
      const [read] = await Promise.all(['p1', 'p2', 'p3'].map((id) => log.append(received(id))));
      const last = (await log.append(received('p4'))).seq;
      await (await createRawLog(nc, silentLog)).purge(last - 1, ['message']);
      for (const path of ['/events', '/events/stream']) {
        const { status, body } = await refusal(url, `${path}?after=${read?.seq}`);
        assert.deepEqual([status, body.oldest], [410, last - 1]);
      }
      // nothing of that is missing
      assert.deepEqual((await pulled(url, `after=${read?.seq}&types=account.*`)).events, []);
      assert.equal((await pulled(url, 'after=0&accounts=purged')).events[0]?.type, 'account.created');
    }));

  it('is not led past what is purged in front of it', () =>
    withDoors(
      async ({ doors, log, nc }) => {
        const from = (await log.append(received('behind it'))).seq;
        await Promise.all(Array.from({ length: 300 }, (_, n) => log.append(received(`gone${n}`))));
        const { signal } = new AbortController();
        const filter = { types: [], accounts: [] };
        const batches = await doors.watch('stream', { filter, after: from }, signal);
        assert.equal((await batches.next()).done, false);
        await (await createRawLog(nc, silentLog)).purge((await log.state()).lastSeq, ['message']);
        await assert.rejects(batches.next(), (error) => hasCode(error, 'gone'));
      },
      { keep: 1 },
    ));

  it('is not led past what comes in, nor what is purged, while its page is read', async () => {
    const { signal } = new AbortController();
    const during: Interruption = {};
    const front = interrupted(during);
    const use = async ({ doors, log, nc }: OpenDoors): Promise<void> => {
      const after = (await log.append(received('before its page'))).seq;
      for (const id of ['read1', 'read2', 'read3']) await log.append(received(id));
      // it would wait, so it holds the tail, which remembers what comes from here on, but none of these
      const pull = () => doors.pull({ filter: ALL, after, limit: 100, waitMs: 30_000 }, signal);
      const headOf = async () =>
        (await doors.pull({ filter: ALL, after: 'now', limit: 1, waitMs: 0 }, signal)).head;
      let late = 0;
      during.after = async () => {
        late = (await log.append(received('late'))).seq;
        await waitFor(async () => (await headOf()) >= late, { what: 'the news of it' });
      };
      const { events, next } = await pull();
      assert.equal(events.length, 3);
      assert.ok(next < late, `${next} leads past ${late}`);
      during.after = async () => (await createRawLog(nc, silentLog)).purge(late, ['message']);
      await assert.rejects(pull(), (error) => hasCode(error, 'gone'));
    };
    await withDoors(use, { front });
  });

  it('that polls is answered at once when something comes, and after its wait when nothing does', () =>
    withDoors(async ({ url, log }) => {
      const { head } = await pulled(url, 'after=now');
      const waiting = pulled(url, `after=${head}&wait=30&types=message.received`);
      await waitFor(async () => (await fetch(`${url}/ping`)).ok, { what: 'an answer' });
      const { seq } = await log.append(received('news'));
      const { events, next } = await waiting;
      assert.deepEqual([events.map(({ position }) => position), next], [[seq], seq]);
      const nothing = await pulled(url, `after=${seq}&wait=1&types=account.created`);
      assert.deepEqual([nothing.events, nothing.next], [[], seq]);
    }));

  it('without a position hears only what comes from now on', () =>
    withDoors(async ({ url, log }) => {
      await log.append(received('before'));
      const stream = await openStream(url, '');
      const socket = await openSocket(url);
      const told = once(socket, 'message');
      const { seq } = await log.append(received('after'));
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) {
        text += chunk;
        if (positionsIn(text).length > 0) break;
      }
      assert.deepEqual(positionsIn(text), [seq]);
      const [message] = await told;
      assert.equal(JSON.parse(String(message)).position, seq);
      socket.terminate();
    }));

  it('never sees what is content of the log only', () =>
    withDoors(async ({ url, log }) => {
      const { head } = await pulled(url, 'after=now');
      await log.append(received('raw', { raw: 'c2VjcmV0' }));
      const { events } = await pulled(url, `after=${head}`);
      assert.equal(events.length, 1);
      assert.ok(!JSON.stringify(events).includes('c2VjcmV0'));
    }));
});

describe('a slow reader', () => {
  const MESSAGE = 'x'.repeat(20_000);
  const COUNT = 800;

  it('is waited for: little is read ahead for it, and it misses nothing', () =>
    withDoors(async ({ url, log, doors }) => {
      const { head } = await pulled(url, 'after=now');
      const content = { type: 'text', text: MESSAGE } as const;
      const events = Array.from({ length: COUNT }, (_, n) => {
        const event = received(`slow${n}`);
        return event.type === 'message.received' ? { ...event, data: { ...event.data, content } } : event;
      });
      for (let n = 0; n < COUNT; n += 100)
        await Promise.all(events.slice(n, n + 100).map((one) => log.append(one)));
      let read = 0;
      const counting = {
        ...doors,
        watch: async (...asked: Parameters<typeof doors.watch>) => {
          const batches = await doors.watch(...asked);
          return (async function* counted() {
            for await (const batch of batches) {
              read += batch.length;
              yield batch;
            }
          })();
        },
      };
      await withDoors(
        async (slow) => {
          const stream = await openStream(slow.url, `after=${head}`);
          stream.pause();
          const socket = await openSocket(slow.url, `after=${head}`);
          socket.pause();
          // whoever reads at once gets all of it meanwhile
          const quick = await CONSUMERS.SSE?.(url, { after: head, limit: COUNT });
          assert.equal(quick?.length, COUNT);
          assert.ok(read < COUNT, `${read} of ${2 * COUNT} were read for two who read nothing`);
          const streamed: number[] = [];
          let rest = '';
          for await (const chunk of stream.setEncoding('utf8')) {
            const lines = `${rest}${chunk}`.split('\n');
            rest = lines.pop() ?? '';
            streamed.push(...positionsIn(lines.join('\n')));
            if (streamed.length === COUNT) break;
          }
          const got: number[] = [];
          socket.on('message', (data) => void got.push(JSON.parse(String(data)).position));
          socket.resume();
          await waitFor(() => got.length === COUNT, { what: 'everything' });
          assert.deepEqual(got, streamed);
          assert.deepEqual(
            got,
            quick?.map(({ position }) => position),
          );
          socket.terminate();
        },
        { deps: { doors: counting } },
      );
    }));

  it('that takes nothing at all is cut, and its place is free', () =>
    withDoors(
      async ({ url, doors, log }) => {
        const { head } = await pulled(url, 'after=now');
        const stream = await openStream(url, `after=${Math.max(0, head - COUNT)}`);
        stream.pause();
        stream.on('error', () => {});
        const socket = await openSocket(url, `after=${Math.max(0, head - COUNT)}`);
        socket.pause();
        socket.on('error', () => {});
        await waitFor(() => doors.open().stream + doors.open().socket === 0, { what: 'both cut' });
        await log.append(received('goes on'));
      },
      { deps: { streamTimes: { heartbeat: 15_000, retry: 1, stall: 300 } } },
    ));
});

describe('places', () => {
  it('are limited, counted, and free again when a consumer hangs up', () =>
    withDoors(
      async ({ url, doors }) => {
        const stream = await openStream(url, '');
        const socket = await openSocket(url);
        assert.deepEqual(doors.open(), { poll: 0, stream: 1, socket: 1 });
        const { status, body } = await refusal(url, '/events/stream');
        assert.equal(status, 429);
        assert.match(String(body.error), /^All 2 places/);
        const refused = new WebSocket(`${url.replace('http', 'ws')}/events/ws`);
        const [, answer]: [unknown, IncomingMessage] = (await once(refused, 'unexpected-response')) as never;
        assert.equal(answer.statusCode, 429);
        stream.destroy();
        socket.terminate();
        await waitFor(() => doors.open().stream + doors.open().socket === 0, { what: 'free places' });
        assert.equal((await fetch(`${url}/events/stream`, { method: 'HEAD' })).status, 200);
        await waitFor(() => doors.open().stream === 0, { what: 'no place for a HEAD' });
      },
      { max: 2 },
    ));

  it('are taken by whoever pulls for as long as the page takes, also by those who would not wait', async () => {
    const { signal } = new AbortController();
    const during: Interruption = {};
    const front = interrupted(during);
    const use = async ({ doors, log }: OpenDoors): Promise<void> => {
      const after = (await log.append(received('before that page'))).seq;
      await log.append(received('of that page'));
      const pull = () => doors.pull({ filter: ALL, after, limit: 100, waitMs: 0 }, signal);
      during.before = async () => {
        during.before = undefined;
        await pause(1); // a timer that was set before this one is over then: none may end its place
        await assert.rejects(pull(), (error) => hasCode(error, 'throttled'));
      };
      assert.equal((await pull()).events.length, 1);
      assert.equal((await pull()).events.length, 1);
    };
    await withDoors(use, { front, max: 1 });
  });

  it('are left in order when the service stops', async () => {
    const open = await openDoors(nats.url);
    const stream = await openStream(open.url, '');
    const socket = await openSocket(open.url);
    const polling = pulled(open.url, 'after=now&wait=60');
    await waitFor(() => open.doors.open().poll === 1, { what: 'a poll' });
    const closed = once(socket, 'close');
    const streamed = once(stream.resume(), 'end');
    await open.end();
    const [code, reason] = await closed;
    assert.deepEqual([code, String(reason)], [1_001, 'The service is stopping']);
    await streamed;
    assert.deepEqual((await polling).events, []);
  });
});

it('shows a heartbeat where nothing happens', () =>
  withDoors(
    async ({ url }) => {
      const stream = await openStream(url, '');
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) {
        text += chunk;
        if (text.endsWith(': \n\n: \n\n')) break;
      }
      assert.equal(text, 'retry: 7\n: wildcat\n\n: \n\n: \n\n');
      const socket = await openSocket(url);
      await once(socket, 'ping');
      socket.terminate();
    },
    { deps: { streamTimes: { heartbeat: 50, retry: 7, stall: 60_000 } } },
  ));

it('ends where the log is wiped, says so, and comes back with the log', async () => {
  const own = await startNats();
  const open = await openDoors(own.url);
  try {
    await open.log.append(received('lost'));
    const stream = await openStream(open.url, '');
    await open.jsm.streams.delete('WILDCAT');
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    assert.match(text, /\n: The log can not be followed at the moment\n\n$/);
    assert.equal((await refusal(open.url, '/events')).status, 503);
    const again = await openLog(own.url);
    await again.log.append(received('new'));
    assert.equal((await pulled(open.url, 'after=0')).events.length, 1);
    await again.close();
  } finally {
    await open.end();
    await own.stop();
  }
});
