import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { contentOf } from '../../../../src/adapters/baileys/reading/content.ts';
import { seconds, whole } from '../../../../src/adapters/baileys/reading/fields.ts';

/** As it comes out of a decryption: through the wire format. */
const wire = (message: object): proto.IMessage =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish());
const read = (message: object) => contentOf(wire(message));

describe('whatever can hold a message', () => {
  const inside = { message: { conversation: 'x' } };
  const wordsIn = (part: unknown): unknown => {
    const { message } = { ...(part as { message?: proto.IMessage } | null) };
    return message?.conversation;
  };
  const fields = Object.keys(proto.Message.prototype) as (keyof proto.IMessage)[];
  const envelopes = fields.filter((name) => {
    try {
      return wordsIn(wire({ [name]: inside })[name]) === 'x';
    } catch {
      return false; // not a message at all
    }
  });

  it('is opened, whichever of its envelopes this version of Baileys knows', () => {
    assert.ok(envelopes.length > 20, `${envelopes.length}`);
    const closed = envelopes.filter((name) => read({ [name]: inside }).text !== 'x');
    assert.deepEqual(closed, []);
  });

  it('tells what is to be seen once', () => {
    const image = { message: { imageMessage: {} } };
    const once = envelopes.filter((name) => read({ [name]: image }).viewOnce);
    assert.deepEqual(new Set(once), new Set(fields.filter((name) => name.startsWith('viewOnce'))));
    assert.deepEqual(read({ viewOnceMessage: inside }), { type: 'text', text: 'x' });
  });
});

it('how a message stands to others is read whatever it is', () => {
  const contextInfo = { isForwarded: true, expiration: 60 };
  for (const part of [
    'extendedTextMessage',
    'imageMessage',
    'ptvMessage',
    'audioMessage',
    'stickerMessage',
    'locationMessage',
    'liveLocationMessage',
    'contactMessage',
    'contactsArrayMessage',
    'pollCreationMessage',
    'pollCreationMessageV2',
    'pollCreationMessageV3',
    'pollCreationMessageV5',
    'eventMessage',
    'groupInviteMessage',
    'buttonsResponseMessage',
    'templateButtonReplyMessage',
    'listResponseMessage',
    'interactiveResponseMessage',
  ]) {
    const { isForwarded, expiresIn, type } = read({ [part]: { contextInfo } });
    assert.deepEqual([isForwarded, expiresIn], [true, 60], `${part}, read as ${type}`);
  }
});

it('what businesses send is read as a whole, the small print and how it stands included', () => {
  const contextInfo = { isForwarded: true };
  const note = { extendedTextMessage: { text: 'x', contextInfo } };
  for (const [message, text] of [
    [{ buttonsMessage: { contentText: 'x', footerText: 'small', contextInfo } }, 'x\nsmall'],
    [{ listMessage: { title: 'x', description: 'y', footerText: 'small', contextInfo } }, 'x\ny\nsmall'],
    [{ productMessage: { product: { title: 'x' }, footer: 'small', contextInfo } }, 'x\nsmall'],
    [{ productMessage: { catalog: { title: 'x' }, contextInfo } }, 'x'],
    [{ interactiveMessage: { header: { title: 'x', subtitle: 'y' }, contextInfo } }, 'x\ny'],
    [{ templateMessage: { hydratedTemplate: { hydratedContentText: 'x' }, contextInfo } }, 'x'],
    [{ templateMessage: { interactiveMessageTemplate: { body: { text: 'x' } }, contextInfo } }, 'x'],
    [{ orderMessage: { message: 'x', contextInfo } }, 'x'],
    [{ richResponseMessage: { submessages: [{ messageText: 'x' }], contextInfo } }, 'x'],
    [{ sendPaymentMessage: { noteMessage: note } }, 'x'],
    [{ requestPaymentMessage: { noteMessage: note } }, 'x'],
  ] as const) {
    const said = read(message);
    assert.deepEqual([said.text, said.isForwarded], [text, true], Object.keys(message)[0]);
  }
  assert.equal(read({ invoiceMessage: { note: 'x' } }).text, 'x');
  const imageMessage = { mimetype: 'image/png' };
  const template = { templateMessage: { fourRowTemplate: { imageMessage }, contextInfo } };
  assert.deepEqual(read(template), { type: 'image', text: null, media: imageMessage, isForwarded: true });
});

it('a quote needs its id and its words, and a timer of none is none', () => {
  const { text, ...quoted } = { text: 'a', ...{ stanzaId: 'Q', quotedMessage: { conversation: 'q' } } };
  const said = (contextInfo: object) => read({ extendedTextMessage: { text, contextInfo } });
  assert.deepEqual(said(quoted).quoted, { messageId: 'Q', participant: null, text: 'q', hasMedia: false });
  for (const half of [{ stanzaId: 'Q' }, { quotedMessage: quoted.quotedMessage }, { expiration: 0 }])
    assert.deepEqual(said(half), { type: 'text', text });
});

describe('what a stranger sends too much of is cut', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => i);
  const cards = (n: number, vcard: string) => ({
    contactsArrayMessage: { contacts: many(n).map((i) => ({ displayName: `${i}`, vcard })) },
  });

  it('cards and options', () => {
    assert.equal(read(cards(300, 'x')).contacts?.length, 256);
    assert.equal(read(cards(10, 'x'.repeat(32_768))).contacts?.length, 4, 'by their size, too');
    const options = many(100).map((i) => ({ optionName: `${i}` }));
    assert.equal(read({ pollCreationMessage: { options } }).poll?.options.length, 64);
  });

  it('numbers that are none', () => {
    const long = (text: string) => ({ toString: () => text });
    for (const [value, is] of [
      [5, 5],
      ['5', 5],
      [long('5'), 5],
      [0, 0],
      [-1, undefined],
      [1.5, undefined],
      [2 ** 53, undefined],
      [long('18446744073709551615'), undefined],
      [Number.NaN, undefined],
      [undefined, undefined],
    ] as const)
      assert.equal(whole(value), is, String(value));
    assert.deepEqual([null, undefined, -1, 7, 2 ** 52].map(seconds), [0, 0, 0, 7, 253_402_300_799]);
  });
});

describe('a place', () => {
  it('is one only with both of its coordinates', () => {
    for (const half of [
      { degreesLatitude: 1 },
      { degreesLongitude: 1 },
      { degreesLatitude: Number.NaN, degreesLongitude: 1 },
    ])
      assert.equal(contentOf({ locationMessage: half }).location, undefined);
  });

  it('is told by its name, its address, or what is said of it', () => {
    const at = { degreesLatitude: 1, degreesLongitude: 2 };
    const named = { locationMessage: { ...at, name: 'Here', address: 'Street' } };
    assert.deepEqual(read(named), {
      ...{ type: 'location', text: 'Here' },
      location: { latitude: 1, longitude: 2, name: 'Here', address: 'Street' },
    });
    assert.equal(read({ liveLocationMessage: { ...at, caption: 'on my way' } }).text, 'on my way');
  });
});

it('other things have the words that a person sees', () => {
  for (const [message, type, text] of [
    [{ groupInviteMessage: { groupName: 'Friends' } }, 'text', 'Friends'],
    [{ groupInviteMessage: { groupName: 'Friends', caption: 'join!' } }, 'text', 'join!'],
    [{ scheduledCallCreationMessage: { title: 'Weekly' } }, 'call', 'Weekly'],
    [{ callLogMesssage: {} }, 'call', null],
    [{ keepInChatMessage: {} }, 'system', null],
    [{ protocolMessage: { type: 3 } }, 'system', null],
  ] as const)
    assert.deepEqual(read(message), { type, text });
});
