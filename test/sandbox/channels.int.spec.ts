import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BaileysEventMap } from '@whiskeysockets/baileys';
import { until } from '../support/bare-baileys.ts';
import { jidOf, openPair } from '../support/sandbox.ts';

const ME = '4915150000001';
const BEN = '4915150000002';
const STATUS = 'status@broadcast';

const { me, ben } = await openPair(ME, BEN);

const heard = (id: string) =>
  until(`text of ${id}`, () =>
    me.client.upserts.find(
      ({ message }) =>
        message.key.id === id && (message.message?.conversation || message.message?.extendedTextMessage),
    ),
  );

it('carries a status of a phone to those it is for', async () => {
  const id = await ben.send(STATUS, 'on the summit', { audience: [ME] });
  const { message } = await heard(id);
  assert.equal(message.key.remoteJid, STATUS);
  assert.equal(message.key.participant, `${(await ben.show()).lid}@lid`);
  assert.equal(message.key.fromMe, false);
  const unseen = await ben.send(STATUS, 'for nobody', { audience: [] });
  await heard(await ben.send(STATUS, 'back in the valley', { audience: [ME] }));
  assert.ok(!me.client.upserts.some((one) => one.message.key.id === unseen));
  const seen = await me.server.waitForReceipt((receipt) => receipt.id === id);
  assert.equal(seen.kind, 'receipt');
});

it('shows a companion the status of its own phone', async () => {
  const id = await me.phone.send(STATUS, 'my own', { audience: [BEN] });
  const { message } = await heard(id);
  assert.equal(message.key.fromMe, true);
  await ben.waitForMessage((shown) => shown.id === id && shown.from === ME);
});

it('repairs a damaged status', async () => {
  await me.server.trouble({ kind: 'tamper-in', count: 1 });
  await heard(await ben.send(STATUS, 'damaged', { audience: [ME] }));
});

it('carries a status of a companion to phones', async () => {
  const sent = await me.client
    .sock()
    .sendMessage(STATUS, { text: 'hello world' }, { statusJidList: [jidOf(BEN)], broadcast: true });
  const shown = await ben.waitForMessage(({ id }) => id === sent?.key.id);
  assert.equal(shown.chat, STATUS);
  assert.equal(shown.from, ME);
  assert.equal(shown.text, 'hello world');
});

it('describes a newsletter, lets one follow it, and brings what is published', async () => {
  const made = await ben.makeNewsletter('News of Ben', 'All of them');
  const sock = me.client.sock();
  const metadata = await sock.newsletterMetadata('jid', made.jid);
  assert.equal(metadata?.id, made.jid);
  const byInvite = await sock.newsletterMetadata('invite', made.invite);
  assert.equal(byInvite?.id, made.jid);
  const missed = await ben.publish(made.jid, 'nobody follows yet');
  await sock.newsletterFollow(made.jid);
  assert.deepEqual((await ben.newsletter(made.jid)).followers, [BEN, ME]);
  const { id, serverId } = await ben.publish(made.jid, 'extra, extra');
  const { message } = await heard(id);
  assert.equal(message.key.remoteJid, made.jid);
  assert.ok(serverId > missed.serverId);
  await ben.waitForMessage((shown) => shown.id === id && shown.chat === made.jid);
  assert.ok(!me.client.upserts.some((one) => one.message.key.id === missed.id));
  assert.deepEqual(await sock.subscribeNewsletterUpdates(made.jid), { duration: '300' });
  const reactions: BaileysEventMap['newsletter.reaction'][] = [];
  sock.ev.on('newsletter.reaction', (reaction) => reactions.push(reaction));
  await sock.newsletterReactMessage(made.jid, String(serverId), '👍');
  const reaction = await until('the reaction', () => reactions[0]);
  assert.deepEqual(
    [reaction.id, reaction.server_id, reaction.reaction.code],
    [made.jid, String(serverId), '👍'],
  );
  await sock.newsletterUnfollow(made.jid);
  assert.deepEqual((await ben.newsletter(made.jid)).followers, [BEN]);
});

it('lets a companion run a newsletter', async () => {
  const sock = me.client.sock();
  const created = await sock.newsletterCreate('Mine', 'by a companion');
  await ben.follow(created.id);
  const sent = await sock.sendMessage(created.id, { text: 'first issue' });
  const shown = await ben.waitForMessage(({ id }) => id === sent?.key.id);
  assert.equal(shown.text, 'first issue');
  await assert.rejects(sock.newsletterMetadata('jid', '120363000000000000@newsletter'), /Not Found/);
});
