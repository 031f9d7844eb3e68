import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { post, withEdge } from '../support/edge.ts';
import { connectedShop, NOW, storedMessage } from '../support/http-deps.ts';

const TO = '4915200000002@s.whatsapp.net';
const AT = NOW.getTime() / 1_000;
const path = (what: string) => `/accounts/shop/message/${what}`;

/** A connected account with a message of Ann's and one of its own, whose sends all succeed. */
const shop = () => {
  const edge = connectedShop();
  edge.outcomes.set('*', { kind: 'sent', seq: 3, timestamp: AT + 1 });
  edge.messages.push(
    storedMessage({ messageId: 'M1' }),
    storedMessage({ messageId: 'S1', fromMe: true, timestamp: AT - 60 }),
    storedMessage({ messageId: 'AGING', fromMe: true, timestamp: AT - 900 }),
    storedMessage({ messageId: 'OLD', fromMe: true, timestamp: AT - 901 }),
    storedMessage({ messageId: 'PIC', fromMe: true, timestamp: AT - 60, type: 'image' }),
    storedMessage({ messageId: 'G1', chatId: '123@g.us' }),
  );
  return edge;
};
type Asked = {
  content: unknown;
  remark: { kind: string; target: unknown; participant?: string; emoji?: string };
};
const requests = (edge: ReturnType<typeof shop>) => edge.appended.map(({ data }) => data as Asked);

describe('a remark on a message', () => {
  it('is a reaction with an emoji, or without', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      const one = await ask(post(path('react'), { chatId: TO, messageId: 'M1', emoji: '👍' }));
      assert.deepEqual(Object.keys(one.json as object), ['ok', 'messageId']);
      await ask(post(path('react'), { chatId: '123@g.us', messageId: 'G1' }));
      const target = { waId: 'M1', fromMe: false, author: { jid: TO } };
      assert.deepEqual(
        requests(edge).map(({ remark }) => remark),
        [
          { kind: 'react', target, emoji: '👍' },
          { kind: 'react', target: { ...target, waId: 'G1' }, participant: TO, emoji: '' },
        ],
      );
    });
  });

  it('is a pin for a week, for as long as asked, or the end of one', () => {
    const edge = shop();
    edge.messages.push(storedMessage({ messageId: 'LINE', type: 'system' }));
    return withEdge(edge.deps, async (ask) => {
      const said = { chatId: TO, messageId: 'M1' };
      const one = await ask(post(path('pin'), said));
      assert.deepEqual(Object.keys(one.json as object), ['ok', 'messageId']);
      await ask(post(path('pin'), { ...said, duration: 86_400 }));
      await ask(post(path('pin'), { ...said, pinned: false }));
      const target = { waId: 'M1', fromMe: false, author: { jid: TO } };
      assert.deepEqual(
        requests(edge).map(({ remark }) => remark),
        [604_800, 86_400, 0].map((seconds) => ({ kind: 'pin', target, seconds })),
      );
      const line = await ask(post(path('pin'), { ...said, messageId: 'LINE' }));
      const error = 'Only what somebody has written or sent can be pinned';
      assert.deepEqual([line.status, line.json], [422, { ok: false, error }]);
      const odd = await ask(post(path('pin'), { ...said, duration: 60 }));
      assert.equal(odd.status, 400);
    });
  });

  it('finds its message where WhatsApp knows the number in another form', () => {
    const edge = shop();
    const jid = '551187654321@s.whatsapp.net';
    edge.messages.push(storedMessage({ messageId: 'B1', chatId: jid }));
    return withEdge({ ...edge.deps, knownForm: async () => jid }, async (ask) => {
      const { status } = await ask(post(path('react'), { chatId: '5511987654321', messageId: 'B1' }));
      assert.equal(status, 200);
      assert.equal(Object(edge.appended[0]?.data).to, jid);
    });
  });

  it('is an edit of an own text of at most 15 minutes', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      const edit = (messageId: string) =>
        ask(post(path('edit'), { chatId: TO, messageId, message: 'better' }));
      assert.equal((await edit('S1')).status, 200);
      assert.deepEqual(requests(edge)[0]?.content, { type: 'text', text: 'better' });
      for (const [messageId, status, error] of [
        ['M1', 403, 'Only own messages can be edited'],
        ['OLD', 422, 'WhatsApp takes no edit of a message older than 15 minutes'],
        ['PIC', 422, 'Only texts can be edited'],
        ['NONE', 404, 'Message not found in database'],
      ] as const) {
        const refused = await edit(messageId);
        assert.deepEqual([refused.status, refused.json], [status, { ok: false, error }]);
      }
      assert.equal((await edit('AGING')).status, 200);
      assert.equal(edge.appended.length, 2);
    });
  });

  it('is a deletion, which answers ok alone', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      const { status, json } = await ask(post(path('delete'), { chatId: TO, messageId: 'S1' }));
      assert.deepEqual([status, json], [200, { ok: true }]);
      const target = { waId: 'S1', fromMe: true, author: { jid: TO } };
      assert.deepEqual(requests(edge)[0]?.remark, { kind: 'revoke', target });
      assert.equal((await ask(post(path('delete'), { chatId: TO, messageId: 'M1' }))).status, 403);
      assert.equal((await ask(post(path('delete'), { chatId: '123@g.us', messageId: 'G1' }))).status, 200);
    });
  });

  it('answers 202 and points to the message while it is open', () => {
    const edge = shop();
    edge.outcomes.clear();
    return withEdge(edge.deps, async (ask) => {
      const { status, headers } = await ask(
        post(path('react'), { chatId: TO, messageId: 'M1', emoji: '👍' }),
      );
      assert.deepEqual([status, headers.location], [202, '/accounts/shop/messages/M1']);
    });
  });

  it('says what is missing before all else', () =>
    withEdge(shop().deps, async (ask) => {
      for (const [what, body, error] of [
        ['react', { messageId: 'M1' }, 'chatId and messageId are required'],
        ['delete', { chatId: TO }, 'chatId and messageId are required'],
        ['edit', { chatId: TO, messageId: 'S1' }, 'chatId, messageId and message are required'],
        ['forward', { to: TO }, 'to and messageId are required'],
        ...['x', 'status@broadcast'].map(
          (chatId) =>
            [
              'react',
              { chatId, messageId: 'M1' },
              'Invalid WhatsApp JID format for "chatId" field. Expected format: 1234567890@s.whatsapp.net or 123456789@g.us',
            ] as const,
        ),
      ] as const) {
        const { status, json } = await ask(post(path(what), body));
        assert.deepEqual([status, json], [400, { ok: false, error }]);
      }
    }));
});

describe('other kinds of messages', () => {
  it('are places, contact cards, polls and forwarded messages', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      const send = async (what: string, body: object) => {
        const answer = await ask(post(path(what), { to: TO, ...body }));
        assert.equal(answer.status, 200, answer.text);
      };
      await send('send/location', { latitude: 1, longitude: 2, name: 'Here' });
      await send('send/contact', { contacts: [{ name: 'A; B', phoneNumber: '+4915200000003' }] });
      await send('send/poll', { name: 'When?', options: ['now', 'later'], selectableCount: 0 });
      for (const chatId of [undefined, null, '', TO]) await send('forward', { messageId: 'M1', chatId });
      const vcard =
        'BEGIN:VCARD\nVERSION:3.0\nFN:A\\; B\nTEL;type=CELL;type=VOICE;waid=4915200000003:+4915200000003\nEND:VCARD';
      assert.deepEqual(JSON.parse(JSON.stringify(requests(edge).map(({ content }) => content))), [
        { type: 'location', text: 'Here', location: { latitude: 1, longitude: 2, name: 'Here' } },
        { type: 'contact', text: 'A; B', contacts: [{ name: 'A; B', vcard }] },
        { type: 'poll', text: 'When?', poll: { options: ['now', 'later'], selectable: 0 } },
        ...Array.from({ length: 4 }, () => ({ type: 'text', text: 'hello', isForwarded: true })),
      ]);
      const { pollSecret } = requests(edge)[2] as unknown as { pollSecret: string };
      assert.equal(Buffer.from(pollSecret, 'base64').length, 32);
    });
  });

  it('are passed on from the chat that is meant, and disappear as that does to which they go', () => {
    const edge = shop();
    const [typed, jid] = ['5511987654321@s.whatsapp.net', '551187654321@s.whatsapp.net'];
    edge.messages.push(storedMessage({ messageId: 'B1', chatId: jid, text: 'from Brazil' }));
    const resolveChat = async (_account: string, to: string) => ({
      chat: { jid: to },
      ...(to === TO ? { expiresIn: 86_400 } : {}),
    });
    return withEdge({ ...edge.deps, resolveChat, knownForm: async () => jid }, async (ask) => {
      const answer = await ask(post(path('forward'), { to: TO, messageId: 'B1', chatId: typed }));
      assert.equal(answer.status, 200, answer.text);
      const content = { type: 'text', text: 'from Brazil', isForwarded: true, expiresIn: 86_400 };
      assert.deepEqual(requests(edge)[0]?.content, content);
    });
  });

  it('may answer another message, are named by what they have, and no two polls share a secret', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      const send = (what: string, body: object) => ask(post(path(`send/${what}`), { to: TO, ...body }));
      const place = { latitude: 1, longitude: 2 };
      await send('location', { ...place, address: 'Street 1', quotedMessageId: 'M1' });
      await send('location', place);
      const phoneNumber = '4915200000003';
      const names = ['A\r\nB', 'C\nD,\\'];
      await send('contact', {
        contacts: names.map((name) => ({ name, phoneNumber })),
        quotedMessageId: 'M1',
      });
      const poll = { name: 'When?', options: ['now', 'later'], quotedMessageId: 'M1' };
      for (let n = 0; n < 2; n++) await send('poll', poll);
      type Said = { text: string | null; quoted?: { messageId: string }; contacts?: { vcard: string }[] };
      const said = requests(edge).map(({ content }) => content as Said);
      assert.deepEqual(
        said.map(({ text, quoted }) => [text, quoted?.messageId]),
        [['Street 1', 'M1'], [null, undefined], ['2 contacts', 'M1'], ...Array(2).fill(['When?', 'M1'])],
      );
      assert.deepEqual(
        said[2]?.contacts?.map(({ vcard }) => vcard.split('\n')[2]),
        ['FN:A\\nB', 'FN:C\\nD\\,\\\\'],
      );
      const secrets = edge.appended.slice(3).map(({ data }) => Object(data).pollSecret);
      assert.equal(new Set(secrets).size, 2);
    });
  });

  it('are refused with the field that is wrong', () =>
    withEdge(shop().deps, async (ask) => {
      const OPTIONS = 'options must be a list of 2 to 12 different texts of 1 to 100 characters';
      const LIST = 'contacts must be a list of 1 to 100 objects with name and phoneNumber';
      for (const [what, body, error] of [
        ['location', { latitude: 1 }, 'to, latitude and longitude are required'],
        ['location', { latitude: 91, longitude: 1 }, 'latitude must be a number from -90 to 90'],
        ['location', { latitude: '1', longitude: 1 }, 'latitude must be a number from -90 to 90'],
        ['contact', {}, 'to and contacts are required'],
        ['contact', { contacts: [] }, LIST],
        [
          'contact',
          { contacts: [{ name: 'A', phoneNumber: 'x' }] },
          'phoneNumber must be a phone number, e.g. +4915112345678',
        ],
        ['poll', { name: 'When?' }, 'to, name and options are required'],
        ['poll', { name: 'When?', options: ['now'] }, OPTIONS],
        ['poll', { name: 'When?', options: ['now', 'now'] }, OPTIONS],
        [
          'poll',
          { name: 'When?', options: ['a', 'b'], selectableCount: 3 },
          'selectableCount must be a whole number from 0 (any number of options) to their number',
        ],
      ] as const) {
        const { status, json } = await ask(post(path(`send/${what}`), { to: TO, ...body }));
        assert.deepEqual([status, json], [400, { ok: false, error }]);
      }
    }));
});

describe('a star', () => {
  const said = { chatId: TO, messageId: 'M1' };
  const star = (account: string, body: object) => ({
    ...post(`/accounts/${account}/message/star`, body),
    method: 'PUT',
  });

  it('goes to WhatsApp with what it needs to know the message by', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      for (const [body, key, on] of [
        [said, { id: 'M1', remoteJid: TO, fromMe: false }, true],
        [{ ...said, messageId: 'S1', starred: false }, { id: 'S1', remoteJid: TO, fromMe: true }, false],
        [
          { chatId: '123@g.us', messageId: 'G1' },
          { id: 'G1', remoteJid: '123@g.us', fromMe: false, participant: TO },
          true,
        ],
      ] as const) {
        const { status, json } = await ask(star('shop', body));
        assert.deepEqual([status, Object.keys(Object(json))], [200, ['ok', 'message']]);
        assert.deepEqual(edge.called.pop(), { account: 'shop', name: 'star', ask: { key, on } });
      }
      assert.deepEqual(edge.appended, []);
    });
  });

  it('is refused for what nobody knows, and without saying for what', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      for (const [body, status, error] of [
        [{ ...said, messageId: 'NONE' }, 404, 'Message not found in database'],
        [{ chatId: TO }, 400, 'chatId and messageId are required'],
        [{ ...said, starred: 'yes' }, 400, 'starred must be true or false'],
      ] as const) {
        const answer = await ask(star('shop', body));
        assert.deepEqual([answer.status, answer.json], [status, { ok: false, error }]);
      }
      const elsewhere = await ask(star('nobody', said));
      assert.equal(elsewhere.status, 404);
      assert.deepEqual(edge.called, []);
    });
  });
});

describe('an Idempotency-Key', () => {
  const place = { latitude: 1, longitude: 2 };
  const contact = { name: 'A', phoneNumber: '+4915200000003' };
  const poll = { name: 'When?', options: ['now', 'later'] };
  const said = { chatId: TO, messageId: 'S1' };
  const cases: readonly [string, object, ...object[]][] = [
    ['send/location', { to: TO, ...place }, { latitude: 3 }, { name: 'There' }, { quotedMessageId: 'M1' }],
    ['send/contact', { to: TO, contacts: [contact] }, { contacts: [{ ...contact, name: 'B' }] }],
    ['send/poll', { to: TO, ...poll }, { options: ['now', 'never'] }, { selectableCount: 2 }],
    ['react', { ...said, emoji: '👍' }, { emoji: '👎' }, { emoji: '' }, { messageId: 'M1' }],
    ['pin', said, { pinned: false }, { duration: 86_400 }, { messageId: 'M1' }],
    ['edit', { ...said, message: 'better' }, { message: 'best' }],
    ['delete', said, { chatId: '123@g.us', messageId: 'G1' }],
    ['forward', { to: TO, messageId: 'M1' }, { to: '123@g.us' }, { messageId: 'S1' }],
  ];
  for (const [what, body, ...others] of cases)
    it(`of ${what} stands for one request alone, and for one message`, () => {
      const edge = shop();
      return withEdge(edge.deps, async (ask) => {
        const under = (changed: object = {}) =>
          ask(post(path(what), { ...body, ...changed }, { 'idempotency-key': 'k' }));
        const first = await under();
        const again = await under();
        assert.equal(first.status, 200, first.text);
        assert.deepEqual([again.status, again.text], [200, first.text]);
        assert.equal(again.headers['idempotent-replay'], 'true');
        for (const other of others) assert.equal((await under(other)).status, 422, JSON.stringify(other));
        assert.equal(edge.appended.length, 1);
      });
    });

  it('is not taken for that of another kind of request about the same message', () => {
    const edge = shop();
    return withEdge(edge.deps, async (ask) => {
      for (const [what, status] of [
        ['react', 200],
        ['delete', 422],
      ] as const)
        assert.equal((await ask(post(path(what), said, { 'idempotency-key': 'k' }))).status, status);
    });
  });
});
