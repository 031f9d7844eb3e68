import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Contact } from '@whiskeysockets/baileys';
import sharp from 'sharp';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { pairBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { makeJpeg } from '../support/media.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915800000001';
const BEN = '4915800000002';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
let jpeg: Buffer;
const contacts: Partial<Contact>[] = [];
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME);
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  jpeg = await makeJpeg(640, 640);
  me.client.sock().ev.on('contacts.update', (all) => contacts.push(...all));
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const get = async (url: string | undefined) => {
  const response = await fetch(url ?? '', { dispatcher: new Agent({ connect: { ca: test.sandbox.ca } }) });
  assert.equal(response.headers.get('content-type'), 'image/jpeg');
  return Buffer.from(await response.arrayBuffer());
};
const changes = (jid: string) => contacts.filter(({ id }) => id === jid).map(({ imgUrl }) => imgUrl);

it('shows a contact’s picture, small and large, and tells of a new one', async () => {
  const sock = me.client.sock();
  await assert.rejects(sock.profilePictureUrl(jidOf(BEN)), /item-not-found/);
  // a client is told about those it has talked to
  await sock.sendMessage(jidOf(BEN), { text: 'hello' });
  await ben.setPicture(jpeg);
  await until('news', () => changes(jidOf(BEN)).includes('changed'));
  const { lid } = await ben.show();
  for (const jid of [jidOf(BEN), `${lid}@lid`]) {
    assert.deepEqual(await get(await sock.profilePictureUrl(jid, 'image')), jpeg);
  }
  const small = await until('the small one', async () => {
    const picture = await get(await sock.profilePictureUrl(jidOf(BEN)));
    return (await sharp(picture).metadata()).width === 96 && picture;
  });
  assert.ok(small.length < jpeg.length);
  assert.deepEqual(await me.phone.picture(BEN), jpeg);

  await ben.setPicture(undefined);
  await until('news', () => changes(jidOf(BEN)).includes('removed'));
  await assert.rejects(sock.profilePictureUrl(jidOf(BEN)), /item-not-found/);
  await assert.rejects(me.phone.picture(BEN), { status: 404 });
});

it('takes a companion’s picture, and takes it away', async () => {
  const sock = me.client.sock();
  await sock.updateProfilePicture(me.jid, await makeJpeg(1000, 700));
  const mine = await ben.picture(ME);
  assert.equal((await sharp(mine).metadata()).width, 640);
  assert.deepEqual(await get(await sock.profilePictureUrl(me.jid, 'image')), mine);
  await until('news', () => changes(me.jid).includes('changed'));
  await sock.removeProfilePicture(me.jid);
  await assert.rejects(ben.picture(ME), { status: 404 });
  await assert.rejects(sock.updateProfilePicture(jidOf(BEN), jpeg), /not-authorized/);
});

it('gives a group its picture, and tells its members', async () => {
  const { jid } = await ben.makeGroup('Faces', [ME]);
  const sock = me.client.sock();
  await sock.updateProfilePicture(jid, jpeg);
  await until('news', () => changes(jid).includes('changed'));
  const image = await get(await sock.profilePictureUrl(jid, 'image'));
  assert.deepEqual(await ben.picture(jid), image);
  await ben.changeGroup(jid, { kind: 'locked', on: true });
  await assert.rejects(sock.removeProfilePicture(jid), /not-authorized/);
});

it('hides a picture and the words under a name from others when told to', async () => {
  await ben.setPicture(jpeg);
  const other = await test.pair('4915800000003');
  await other.phone.setPicture(jpeg);
  await other.client.sock().updateProfilePicturePrivacy('none');
  await other.client.sock().updateStatusPrivacy('none');
  const sock = me.client.sock();
  await assert.rejects(sock.profilePictureUrl(other.jid), /not-authorized/);
  await assert.rejects(ben.picture('4915800000003'), { status: 404 });
  const [hidden] = (await sock.fetchStatus(other.jid)) ?? [];
  assert.deepEqual(hidden?.status, { status: '', setAt: new Date(0) });
  assert.ok(await other.client.sock().profilePictureUrl(other.jid));
});

it('shows what people say about themselves, both ways', async () => {
  const sock = me.client.sock();
  await ben.setAbout('On holiday');
  const [found] = (await sock.fetchStatus(jidOf(BEN))) ?? [];
  const status = z.object({ status: z.string(), setAt: z.date() }).parse(found?.status);
  assert.equal(status.status, 'On holiday');
  assert.ok(Math.abs(status.setAt.getTime() - Date.now()) < 60_000);
  await sock.updateProfileStatus('At work');
  assert.equal(await ben.about(ME), 'At work');
});

it('keeps the timer new chats start with, and tells other companions', async () => {
  const second = await pairBaileys(test.sandbox, me.phone.scan);
  await me.client.sock().updateDefaultDisappearingMode(604_800);
  await until('news', () => {
    const { defaultDisappearingMode } = second.auth.creds.accountSettings;
    return defaultDisappearingMode?.ephemeralExpiration === 604_800;
  });
  const [found] = (await me.client.sock().fetchDisappearingDuration(me.jid)) ?? [];
  assert.equal(z.object({ duration: z.number() }).parse(found?.disappearing_mode).duration, 604_800);
  await second.close();
});
