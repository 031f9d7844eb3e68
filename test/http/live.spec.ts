import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { post, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

describe('blocking', () => {
  for (const action of ['block', 'unblock'])
    it(`takes people only to ${action}, before WhatsApp is asked`, async () => {
      const { deps, called } = connectedShop();
      await withEdge(deps, async (ask) => {
        const of = (contact: string) => ask(post(`/accounts/shop/contacts/${contact}/${action}`));
        const error = 'contactId must be the WhatsApp JID of a person, e.g. 1234567890@s.whatsapp.net';
        for (const contact of ['123456@g.us', 'status@broadcast', '123@newsletter', 'x']) {
          const { status, json } = await of(contact);
          assert.deepEqual([status, json], [400, { ok: false, error }]);
        }
        assert.deepEqual(called, []);
        for (const contact of ['4915200000002@s.whatsapp.net', '4915200000002', '+4915200000002'])
          assert.equal((await of(contact)).status, 200);
        assert.equal((await of('100000000000001@lid')).status, 200);
        const on = action === 'block';
        const jid = '4915200000002@s.whatsapp.net';
        assert.deepEqual(
          called.map(({ ask: asked }) => asked),
          [...Array(3).fill({ jid, on }), { jid: '100000000000001@lid', on }],
        );
      });
    });
});
