import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pictureEvent } from '../../../../src/adapters/baileys/reading/pictures.ts';

const directory = {
  me: () => ({ pn: '491500:7@s.whatsapp.net', lid: '900:7@lid' }),
  lidOf: () => undefined,
  pnOf: () => undefined,
};
const ANN = '4915111111@s.whatsapp.net';
const read = (attrs: Record<string, string>, content: unknown) =>
  pictureEvent({ tag: 'notification', attrs, content } as never, directory, 1_700_000_009);
const node = (tag: string, attrs: Record<string, string> = {}) => ({ tag, attrs });
const from = { type: 'picture', from: ANN, t: '1700000000' };
const changed = (more: object = {}) => ({
  type: 'contact.picture_changed',
  data: { chat: { jid: ANN }, timestamp: 1_700_000_000, ...more },
});

for (const [what, attrs, children, event] of [
  ['another picture', from, [node('set', { id: '17' })], changed({ pictureId: '17' })],
  [
    'a first picture, which rc14 calls removed',
    from,
    [node('add', { id: '17' })],
    changed({ pictureId: '17' }),
  ],
  ['one without an id', from, [node('set')], changed()],
  ['one without a time', { ...from, t: 'x' }, [node('set')], changed({ timestamp: 1_700_000_009 })],
  [
    'that it is gone',
    from,
    [node('delete')],
    { type: 'contact.picture_removed', data: { chat: { jid: ANN }, timestamp: 1_700_000_000 } },
  ],
  ["nothing from a group's, which comes as a message", { ...from, from: '1-2@g.us' }, [node('set')], null],
  ['nothing from what names nobody', { type: 'picture', t: '1' }, [node('set', { hash: 'x' })], null],
  ['nothing from another question', from, [node('request')], null],
  ['nothing from other notifications', { ...from, type: 'status' }, [node('set')], null],
  ['nothing from bytes', from, Buffer.from('set'), null],
] as const)
  it(`reads ${what}`, () => assert.deepEqual(read({ ...attrs }, children), event));
