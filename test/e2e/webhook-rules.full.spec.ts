import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { firsts, idOf, positionOf } from '../support/receiver.ts';
import { waitFor } from '../support/wait.ts';
import { chatOf, message, waIdOf, waIdsOf } from '../support/webhook-events.ts';
import { openWebhookScene, type WebhookScene } from '../support/webhook-scene.ts';
import { logged } from '../support/world.ts';

describe('what a webhook is told', () => {
  let scene: WebhookScene;
  before(async () => {
    scene = await openWebhookScene({ WEBHOOK_KEEP_DELIVERIES: '2h' });
  });
  afterEach(() => scene.clear());
  after(() => scene?.close());

  it('is what its accounts do, from a moment on', async () => {
    await scene.append(message('A0', 1, 'mine'));
    const since = await waitFor(
      async () => {
        const now = new Date();
        // the log's clock has gone on
        const [seq = 0] = await scene.append(message(`tick${now.getTime()}`, 1, 'others'));
        return (await scene.log.before(now)) < seq && now.toISOString();
      },
      { what: 'a moment between two events' },
    );
    await scene.append(message('A1', 1, 'mine'), message('B1', 1, 'others'));
    await scene.register({ accounts: ['mine'], startAt: since });
    await scene.append(message('B2', 1, 'others'), message('A2', 1, 'mine'));
    await scene.untilGot(2);
    assert.deepEqual(waIdsOf(scene.receiver.got), ['A1', 'A2']);
    const url = `${scene.receiver.url}/none`;
    const { status, body } = await scene.send('POST', '/accounts/nobody/webhooks', { url });
    assert.deepEqual([status, body.error], [404, 'Account not found']);
  });

  it('comes in any order where it wants none: nothing waits behind a failure', async () => {
    await scene.register({ order: 'none' });
    scene.receiver.answer((got) => (waIdOf(got) === 'N1' ? 500 : 200));
    await scene.append(message('N1', 1), message('N2', 1));
    await waitFor(() => waIdsOf(scene.receiver.got).includes('N2'), { what: 'what came behind a failure' });
    scene.receiver.answer(() => 200);
    await waitFor(() => waIdsOf(scene.receiver.got).filter((id) => id === 'N1').length === 2, {
      what: 'another try',
    });
  });

  it('goes to its new URL, with what it asks for now, from where it stood', async () => {
    const { id } = await scene.register();
    await scene.append(message('U1', 1));
    await scene.untilGot(1);
    await scene.send('POST', `/webhooks/${id}/pause`);
    await scene.append(message('U2', 1));
    const change = {
      url: `${scene.receiver.url}/moved`,
      headers: { 'x-own': 'yes' },
      format: 'cloudevents',
      events: ['message.received'],
    };
    const { status, body } = await scene.send('PATCH', `/webhooks/${id}`, change);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual((body.webhook as { headers: unknown }).headers, ['x-own']);
    await scene.send('POST', `/webhooks/${id}/resume`);
    await scene.untilGot(2);
    const [, second] = scene.receiver.got;
    assert.deepEqual([second?.path, second && waIdOf(second)], ['/moved', 'U2']);
    assert.deepEqual(
      [second?.headers['x-own'], second?.headers['content-type']],
      ['yes', 'application/cloudevents+json'],
    );
  });

  it('leaves a receiver alone for as long as it asks, all chats of it', async () => {
    await scene.register();
    scene.receiver.answer((_, response) => {
      scene.receiver.answer(() => 200);
      response.writeHead(429, { 'retry-after': '3' }).end();
      return undefined;
    });
    await scene.append(message('H1', 1));
    await scene.untilGot(1);
    await scene.append(message('H2', 2));
    await scene.untilGot(3);
    const [refused, ...later] = scene.receiver.got;
    assert.deepEqual(waIdsOf(later).sort(), ['H1', 'H2']);
    // a lower bound: however slow the machine is, it can't come sooner. The schedule alone says one second.
    for (const one of later)
      assert.ok(one.at - (refused?.at ?? 0) >= 2_900, `${one.at - (refused?.at ?? 0)} ms`);
  });

  it('is a replay of what happened in a time, of these accounts and events', async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const [seq = 0] = await scene.append(message('R1', 1, 'replayed'));
    await scene.append(message('R2', 1));
    const { id } = await scene.register({ format: 'cloudevents' });
    const asked = { from, to: seq, accountId: 'replayed', events: ['message.*'] };
    const { status, body } = await scene.send('POST', `/webhooks/${id}/replay`, asked);
    assert.equal(status, 202, JSON.stringify(body));
    await waitFor(async () => (await scene.webhook(id)).replays.length === 0, {
      what: 'the end of the replay',
    });
    assert.deepEqual(waIdsOf(scene.receiver.got), ['R1']);
    const foreign = await scene.register({ accounts: ['shop'] });
    const wrong = await scene.send('POST', `/webhooks/${foreign.id}/replay`, asked);
    assert.equal(wrong.status, 400);
  });

  it('stays in order where a kill came between the rows of a chat', async () => {
    const { id } = await scene.register();
    await scene.service().kill();
    const [, before = 0, , after = 0] = await scene.append(
      ...[message('K0', 2), message('K1', 1), message('K2', 3), message('K3', 1)],
    );
    // K1 was about to be parked, and K3 behind it: only the second row was written
    const row = { line: String(id), seq: after, previous: before, at: 0, account: 'shop', failed: 0 };
    const lane = `shop/p${chatOf(1).jid.split('@')[0]}`;
    await scene.state.collection<{ _id: string }>('webhook_parked').insertOne({
      _id: `${id}/${String(after).padStart(16, '0')}`,
      ...{ ...row, lane, notBefore: 0 },
    });
    await scene.restart();
    await scene.untilGot(4);
    const own = waIdsOf(firsts(scene.receiver.got)).filter((waId) => waId === 'K1' || waId === 'K3');
    assert.deepEqual(own, ['K1', 'K3']);
    assert.deepEqual(scene.receiver.got.map(positionOf).sort().length, 4);
    await waitFor(async () => (await scene.state.collection('webhook_parked').countDocuments()) === 0, {
      what: 'no row left',
    });
  });

  it('is written down for as long as was set, and erased with it', async () => {
    const { id } = await scene.register();
    const [seq] = await scene.append(message('T1', 1));
    const rows = scene.state.collection('webhook_deliveries');
    const row = await waitFor(() => rows.findOne({ seq }), { what: 'a delivery' });
    const left = row.expiresAt.getTime() - Date.now();
    assert.ok(left > 3_600_000 && left <= 7_200_000, `${left} ms`);
    const [index] = (await rows.indexes()).filter(({ key }) => 'expiresAt' in key);
    assert.equal(index?.expireAfterSeconds, 0);
    const [got] = scene.receiver.got;
    assert.equal(row._id, got && idOf(got));

    await scene.send('DELETE', `/webhooks/${id}`);
    assert.equal((await scene.service().get(`/webhooks/${id}`)).status, 404);
    await waitFor(
      async () =>
        (await rows.countDocuments({ webhook: id })) === 0 &&
        (await scene.state
          .collection<{ _id: string }>('positions')
          .countDocuments({ _id: `webhook/${id}` })) === 0,
      { what: 'nothing left of it' },
    );
  });

  it('is nothing any more once nothing but failures came for too long, until it is resumed', async () => {
    await scene.restart({ WEBHOOK_DISABLE_AFTER: '1s' });
    const { id } = await scene.register();
    scene.receiver.answer(() => 500);
    await scene.append(message('F1', 1));
    await scene.untilStatus(id, 'disabled');
    assert.equal((await scene.webhook(id)).reason, 'failing');
    const disabled = await logged(scene.world, 'webhook.disabled');
    assert.ok(
      disabled.some(
        ({ data }) => JSON.stringify(data) === JSON.stringify({ webhookId: id, reason: 'failing' }),
      ),
    );
    scene.receiver.got.length = 0;
    scene.receiver.answer(() => 200);
    await scene.append(message('F2', 1));
    await scene.send('POST', `/webhooks/${id}/resume`);
    await scene.untilGot(2);
    assert.deepEqual(waIdsOf(scene.receiver.got), ['F1', 'F2']);
  });

  it('never reaches a private address where that is not allowed, and the log says so once', async () => {
    await scene.restart({ WEBHOOK_ALLOW_PRIVATE: 'false' });
    const { id } = await scene.register();
    const [seq] = await scene.append(message('P1', 1), message('P2', 2));
    type Listed = { position: number; attempts: { status: number | null; error: string }[] };
    const failed = await waitFor(
      async () => {
        const { body } = await scene.service().get(`/webhooks/${id}/deliveries?status=retrying`);
        return (body.deliveries as Listed[]).find(
          ({ position, attempts }) => position === seq && attempts.length > 1,
        );
      },
      { what: 'two refused attempts' },
    );
    assert.equal(failed.attempts[0]?.status, null);
    assert.match(failed.attempts[0]?.error ?? '', /is a private address/);
    assert.deepEqual(scene.receiver.got, []);
    const refused = (await logged(scene.world, 'webhook.refused')).filter(
      ({ data }) => 'webhookId' in data && data.webhookId === id,
    );
    assert.equal(refused.length, 1);
  });
});
