import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../src/events/codec.ts';
import { eventsOf, openSession, ownerOf, pair } from '../../support/baileys.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';
import { jidOf } from '../../support/sandbox.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const BEN = '4915400000002';
const CARL = '4915400000003';
const ACCOUNT = 'shop';

const { sandbox, gateway, close } = await openGatewayScene();
const phone = await sandbox.control.makePhone(ME, { name: 'Me' });
const ben = await sandbox.control.makePhone(BEN, { name: 'Ben' });
const benView = await ben.show();
let session = await pair(gateway.whatsApp, ownerOf(ACCOUNT, 1), phone.scan);
after(async () => {
  await session.session.close();
  await close();
});

const ofMessage = async (id: string): Promise<WildcatEvent[]> =>
  (await eventsOf(gateway.log, ACCOUNT)).filter(({ data }) => 'waId' in data && data.waId === id);
const logged = <T extends WildcatEvent['type']>(id: string, type: T) =>
  waitFor(
    async () =>
      (await ofMessage(id)).find((event): event is Extract<WildcatEvent, { type: T }> => event.type === type),
    { what: `${type} of ${id}` },
  );
const server = () => sandbox.control.account(ME);
const benAddress = () => ({ jid: `${benView.lid}@lid`, alt: jidOf(BEN) });

it('knows a person by the LID, however he is addressed', async () => {
  for (const addressing of ['lid', 'pn'] as const) {
    const id = await ben.send(ME, `as ${addressing}`, { addressing });
    const { data } = await logged(id, 'message.received');
    assert.deepEqual([data.chat, data.from], [benAddress(), benAddress()]);
  }
});

it('logs what the own phone sent as sent elsewhere, in the chat it went to', async () => {
  const id = await phone.send(BEN, 'from my phone');
  const { data } = await logged(id, 'message.sent_elsewhere');
  assert.deepEqual([data.chat, data.content], [benAddress(), { type: 'text', text: 'from my phone' }]);
  assert.equal(data.from.alt, jidOf(ME));
  await server().waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'receipt');
});

it('never links the LID of a chat to the own number', async () => {
  const links = (await eventsOf(gateway.log, ACCOUNT)).flatMap((event) =>
    event.type === 'identity.linked' ? [event.data] : [],
  );
  const mine = `${(await phone.show()).lid}@lid`;
  assert.deepEqual(
    links.filter(({ pn }) => pn === jidOf(ME)).map(({ lid }) => lid),
    [mine],
  );
  assert.ok(links.some(({ lid, pn }) => lid === benAddress().jid && pn === jidOf(BEN)));
});

it('logs what could not be read, and the message once the sender repeats it', async () => {
  await server().trouble({ kind: 'tamper-in', count: 1 });
  const id = await ben.send(ME, 'damaged on the way');
  const { data } = await logged(id, 'message.received');
  assert.equal(data.content.text, 'damaged on the way');
  const unreadable = await logged(id, 'message.undecryptable');
  assert.deepEqual(unreadable.data.chat, benAddress());
});

it('logs what could not be read of the own phone as its own, and what it says once it does', async () => {
  await server().trouble({ kind: 'tamper-in', count: 1 });
  const id = await phone.send(BEN, 'damaged, and mine');
  const { data } = await logged(id, 'message.sent_elsewhere');
  assert.equal(data.content.text, 'damaged, and mine');
  const unreadable = await logged(id, 'message.undecryptable');
  assert.deepEqual([unreadable.data.fromMe, unreadable.data.chat], [true, benAddress()]);
});

it("tells whether WhatsApp took the deletion of another one's message as an admin's", async () => {
  const carl = await sandbox.control.makePhone(CARL, { name: 'Carl' });
  const { jid: group } = await ben.makeGroup('Three', [ME, CARL]);
  const bens = await ben.send(group, 'by Ben');
  const carls = await carl.send(group, 'by Carl');
  await ben.waitForMessage((message) => message.id === carls);
  const protocolMessage = {
    type: proto.Message.ProtocolMessage.Type.REVOKE,
    key: { remoteJid: group, fromMe: false, id: bens, participant: benAddress().jid },
  };
  const bytes = proto.Message.encode({ protocolMessage }).finish();
  const forged = await carl.post(group, { proto: Buffer.from(bytes).toString('base64') });
  const byAdmin = await ben.post(group, { delete: carls });
  const own = await ben.post(group, { delete: bens });
  for (const [id, target, expected] of [
    [forged, bens, false],
    [byAdmin, carls, true],
    [own, bens, false],
  ] as const) {
    const { data } = await logged(id, 'message.revoked');
    assert.deepEqual([data.target.waId, data.byAdmin], [target, expected]);
  }
});

it('logs once what is pushed twice, and receipts both', async () => {
  await server().trouble({ kind: 'duplicate', count: 1 });
  const id = await ben.send(ME, 'twice');
  await waitFor(async () => (await server().receipts()).filter((receipt) => receipt.id === id).length === 2, {
    what: 'two receipts',
  });
  const kinds = (await server().receipts()).filter((receipt) => receipt.id === id).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['receipt', 'receipt']);
  assert.equal((await ofMessage(id)).length, 1);
});

it('has caught up only when all that had waited is in the log', async () => {
  await session.session.close();
  const burst = await sandbox.control.burst({ to: ME, from: 5, count: 300 });
  await waitFor(async () => (await phone.show()).companions[0]?.waiting === 300, { what: '300 waiting' });
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 2));
  await session.until('caught_up', 20_000);
  const ids = new Set(burst.ids);
  const found = (await eventsOf(gateway.log, ACCOUNT)).filter(
    ({ type, data, source }) => type === 'message.received' && ids.has(data.waId) && source?.offline === true,
  );
  assert.equal(found.length, 300);
});
