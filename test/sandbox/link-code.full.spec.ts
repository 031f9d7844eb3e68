import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type BareBaileys, openBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915110000001';
const BEN = '4915110000002';

let test: TestSandbox;
before(async () => {
  test = await openSandbox();
});
after(() => test.close());
dumpFramesOnFailure(() => test);

/** A client that shows a code for a phone as soon as it could show a QR. */
const showCode = async (number: string, custom?: string): Promise<{ client: BareBaileys; code: string }> => {
  let asked = false;
  let code: string | undefined;
  let failure: unknown;
  const client = openBaileys(test.sandbox, {
    onQr: () => {
      if (asked) return;
      asked = true;
      client
        .sock()
        .requestPairingCode(number, custom)
        .then(
          (shown) => {
            code = shown;
          },
          (error: unknown) => {
            failure = error;
          },
        );
    },
  });
  await until('a code', () => {
    if (failure !== undefined) throw failure;
    return code;
  });
  await until('the phone to be told', async () =>
    (await test.control.state()).waitingForCode.includes(number),
  );
  return { client, code: code ?? '' };
};

it('pairs by an 8-digit code', async () => {
  const phone = await test.control.makePhone(ME, { name: 'Me' });
  const { client, code } = await showCode(ME);
  assert.match(code, /^[1-9A-Z]{8}$/);
  const { jid } = await phone.enterCode(`${code.slice(0, 4)}-${code.slice(4)}`);
  assert.equal(jid, `${ME}:1@s.whatsapp.net`);
  await until('first sync', () => client.auth.creds.accountSyncCounter > 0);
  assert.equal(client.auth.creds.me?.id, jid);
  assert.equal(client.auth.creds.registered, true);
  const ben = await test.control.makePhone(BEN, { name: 'Ben' });
  const sent = await client.sock().sendMessage(jidOf(BEN), { text: 'paired by code' });
  await ben.waitForMessage(({ id }) => id === sent?.key.id);
  assert.deepEqual((await test.control.state()).waitingForCode, []);
  await client.close();
});

it('pairs by a code of one’s own', async () => {
  const phone = await test.control.makePhone(BEN);
  const { client } = await showCode(BEN, 'WILDCAT1');
  await phone.enterCode('wildcat1');
  await until('first sync', () => client.auth.creds.accountSyncCounter > 0);
  await client.close();
});

it('refuses a wrong code, and takes the right one afterwards', async () => {
  const phone = await test.control.makePhone('4915110000003');
  await assert.rejects(phone.enterCode('ABCDEFGH'), { code: 'bad_code', field: 'code' });
  const { client, code } = await showCode('4915110000003');
  const wrong = code === 'ABCDEFGH' ? 'BBCDEFGH' : 'ABCDEFGH';
  await assert.rejects(phone.enterCode(wrong), { code: 'bad_code', field: 'code' });
  await phone.enterCode(code);
  await until('first sync', () => client.auth.creds.accountSyncCounter > 0);
  await client.close();
});
