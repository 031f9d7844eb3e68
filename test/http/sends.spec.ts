import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WildcatError } from '../../src/errors.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { get, post, withEdge } from '../support/edge.ts';
import { connect, connectedShop, httpDeps, NOW, storedMessage } from '../support/http-deps.ts';

const TO = '4915200000002@s.whatsapp.net';
const SEND = '/accounts/shop/message/send';
const REPLY = '/accounts/shop/message/reply';
const TEXT = { to: TO, message: 'hello' };
const WA_ID = /^3EB0[0-9A-F]{18}$/;
const AT = 1_772_000_001;

/** An account whose sends all end in the same way. */
const shop = (outcome: 'sent' | 'open' | { code: number | null; phase: string } = 'sent') => {
  const edge = connectedShop();
  if (outcome === 'sent') edge.outcomes.set('*', { kind: 'sent', seq: 3, timestamp: AT });
  else if (outcome !== 'open') edge.outcomes.set('*', { kind: 'failed', seq: 3, reason: 'why', ...outcome });
  return edge;
};
const requests = (edge: ReturnType<typeof shop>) =>
  edge.appended.filter(({ type }) => type === 'message.send_requested').map(({ data }) => data);
const idIn = (json: unknown): string => {
  const { messageId } = json as { messageId: string };
  assert.match(messageId, WA_ID);
  return messageId;
};

describe('sending a text', () => {
  it('answers with the id and time once WhatsApp has it', async () => {
    const edge = shop();
    await withEdge(edge.deps, async (ask) => {
      const { status, json, headers } = await ask(post(SEND, TEXT, { 'x-request-id': 'r-1' }));
      const messageId = idIn(json);
      assert.deepEqual([status, json], [200, { ok: true, messageId, timestamp: AT, status: 'sent' }]);
      assert.equal(headers['wildcat-position'], '3');
      const [request] = requests(edge) as [Record<string, unknown>];
      assert.deepEqual(
        { ...request, bodyHash: '' },
        {
          waId: messageId,
          chat: { jid: TO },
          to: TO,
          from: { jid: '4915100000001@s.whatsapp.net', alt: '4915100000001@s.whatsapp.net' },
          timestamp: NOW.getTime() / 1_000,
          content: { type: 'text', text: 'hello', quoted: undefined, expiresIn: undefined },
          quotedKey: undefined,
          bodyHash: '',
        },
      );
    });
  });

  it('takes a text for an account that another process created and connected a moment ago', async () => {
    const edge = httpDeps();
    edge.outcomes.set('*', { kind: 'sent', seq: 3, timestamp: AT });
    let asked = 0;
    const refreshed: HttpDeps['accounts']['refreshed'] = async (account) => {
      asked += 1;
      if (asked === 1) connect(edge);
      return edge.deps.accounts.current(account);
    };
    const deps = { ...edge.deps, accounts: { ...edge.deps.accounts, refreshed } };
    await withEdge(deps, async (ask) => {
      assert.equal((await ask(post(SEND, TEXT, { 'idempotency-key': 'k-1' }))).status, 200);
      assert.equal((await ask(post(SEND, TEXT))).status, 200);
      assert.equal(asked, 1, 'who is known is not asked about');
      assert.equal((await ask(post('/accounts/other/message/send', TEXT))).status, 404);
      assert.equal((await ask(post('/accounts/_sys/message/send', TEXT))).status, 404);
      assert.equal(asked, 2, 'nor who can not exist');
    });
    assert.equal(requests(edge).length, 2);
  });

  it('takes phone numbers, mentions and quotes', async () => {
    const edge = shop();
    edge.messages.push(storedMessage({ messageId: 'Q1', text: 'what?' }));
    await withEdge(edge.deps, async (ask) => {
      const body = { to: '+4915200000002', message: 'this', mentions: [TO], quotedMessageId: 'Q1' };
      assert.equal((await ask(post(REPLY, body))).status, 200);
      const [request] = requests(edge) as [{ to: string; content: unknown }];
      assert.equal(request.to, TO);
      const quoted = { messageId: 'Q1', participant: TO, text: 'what?', hasMedia: false };
      const expiresIn = undefined;
      assert.deepEqual(request.content, { type: 'text', text: 'this', quoted, expiresIn, mentions: [TO] });
    });
  });

  it('answers 202 while the outcome is open, and tells where to look', async () => {
    await withEdge(shop('open').deps, async (ask) => {
      const { status, json, headers } = await ask(post(SEND, TEXT));
      const messageId = idIn(json);
      assert.deepEqual([status, json], [202, { ok: true, messageId, status: 'queued' }]);
      assert.equal(headers.location, `/accounts/shop/messages/${messageId}`);
    });
  });

  it('answers 202 where nobody can tell whether it arrived', async () => {
    const edge = shop('open');
    edge.outcomes.set('*', { kind: 'unknown', seq: 3 });
    await withEdge(edge.deps, async (ask) => {
      const { status, json } = await ask(post(SEND, TEXT));
      assert.deepEqual([status, json], [202, { ok: true, messageId: idIn(json), status: 'unknown' }]);
    });
  });

  const failures: readonly [string, { code: number | null; phase: string }, number, string][] = [
    ['refuses', { code: 463, phase: 'server' }, 422, 'WhatsApp refused the message'],
    ['could never take', { code: null, phase: 'prepare' }, 422, 'WhatsApp refused the message'],
    ['throttles', { code: 429, phase: 'server' }, 429, 'WhatsApp throttles this account: try again later'],
    ['never got', { code: null, phase: 'expired' }, 502, 'WhatsApp could not be reached in time'],
    ['got no file of', { code: null, phase: 'upload' }, 502, 'WhatsApp did not take the file'],
  ];
  for (const [what, outcome, status, error] of failures)
    it(`answers ${status} to what WhatsApp ${what}`, () =>
      withEdge(shop(outcome).deps, async (ask) => {
        const answer = await ask(post(SEND, TEXT));
        const body = { error, messageId: idIn(answer.json), reason: 'why' };
        assert.deepEqual([answer.status, answer.json], [status, { ok: false, ...body }]);
      }));

  const waits: readonly [string, number][] = [
    ['', 10_000],
    ['wait=2', 2_000],
    ['wait=600', 60_000],
    ['respond-async', 0],
    ['respond-async, wait=5', 5_000],
    ['handling=lenient, wait="3"', 3_000],
    ['wait=soon', 10_000],
  ];
  for (const [prefer, ms] of waits)
    it(`waits ${ms} ms with Prefer: ${prefer}`, async () => {
      const asked: number[] = [];
      const outcome = async (_account: string, _waId: string, wait: number) => {
        asked.push(wait);
        return null;
      };
      await withEdge({ ...shop().deps, outcome }, async (ask) => {
        await ask(post(SEND, TEXT, { prefer }));
        assert.deepEqual(asked, [ms]);
      });
    });
});

const E_TO =
  'Invalid WhatsApp JID format for "to" field. Expected format: 1234567890@s.whatsapp.net or 123456789@g.us';
const E_LEN = 'Message length invalid. Must be between 1 and 65536 characters';
const E_MEN = 'Invalid JID format in mentions array';
const REQUIRED = 'to and message are required';
const ALL_REQUIRED = 'to, message, and quotedMessageId are required';

describe('the order of checks', () => {
  const refusals: readonly [string, string, unknown, string][] = [
    ['required fields come first', SEND, { to: 'x', mentions: ['x'] }, REQUIRED],
    ['an empty text counts as missing', SEND, { to: 'x', message: '' }, REQUIRED],
    ['required fields of a reply come first', REPLY, { to: 'x', message: 'm' }, ALL_REQUIRED],
    ['then the JID', SEND, { to: 'x', message: 'x'.repeat(65_537), mentions: ['x'] }, E_TO],
    ['a JID is a text', SEND, { to: 5, message: 'm' }, E_TO],
    ['nobody would get what goes to a status', SEND, { to: 'status@broadcast', message: 'm' }, E_TO],
    ['then the length', SEND, { to: TO, message: 'x'.repeat(65_537), mentions: ['x'] }, E_LEN],
    ['a message is a text', SEND, { to: TO, message: 5 }, E_LEN],
    ['then the mentions', SEND, { ...TEXT, mentions: ['x'], quotedMessageId: 5 }, E_MEN],
    ['mentions are a list', SEND, { ...TEXT, mentions: TO }, E_MEN],
    ['then the quoted id', SEND, { ...TEXT, quotedMessageId: 5 }, 'quotedMessageId must be a string'],
  ];
  for (const [what, path, body, error] of refusals)
    it(`${what}: ${error.slice(0, 40)}`, async () => {
      const edge = shop();
      await withEdge(edge.deps, async (ask) => {
        const missing = path.replace('shop', 'nobody'); // the account is looked at later
        for (const url of [path, missing]) {
          const { status, json } = await ask(post(url, body));
          assert.deepEqual([status, json], [400, { ok: false, error }]);
        }
        assert.deepEqual(edge.appended, []);
      });
    });

  it('takes the longest message there is', () =>
    withEdge(shop().deps, async (ask) => {
      assert.equal((await ask(post(SEND, { to: TO, message: 'x'.repeat(65_536) }))).status, 200);
    }));

  it('then the account, its connection, and the quoted message', async () => {
    const edge = shop();
    const quoting = { ...TEXT, quotedMessageId: 'none' };
    await withEdge(edge.deps, async (ask) => {
      const nobody = await ask(post('/accounts/nobody/message/send', quoting));
      assert.deepEqual([nobody.status, nobody.json], [404, { ok: false, error: 'Account not found' }]);
      const quote = await ask(post(SEND, quoting));
      assert.deepEqual([quote.status, quote.json], [404, { ok: false, error: 'Quoted message not found' }]);
      edge.record('shop', { type: 'account.disconnect_requested', data: {} });
      const stopped = await ask(post(SEND, quoting));
      const error = { ok: false, error: 'Account not connected', status: 'disconnected' };
      assert.deepEqual([stopped.status, stopped.json], [400, error]);
      assert.deepEqual(edge.appended, []);
    });
  });

  it('queues for a paired account that is away if the client does not mind', async () => {
    const edge = shop('open');
    edge.record('shop', { type: 'account.disconnect_requested', data: {} });
    await withEdge(edge.deps, async (ask) => {
      assert.equal((await ask(post(SEND, TEXT, { prefer: 'respond-async' }))).status, 202);
    });
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (body: object = TEXT, key = 'order-1') => post(SEND, body, { 'idempotency-key': key });

  it('gives a repeat the same answer, and sends once', async () => {
    const edge = shop();
    await withEdge(edge.deps, async (ask) => {
      const first = await ask(keyed());
      assert.equal(first.headers['idempotent-replay'], undefined);
      edge.outcomes.clear();
      edge.record('shop', { type: 'account.disconnect_requested', data: {} });
      const again = await ask(keyed());
      assert.deepEqual([again.status, again.json], [first.status, first.json]);
      assert.equal(again.headers['idempotent-replay'], 'true');
      assert.equal(requests(edge).length, 1);
    });
  });

  it('sends nothing while it can not be known whether an earlier request did', async () => {
    const edge = shop();
    const idempotency: typeof edge.deps.idempotency = {
      ...edge.deps.idempotency,
      claim: async (_owner, _key, { bodyHash }) => ({ kind: 'taken', bodyHash, waId: 'W', answer: null }),
    };
    const behind = { ...edge.deps.views, waitFor: async () => false };
    await withEdge({ ...edge.deps, idempotency, views: behind }, async (ask) => {
      const answer = await ask(keyed());
      assert.equal(answer.status, 503, answer.text);
      assert.match(answer.text, /not known yet: repeat it later/);
      assert.equal(requests(edge).length, 0);
    });
    await withEdge({ ...edge.deps, idempotency }, async (ask) => {
      assert.equal((await ask(keyed())).status, 200);
      assert.equal(requests(edge).length, 1);
    });
  });

  it('keeps refusals of WhatsApp too', async () => {
    const edge = shop({ code: 429, phase: 'server' });
    await withEdge(edge.deps, async (ask) => {
      const first = await ask(keyed());
      edge.outcomes.clear();
      const again = await ask(keyed());
      assert.deepEqual([again.status, again.text], [429, first.text]);
    });
  });

  it('makes the same id of the same key, another of another', async () => {
    const edge = shop();
    await withEdge(edge.deps, async (ask) => {
      const ids = [];
      for (const key of ['a', 'a', 'b']) ids.push(idIn((await ask(keyed(TEXT, key))).json));
      assert.equal(ids[0], ids[1]);
      assert.notEqual(ids[0], ids[2]);
    });
  });

  it('belongs to one request', async () => {
    const edge = shop();
    await withEdge(edge.deps, async (ask) => {
      await ask(keyed());
      for (const other of [{ message: 'bye' }, { to: '4915200000003' }, { mentions: [TO] }]) {
        const { status, json } = await ask(keyed({ ...TEXT, ...other }));
        const error = 'This Idempotency-Key was used for another request';
        assert.deepEqual([status, json], [422, { ok: false, error }]);
      }
      assert.equal(requests(edge).length, 1);
    });
  });

  it('is free again where nothing was accepted', async () => {
    for (const code of [
      ...(['not_found', 'not_connected', 'invalid', 'forbidden', 'refused'] as const),
      ...(['unsupported', 'unprocessable', 'too_large'] as const),
    ]) {
      const edge = shop();
      const resolveChat = async () => Promise.reject(new WildcatError(code, 'why'));
      await withEdge({ ...edge.deps, resolveChat }, async (ask) => {
        assert.ok((await ask(keyed())).status < 500, code);
      });
      await withEdge(edge.deps, async (ask) => {
        assert.equal((await ask(keyed({ ...TEXT, message: 'bye' }))).status, 200, code);
      });
    }
  });

  it('belongs to one life of its account', async () => {
    const edge = shop();
    await withEdge(edge.deps, async (ask) => {
      const messageId = idIn((await ask(keyed())).json);
      edge.record('shop', { type: 'account.deleted', data: { collectionName: 'auth_shop' } });
      edge.record('shop', { type: 'account.erased', data: {} });
      connect(edge);
      const next = await ask(keyed());
      assert.notEqual(idIn(next.json), messageId);
      assert.equal(next.headers['idempotent-replay'], undefined);
      assert.equal(requests(edge).length, 2);
    });
  });

  it('stays taken where nobody knows whether something was accepted', async () => {
    const edge = shop();
    const { send } = edge.deps;
    const lost: typeof send = async (...asked) => {
      await send(...asked);
      throw new WildcatError('unavailable', 'The outcome of the append is not known');
    };
    await withEdge({ ...edge.deps, send: lost }, async (ask) => {
      assert.equal((await ask(keyed())).status, 503);
    });
    await withEdge(edge.deps, async (ask) => {
      assert.equal((await ask(keyed({ ...TEXT, message: 'bye' }))).status, 422);
      assert.equal(requests(edge).length, 1);
    });
  });

  it('stays taken where a repeat is refused: the first request may be under way still', async () => {
    const edge = shop();
    let goOn = () => {};
    const begun = new Promise<void>((resolve) => {
      const { resolveChat } = edge.deps;
      Object.assign(edge.deps, {
        resolveChat: async (...asked: Parameters<typeof resolveChat>) => {
          resolve();
          await new Promise<void>((go) => {
            goOn = go;
          });
          return resolveChat(...asked);
        },
      });
    });
    await withEdge(edge.deps, async (ask) => {
      const first = ask(keyed());
      await begun;
      edge.record('shop', { type: 'account.disconnect_requested', data: {} });
      assert.equal((await ask(keyed())).status, 400);
      edge.record('shop', { type: 'account.connect_requested', data: {} });
      edge.record('shop', { type: 'account.connected', data: { me: TO } });
      assert.equal((await ask(keyed({ ...TEXT, message: 'bye' }))).status, 422);
      goOn();
      assert.equal((await first).status, 200);
      assert.equal(requests(edge).length, 1);
    });
  });

  it('finds what was appended before the answer could be kept, however long ago', async () => {
    const edge = shop('open');
    await withEdge(edge.deps, async (ask) => {
      const messageId = idIn((await ask(keyed())).json);
      edge.messages.push(storedMessage({ messageId, fromMe: true, status: 'queued' }));
      const open = await ask(keyed());
      assert.deepEqual(open.json, { ok: true, messageId, status: 'queued' });
      assert.equal(open.headers['idempotent-replay'], 'true');
      edge.messages[0] = storedMessage({ messageId, fromMe: true, status: 'read', timestamp: AT });
      const done = await ask(keyed());
      assert.deepEqual(done.json, { ok: true, messageId, timestamp: AT, status: 'sent' });
      assert.equal(requests(edge).length, 1);
    });
  });

  it('tells a repeat that it ended unknown, also after a restart', async () => {
    const edge = shop('open');
    edge.outcomes.set('*', { kind: 'unknown', seq: 3 });
    await withEdge(edge.deps, async (ask) => {
      const first = await ask(keyed());
      edge.outcomes.clear();
      edge.messages.push(storedMessage({ messageId: idIn(first.json), fromMe: true, status: 'unknown' }));
      const again = await ask(keyed());
      assert.deepEqual([again.status, again.json], [202, first.json]);
    });
  });

  it('tells a repeat of a 202 why it failed since, and believes the view where it knows better', async () => {
    const edge = shop('open');
    await withEdge(edge.deps, async (ask) => {
      const messageId = idIn((await ask(keyed())).json);
      edge.messages.push(storedMessage({ messageId, fromMe: true, status: 'read', timestamp: AT }));
      edge.outcomes.set('*', { kind: 'unknown', seq: 3 });
      assert.equal((await ask(keyed())).status, 200);
    });
    const other = shop('open');
    await withEdge(other.deps, async (ask) => {
      const messageId = idIn((await ask(keyed())).json);
      other.messages.push(storedMessage({ messageId, fromMe: true, status: 'failed', error: 'why' }));
      other.outcomes.set('*', { kind: 'failed', seq: 3, code: 429, phase: 'server', reason: 'why' });
      assert.equal((await ask(keyed())).status, 429);
    });
  });

  it('tells so also where nobody remembers, as after a restart, but the log', async () => {
    const edge = shop('open');
    await withEdge(edge.deps, async (ask) => {
      const messageId = idIn((await ask(keyed())).json);
      edge.messages.push(storedMessage({ messageId, fromMe: true, status: 'failed', error: 'why' }));
      edge.failures.set(messageId, { kind: 'failed', seq: 3, code: 429, phase: 'server', reason: 'why' });
      assert.equal((await ask(keyed())).status, 429);
    });
  });

  it('stands for another message with another request, once it has been forgotten (48 h)', async () => {
    const edge = shop();
    const claim: typeof edge.deps.idempotency.claim = async () => ({ kind: 'claimed' });
    const deps = { ...edge.deps, idempotency: { ...edge.deps.idempotency, claim } };
    await withEdge(deps, async (ask) => {
      const messageId = idIn((await ask(keyed())).json);
      edge.messages.push(storedMessage({ messageId, fromMe: true, status: 'read', timestamp: AT }));
      assert.notEqual(idIn((await ask(keyed({ ...TEXT, message: 'bye' }))).json), messageId);
      assert.equal(idIn((await ask(keyed())).json), messageId);
      assert.equal(requests(edge).length, 2);
    });
  });

  it('keeps the id that it was claimed with', async () => {
    const edge = shop();
    const claim: typeof edge.deps.idempotency.claim = async (_owner, _key, { bodyHash }) => ({
      kind: 'taken',
      bodyHash,
      waId: '3EB0FEDCBA9876543210AB',
      answer: null,
    });
    await withEdge({ ...edge.deps, idempotency: { ...edge.deps.idempotency, claim } }, async (ask) => {
      assert.equal(idIn((await ask(keyed())).json), '3EB0FEDCBA9876543210AB');
    });
  });

  it('answers although the answer can not be kept', async () => {
    const { deps } = shop();
    const complete = async () => Promise.reject(new Error('MongoDB is away'));
    await withEdge({ ...deps, idempotency: { ...deps.idempotency, complete } }, async (ask) => {
      assert.equal((await ask(keyed())).status, 200);
    });
  });

  it('is 1 to 255 visible characters', async () => {
    const edge = shop();
    await withEdge(edge.deps, async (ask) => {
      const { status, json } = await ask(keyed(TEXT, 'a b'));
      const error = 'Idempotency-Key must be 1 to 255 visible ASCII characters';
      assert.deepEqual([status, json], [400, { ok: false, error }]);
      assert.deepEqual(edge.appended, []);
    });
  });
});

it('answers 200 to a file that was sent, although what was staged of it can not be dropped just now', async () => {
  const edge = shop();
  const discard = async () => Promise.reject(new Error('MongoDB is away'));
  await withEdge({ ...edge.deps, files: { ...edge.deps.files, discard } }, async (ask) => {
    const path = '/accounts/shop/message/send/document';
    const file = { base64: Buffer.from('hello').toString('base64'), mimetype: 'text/plain' };
    const answer = await ask(post(path, { to: TO, ...file }));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(requests(edge).length, 1);
    const named = await ask(post(path, { to: TO, url: 'https://files.example/hello.txt' }));
    assert.equal(named.status, 200, named.text);
    assert.equal(requests(edge).length, 2);
  });
});

it('a client that goes away cancels nothing', async () => {
  const edge = shop();
  let append = () => {};
  const asked = new Promise<void>((resolve) => {
    const { send } = edge.deps;
    Object.assign(edge.deps, {
      send: async (...args: Parameters<typeof send>) => {
        resolve();
        await new Promise<void>((go) => {
          append = go;
        });
        return send(...args);
      },
    });
  });
  await withEdge(edge.deps, async (ask) => {
    const hasty = ask({ ...post(SEND, TEXT), hangUp: asked });
    await assert.rejects(hasty);
    append();
    assert.equal((await ask(get('/ping'))).status, 200);
    assert.equal(requests(edge).length, 1);
  });
});
