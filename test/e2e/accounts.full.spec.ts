import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNTS = 20;

let world: World;
let service: Service;
let anna: PhoneHandle;
let shops: readonly Readonly<{ account: string; own: PhoneHandle }>[];

before(async () => {
  world = await startWorld({ durable: true });
  anna = await world.sandbox.makePhone('4915100000002', { deliverAfter: 0, readAfter: 0 });
  const making = Array.from({ length: ACCOUNTS }, async (_, n) => ({
    account: `shop${n}`,
    own: await world.sandbox.makePhone(`49151100000${String(n).padStart(2, '0')}`),
  }));
  shops = await Promise.all(making);
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const exchange = async (label: string, times: number): Promise<void> => {
  await Promise.all(
    shops.map(async ({ account, own }) => {
      for (let n = 1; n <= times; n++) {
        const incoming = await anna.send(own.number, `${label} ${n} to ${account}`);
        const message = `${label} ${n} from ${account}`;
        const answer = await service.send('POST', `/accounts/${account}/message/send`, {
          to: jidOf(anna),
          message,
        });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        await waitFor(
          async () =>
            (await messagesOf(service, account, jidOf(anna))).some(({ messageId }) => messageId === incoming),
          { what: `message for ${account}`, ms: 30_000 },
        );
      }
    }),
  );
};

it(`pairs ${ACCOUNTS} accounts at once, and each has its own conversation`, async () => {
  const began = performance.now();
  await Promise.all(shops.map(({ account, own }) => pair(service, account, own)));
  process.stderr.write(`# ${ACCOUNTS} paired in ${Math.round(performance.now() - began)} ms\n`);
  await exchange('first', 3);
  for (const { account } of shops) {
    const texts = (await messagesOf(service, account, jidOf(anna))).map(({ text }) => text);
    assert.equal(texts.length, 6);
    assert.ok(
      texts.every((text) => text?.endsWith(` ${account}`)),
      texts.join(),
    );
  }
});

it('brings them all back after kill -9', async () => {
  await service.kill();
  const began = performance.now();
  service = await startService(world.env);
  await Promise.all(shops.map(({ account }) => untilStatus(service, account, 'connected', 60_000)));
  process.stderr.write(`# ${ACCOUNTS} back after ${Math.round(performance.now() - began)} ms\n`);
  await exchange('second', 1);
  const shown = (await anna.displayed()).filter(({ fromMe }) => !fromMe);
  assert.equal(shown.length, ACCOUNTS * 4);
  assert.equal(new Set(shown.map(({ text }) => text)).size, ACCOUNTS * 4);
  assert.equal(await service.stop(), 0);
});
