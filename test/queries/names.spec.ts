import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AliasDoc, ChatDoc } from '../../src/projections/chat-doc.ts';
import { emptyChat } from '../../src/projections/chat-doc.ts';
import { namesFrom } from '../../src/queries/names.ts';
import { ANN, ANN_PN, BOB, GROUP } from '../support/events.ts';

const ann: ChatDoc = { ...emptyChat('shop', ANN.jid), pn: ANN_PN.jid };
const alias: AliasDoc = {
  _id: 'shop/p4915100000001',
  account: 'shop',
  key: 'p4915100000001',
  into: 'l100000000000001',
  lid: 'l100000000000001',
};

it('a LID goes by its number as soon as that is known, whenever the message came', () => {
  assert.deepEqual(namesFrom([ann])({ jid: ANN.jid }), { id: ANN_PN.jid, lid: ANN.jid });
  assert.deepEqual(namesFrom([])({ jid: ANN.jid }), { id: ANN.jid, lid: ANN.jid });
  assert.deepEqual(namesFrom([])(ANN), { id: ANN_PN.jid, lid: ANN.jid });
});
it('a number shows its LID', () => {
  assert.deepEqual(namesFrom([ann, alias])({ jid: ANN_PN.jid }), { id: ANN_PN.jid, lid: ANN.jid });
  assert.deepEqual(namesFrom([])({ jid: ANN_PN.jid }), { id: ANN_PN.jid, lid: null });
});
it('a message under a number that has a new owner still goes by that number', () => {
  const { pn: _, ...former } = ann;
  const relinked = { ...alias, lid: 'l100000000000002' };
  assert.equal(namesFrom([former, relinked])({ jid: ANN_PN.jid }).id, ANN_PN.jid);
});
it('a group has one name', () => {
  assert.deepEqual(namesFrom([emptyChat('shop', GROUP.jid)])(GROUP), { id: GROUP.jid, lid: null });
  assert.deepEqual(namesFrom([ann])({ jid: BOB.jid }).id, BOB.jid);
});
