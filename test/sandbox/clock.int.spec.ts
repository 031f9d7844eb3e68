import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { untilUpsert } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { download, trusting, uploadedAgain } from '../support/media.ts';
import { openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4916500000001';
const BEN = '4916500000002';
const DAY = 86_400_000;
const BEGIN = Date.UTC(2030, 0, 1);

let test: TestSandbox;
before(async () => {
  test = await openSandbox({ now: () => BEGIN });
});
after(() => test.close());
dumpFramesOnFailure(() => test);

it('stands still or goes ahead as a test has it', async () => {
  const { ca } = test.sandbox;
  const me = await test.pair(ME, { config: trusting(ca) });
  const ben = await test.control.makePhone(BEN, { name: 'Ben' });
  const heard = async (id: string) => (await untilUpsert(me.client, id)).message;

  const brief = await ben.send(ME, 'for a day', { expiration: DAY / 1000 });
  const file = await ben.sendFile(ME, { kind: 'document', data: Buffer.from('for two weeks') });
  assert.equal((await heard(brief)).messageTimestamp, BEGIN / 1000);
  const withFile = await heard(file);
  assert.equal((await download(withFile, ca)).toString(), 'for two weeks');

  assert.equal(await test.control.forward(DAY - 1), BEGIN + DAY - 1);
  assert.ok((await ben.displayed()).some(({ id }) => id === brief));
  await test.control.forward(1);
  assert.ok((await ben.displayed()).every(({ id }) => id !== brief));
  const later = await ben.send(ME, 'a day later');
  assert.equal((await heard(later)).messageTimestamp, (BEGIN + DAY) / 1000);

  await test.control.forward(14 * DAY);
  await assert.rejects(download(withFile, ca), (error: Error) => /410/.test(JSON.stringify(error)));
  const again = await uploadedAgain(me.client.sock(), withFile);
  assert.equal((await download(again, ca)).toString(), 'for two weeks');
});

it('refuses to go back', async () => {
  await assert.rejects(test.control.forward(-1), { status: 400, field: 'forward' });
});
