import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Service, startService } from './service.ts';
import { waitFor } from './wait.ts';
import { jidOf, logged, messagesOf, pair, startWorld, untilStatus, type World, waIds } from './world.ts';

const ACCOUNT = 'shop';
const sorted = (ids: readonly string[]): string[] => [...ids].sort();

/**
 * The crash tests at every failpoint of receiving, sending and projecting, one after the other on one account.
 * `dedupeMs`: how long the log's server recognises what it has by itself.
 */
export const crashSpec = (dedupeMs: number): void => {
  describe(`killed at the worst moment, with a dedupe window of ${dedupeMs / 1_000} s`, () => {
    let world: World;
    let own: PhoneHandle;
    let anna: PhoneHandle;
    const received: string[] = [];
    const sent: string[] = [];

    before(async () => {
      world = await startWorld({ durable: true, dedupeMs });
      own = await world.sandbox.makePhone('4915100000001');
      anna = await world.sandbox.makePhone('4915100000002');
      const service = await startService(world.env);
      await pair(service, ACCOUNT, own);
      assert.equal(await service.stop(), 0);
    });
    after(() => world?.close());

    const connected = async (env: Readonly<Record<string, string>> = {}): Promise<Service> => {
      const service = await startService({ ...world.env, ...env });
      await untilStatus(service, ACCOUNT, 'connected');
      return service;
    };
    const receive = async (text: string): Promise<void> => {
      received.push(await anna.send(own.number, text));
    };
    /** Resolves with the id where there was an answer; the process may die before it. */
    const send = async (service: Service, message: string, key: string): Promise<string | undefined> => {
      const headers = { 'Idempotency-Key': key };
      const answer = await service
        .send('POST', `/accounts/${ACCOUNT}/message/send`, { to: jidOf(anna), message }, headers)
        .catch(() => undefined);
      return answer === undefined ? undefined : String(answer.body.messageId);
    };

    /** All that was ever sent and received is there once: in the log, in the views and on the phone. */
    const nothingLostNothingTwice = async (service: Service): Promise<void> => {
      const views = async () =>
        (await messagesOf(service, ACCOUNT, jidOf(anna))).map(({ messageId }) => messageId);
      const expected = sorted([...received, ...sent]);
      await waitFor(async () => (await views()).length >= expected.length, {
        what: 'all messages in the view',
      });
      assert.deepEqual(sorted(await views()), expected);
      assert.deepEqual(sorted(waIds(await logged(world, 'message.received'))), sorted(received));
      assert.deepEqual(sorted(waIds(await logged(world, 'message.send_requested'))), sorted(sent));
      await waitFor(async () => (await logged(world, 'message.sent')).length >= sent.length, {
        what: 'acks logged',
      });
      assert.deepEqual(sorted(waIds(await logged(world, 'message.sent'))), sorted(sent));
      const shown = (await anna.displayed()).filter(({ fromMe }) => !fromMe);
      assert.deepEqual(sorted(shown.map(({ id }) => id)), sorted(sent));
    };

    for (const failpoint of ['receive.after_append', 'receive.after_commit', 'projection.mid_transaction']) {
      it(`${failpoint}, while messages come in`, async () => {
        // it may die before it is connected: what it writes first is that it connects
        const dying = await startService({ ...world.env, WILDCAT_FAILPOINT: `${failpoint}:2` });
        for (let n = 1; n <= 5; n++) await receive(`${failpoint} ${n}`);
        await dying.gone;
        await receive('while it was away');
        const service = await connected();
        await receive('after it came back');
        await nothingLostNothingTwice(service);
        await service.kill();
      });
    }

    for (const failpoint of ['send.after_attempt', 'send.after_frame', 'send.acked']) {
      it(`${failpoint}, while messages go out`, async () => {
        const dying = await connected({ WILDCAT_FAILPOINT: failpoint });
        const key = `${failpoint}-${dedupeMs}`;
        await send(dying, failpoint, key);
        await dying.gone;
        const service = await connected();
        const id = await send(service, failpoint, key);
        assert.ok(id !== undefined);
        sent.push(id);
        await nothingLostNothingTwice(service);
        await service.kill();
      });
    }

    it('after the receipt was lost on the wire', async () => {
      const service = await connected();
      await world.sandbox.account(own.number).trouble({ kind: 'lose-receipts', count: 1 });
      await receive('its receipt is lost');
      await waitFor(
        async () => waIds(await logged(world, 'message.received')).includes(received.at(-1) ?? ''),
        {
          what: 'message in the log',
        },
      );
      await service.kill();
      const next = await connected();
      await receive('and the next one');
      await nothingLostNothingTwice(next);
      assert.equal(await next.stop(), 0);
    });

    it('twice in a row: a stop in order changes nothing', async () => {
      const service = await connected();
      await nothingLostNothingTwice(service);
      assert.equal(await service.stop(), 0);
    });
  });
};
