// a spec that fails on purpose, run by frames.full.spec.ts
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, openSandbox, type TestSandbox } from '../support/sandbox.ts';

let test: TestSandbox;
let me: Account;
before(async () => {
  test = await openSandbox();
  me = await test.pair('4915700000003');
});
after(() => test.close());
dumpFramesOnFailure(() => test);

it('fails', async () => {
  const ben = await test.control.makePhone('4915700000004', { name: 'Ben' });
  const id = await ben.send(me.phone.number, 'before the failure');
  await me.server.waitForReceipt((receipt) => receipt.id === id);
  assert.fail('on purpose');
});
it('passes', () => undefined);
