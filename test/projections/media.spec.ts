import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mediaProjection } from '../../src/projections/media.ts';
import { asView } from '../../src/projections/projection.ts';
import { created, deleted } from '../support/events.ts';
import { type Given, projectionSpec, recorded, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(mediaProjection));
const LID = '100000000000001@lid';
const PN = '4915100000001@s.whatsapp.net';
const KEY = 'shop/l100000000000001/l100000000000001/M1';
const ANN = { jid: LID, alt: PN };
const content = {
  type: 'image',
  text: null,
  caption: 'sea',
  media: { size: 5, mimetype: 'image/png' },
} as const;
const received: Given = {
  type: 'message.received',
  data: { waId: 'M1', chat: ANN, from: ANN, timestamp: 9, content },
};
const about = { waId: 'M1', chat: ANN, from: ANN, fromMe: false };
const kept = { fileId: 'f', sha256: 's', length: 5, mimetype: 'image/png' };
const stored: Given = { type: 'media.stored', data: { ...about, ...kept } };
const failed = (final: boolean): Given => ({
  type: 'media.failed',
  data: { ...about, attempt: 1, reason: 'lost', final },
});
const at = (tables: Tables, key = KEY): Record<string, unknown> => ({ ...tables.media?.[key] });

it('a file is to come, under every address of its chat', () =>
  given(created(), received).then((tables) =>
    assert.deepEqual(at(tables), {
      _id: KEY,
      account: 'shop',
      waId: 'M1',
      chats: ['l100000000000001', 'p4915100000001'],
      chatAddress: ANN,
      fromMe: false,
      timestamp: 9,
      seq: 2,
      type: 'image',
      caption: 'sea',
      media: content.media,
    }),
  ));

it('it is there once it was stored', () =>
  given(created(), received, stored).then((tables) =>
    assert.deepEqual(at(tables).file, {
      id: 'f',
      sha256: 's',
      length: 5,
      mimetype: 'image/png',
      at: '2026-01-01T00:00:03.000Z',
    }),
  ));

it('it is given up at the last failure only, and may still come', async () => {
  assert.equal(at(await given(received, failed(false))).error, undefined);
  assert.equal(at(await given(received, failed(true))).error, 'lost');
  const { error, file } = at(await given(received, failed(true), stored));
  assert.deepEqual([error, (file as { id: string }).id], [undefined, 'f']);
  assert.equal(at(await given(received, stored, failed(true))).error, undefined);
});

it('what is sent is there at once, without its thumbnail', () =>
  given(created(), {
    type: 'message.send_requested',
    data: {
      ...{ waId: 'S1', chat: ANN, to: PN, from: null, timestamp: 9, bodyHash: 'h' },
      content: {
        ...content,
        media: { ...content.media, fileId: 'f', sha256: 's', thumbnail: 'AA==', waveform: 'BB==' },
      },
    },
  }).then((tables) => {
    const { file, media, fromMe } = at(tables, 'shop/me/S1');
    assert.deepEqual(file, {
      id: 'f',
      sha256: 's',
      length: 5,
      mimetype: 'image/png',
      at: '2026-01-01T00:00:02.000Z',
    });
    assert.deepEqual([fromMe, media], [true, { ...content.media, fileId: 'f', sha256: 's' }]);
  }));

it('texts are no files; a fate without its message is none', () =>
  given(created(), stored, {
    type: 'message.received',
    data: { waId: 'M2', chat: ANN, from: ANN, timestamp: 9, content: { type: 'text', text: 'x' } },
  }).then((tables) => assert.deepEqual(tables.media ?? {}, {})));

it('loads nothing for a text', () => {
  const text = { ...received.data, content: { type: 'text', text: 'x' } };
  const [event] = recorded([{ ...received, data: text } as Given]);
  assert.deepEqual(event && mediaProjection.touches(event), []);
});

it('a message under the other address of a person is the same', () =>
  given(received, {
    type: 'message.received',
    data: { waId: 'M1', chat: { jid: PN, alt: LID }, from: { jid: PN, alt: LID }, timestamp: 9, content },
  }).then((tables) => assert.deepEqual(Object.keys(tables.media ?? {}), [KEY])));

it('a deleted account has none, and late facts of it make none', async () => {
  assert.deepEqual((await given(created(), received, deleted(), received)).media, {});
  const reborn = await given(created(), deleted(), { ...created(), gen: 2 }, received, {
    ...received,
    gen: 2,
  });
  assert.deepEqual(Object.keys(reborn.media ?? {}), [KEY]);
});
