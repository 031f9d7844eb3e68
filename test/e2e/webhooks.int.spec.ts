import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent } from '../../src/events/event.ts';
import { openLog, type TestLog } from '../support/log.ts';
import { firsts, type Got, idOf, positionOf, type Receiver, startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { message, waIdOf, waIdsOf } from '../support/webhook-events.ts';
import { logged, startWorld, type World } from '../support/world.ts';

describe('webhooks', () => {
  let world: World;
  let log: TestLog;
  let service: Service;
  let receiver: Receiver;
  let serial = 0;
  const ids: string[] = [];
  before(async () => {
    world = await startWorld();
    service = await startService({ ...world.env, WEBHOOK_RETRY_SCHEDULE: '1s,1s,1s,1s' });
    log = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const id of ids.splice(0)) await service.send('DELETE', `/webhooks/${id}`);
    receiver.got.length = 0;
    receiver.answer(() => 200);
  });
  after(async () => {
    await receiver?.close();
    await service?.kill();
    await log?.close();
    await world?.close();
  });

  const restart = async (): Promise<void> => {
    await service.kill();
    service = await startService({ ...world.env, WEBHOOK_RETRY_SCHEDULE: '1s,1s,1s,1s' });
  };
  const register = async (options: object = {}): Promise<Record<string, unknown>> => {
    const url = `${receiver.url}/${serial++}`;
    const { status, body } = await service.send('POST', '/webhooks', { url, order: 'chat', ...options });
    assert.equal(status, 201, JSON.stringify(body));
    const webhook = body.webhook as Record<string, unknown>;
    ids.push(String(webhook.id));
    return { ...webhook, secret: body.secret };
  };
  const append = async (...events: NewEvent<WildcatEvent>[]): Promise<number[]> => {
    const seqs: number[] = [];
    for (const event of events) seqs.push((await log.log.append(event)).seq);
    return seqs;
  };
  const untilGot = (count: number): Promise<unknown> =>
    waitFor(() => receiver.got.length >= count, { what: `${count} requests` });

  it('registers as the original did, once however often it is asked', async () => {
    const url = `${receiver.url}/plain?token=1`;
    const first = await service.send('POST', '/webhooks', { url });
    assert.deepEqual([first.status, first.body], [201, { ok: true, url, created: true }]);
    const again = await service.send('POST', '/webhooks', { url });
    assert.deepEqual([again.status, again.body], [200, { ok: true, url, created: false }]);
    const { body } = await service.get('/webhooks');
    const [webhook] = body.webhooks as { id: string; url: string }[];
    assert.equal(webhook?.url, url);
    ids.push(webhook?.id ?? '');

    await append(message('PLAIN', 1));
    await untilGot(1);
    const [got] = receiver.got;
    assert.equal(got?.headers['content-type'], 'application/json');
    const { createdAt, ...rest } = JSON.parse(got?.body ?? '{}');
    assert.ok(!Number.isNaN(Date.parse(createdAt)));
    assert.deepEqual(rest, {
      accountId: 'shop',
      messageId: 'PLAIN',
      chatId: '4915100000001@s.whatsapp.net',
      from: '4915100000001@s.whatsapp.net',
      fromMe: false,
      timestamp: 1_767_225_600,
      type: 'text',
      text: 'text of PLAIN',
      hasMedia: false,
      mediaUrl: null,
      mediaType: null,
      quotedMessage: null,
      mentions: [],
    });
  });

  it('signs what it sends, with the old secret too after a change', async () => {
    const { id, secret } = await register();
    await append(message('SIGNED', 1));
    await untilGot(1);
    const verify = (one: Got | undefined, key: unknown) =>
      new Webhook(String(key)).verify(one?.body ?? '', one?.headers as Record<string, string>);
    verify(receiver.got[0], secret);
    assert.throws(() => verify(receiver.got[0], `whsec_${Buffer.alloc(32).toString('base64')}`));

    const changed = await service.send('PATCH', `/webhooks/${id}`, { secret: null });
    assert.notEqual(changed.body.secret, secret);
    await append(message('SIGNED2', 1));
    await untilGot(2);
    verify(receiver.got[1], secret);
    verify(receiver.got[1], changed.body.secret);
    const shown = JSON.stringify((await service.get(`/webhooks/${id}`)).body);
    assert.doesNotMatch(shown, /whsec_/);
    assert.equal((await service.get(`/webhooks/${id}/secret`)).body.secret, changed.body.secret);
  });

  it('tells every event as CloudEvents where asked, each naming the one before it', async () => {
    const { lastSeq } = await log.log.state();
    await register({ format: 'cloudevents', events: ['message.received', 'call.*'], startAt: lastSeq });
    const seqs = await append(message('C1', 1), message('C2', 2), message('C3', 1, 'other'));
    await untilGot(3);
    const told = receiver.got
      .map(({ body }) => JSON.parse(body))
      .sort((one, two) => one.position - two.position);
    assert.deepEqual(
      told.map(({ position }) => position),
      seqs,
    );
    assert.deepEqual(
      told.slice(1).map(({ previous }) => previous),
      seqs.slice(0, -1),
    );
    assert.equal(told[0].specversion, '1.0');
    assert.equal(receiver.got[0]?.headers['content-type'], 'application/cloudevents+json');
  });

  it('gets the whole history where it starts at 0', async () => {
    const all = (await log.log.state()).lastSeq;
    await register({ startAt: 0, format: 'cloudevents' });
    const expected: number[] = [];
    for await (const batch of log.log.read({ subjects: ['wildcat.>'], after: 0 }))
      for (const entry of batch)
        if (entry.kind === 'event' && !entry.event.type.startsWith('webhook.') && entry.seq <= all)
          expected.push(entry.seq);
    await untilGot(expected.length);
    const positions = receiver.got.map(positionOf).sort((one, two) => one - two);
    assert.deepEqual(positions, expected);
  });

  it('keeps a chat in order behind one that fails, while other chats go on', async () => {
    const { id } = await register();
    let failures = 2;
    receiver.answer((got) => (waIdOf(got) === 'F1' && failures-- > 0 ? 500 : 200));
    await append(message('F1', 1), message('F2', 1), message('G1', 2), message('F3', 1), message('G2', 2));
    await untilGot(7);
    const order = waIdsOf(receiver.got);
    assert.deepEqual(
      order.filter((waId) => waId.startsWith('F')),
      ['F1', 'F1', 'F1', 'F2', 'F3'],
    );
    assert.deepEqual(
      order.filter((waId) => waId.startsWith('G')),
      ['G1', 'G2'],
    );
    assert.ok(order.indexOf('G2') < order.lastIndexOf('F1'));
    assert.equal(new Set(receiver.got.filter((one) => waIdOf(one) === 'F1').map(idOf)).size, 1);

    const found = await waitFor(
      async () => {
        const { body } = await service.get(`/webhooks/${id}/deliveries`);
        const deliveries = body.deliveries as { status: string; attempts: { status: number }[] }[];
        return (
          deliveries.length === 5 && deliveries.every(({ status }) => status === 'delivered') && deliveries
        );
      },
      { what: 'deliveries' },
    );
    assert.deepEqual(
      found.at(-1)?.attempts.map(({ status }) => status),
      [500, 500, 200],
    );
  });

  it('goes on where it was after a kill, retries included', async () => {
    await register();
    receiver.answer((got) => (got.path !== '' && waIdOf(got).startsWith('K1') ? 503 : 200));
    await append(message('K1', 1), message('K2', 1), message('L1', 2));
    await waitFor(() => waIdsOf(receiver.got).includes('K1') && waIdsOf(receiver.got).includes('L1'), {
      what: 'a try',
    });
    await service.kill();
    await append(message('K3', 1), message('L2', 2));
    receiver.answer(() => 200);
    await restart();
    await waitFor(() => waIdsOf(receiver.got).includes('K3') && waIdsOf(receiver.got).includes('L2'), {
      what: 'the rest',
    });
    const fine = waIdsOf(firsts(receiver.got));
    assert.deepEqual(
      fine.filter((waId) => waId.startsWith('K')),
      ['K1', 'K2', 'K3'],
    );
    assert.deepEqual(
      fine.filter((waId) => waId.startsWith('L')),
      ['L1', 'L2'],
    );
  });

  it('replays exactly a range, marked as such, and ends by itself', async () => {
    const seqs = await append(...Array.from({ length: 12 }, (_, n) => message(`R${n}`, n % 3)));
    const { id } = await register();
    const [, , from] = seqs;
    const to = seqs[8];
    const asked = await service.send('POST', `/webhooks/${id}/replay`, { from, to });
    assert.equal(asked.status, 202);
    const { id: replay } = asked.body.replay as { id: string };
    const replays = async () =>
      ((await service.get(`/webhooks/${id}`)).body.webhook as { replays: unknown[] }).replays;
    await waitFor(async () => (await replays()).length === 0, { what: 'the end of the replay' });
    assert.deepEqual(
      receiver.got.map(positionOf).sort((one, two) => one - two),
      seqs.slice(2, 9),
    );
    assert.ok(receiver.got.every(({ headers }) => headers['wildcat-replay'] === replay));
    const refused = await service.send('POST', `/webhooks/${id}/replay`, { from: to, to: from });
    assert.equal(refused.status, 400);
  });

  it('waits while it is paused, and misses nothing', async () => {
    const { id } = await register();
    assert.equal((await service.send('POST', `/webhooks/${id}/pause`)).status, 200);
    await append(message('P1', 1));
    const other = await register();
    await waitFor(() => receiver.got.length === 0 && append(message('P2', 1)), { what: 'another event' });
    await untilGot(1);
    assert.deepEqual(waIdsOf(receiver.got), ['P2']);
    await service.send('DELETE', `/webhooks/${other.id}`);
    await service.send('POST', `/webhooks/${id}/resume`);
    await untilGot(3);
    assert.deepEqual(waIdsOf(receiver.got.slice(1)), ['P1', 'P2']);
  });

  it('is disabled by 410 and goes on where it stood once it is resumed', async () => {
    const { id } = await register();
    receiver.answer(() => 410);
    await append(message('D1', 1), message('D2', 2));
    const status = async () =>
      ((await service.get(`/webhooks/${id}`)).body.webhook as { status: string }).status;
    await waitFor(async () => (await status()) === 'disabled', { what: 'a disabled webhook' });
    receiver.answer(() => 200);
    receiver.got.length = 0;
    await service.send('POST', `/webhooks/${id}/resume`);
    await untilGot(2);
    assert.deepEqual(waIdsOf(receiver.got).sort(), ['D1', 'D2']);
  });

  it('is tried and mended by hand: test, redelivery, exhaustion', async () => {
    const { id } = await register({ format: 'cloudevents', events: ['message.received'] });
    const tested = await service.send('POST', `/webhooks/${id}/test`);
    assert.deepEqual([tested.status, tested.body.delivered], [200, true]);
    assert.equal(receiver.got[0]?.headers['wildcat-replay'], 'test');

    receiver.answer(() => 500);
    const [seq] = await append(message('X1', 1));
    type Listed = { id: string; position: number; status: string; attempts: unknown[] };
    const failed = await waitFor(
      async () => {
        const { body } = await service.get(`/webhooks/${id}/deliveries?status=failed`);
        return (body.deliveries as Listed[]).find(({ position }) => position === seq);
      },
      { what: 'a failed delivery' },
    );
    assert.equal(failed.attempts.length, 5);
    receiver.answer(() => 204);
    const redelivered = await service.send('POST', `/webhooks/${id}/deliveries/${failed.id}/redeliver`);
    assert.deepEqual([redelivered.status, redelivered.body.delivered], [200, true]);
    const last = receiver.got.at(-1);
    assert.ok(last !== undefined);
    assert.deepEqual([idOf(last), last.headers['wildcat-replay']], [failed.id, 'redelivery']);
    const { body } = await service.get(`/webhooks/${id}/deliveries?limit=1`);
    const [shown] = body.deliveries as Listed[];
    assert.deepEqual([shown?.status, shown?.attempts.length], ['delivered', 6]);
    const exhausted = (await logged(world, 'webhook.delivery_exhausted')).map(({ data }) => data);
    assert.ok(exhausted.some((data) => 'position' in data && data.position === seq));
    const metrics = String((await service.get('/metrics')).body.text);
    assert.match(metrics, new RegExp(`wildcat_webhook_failed_total\\{webhook="${id}"\\} 5`));
  });

  it('brings no credential into any line of the log', async () => {
    const { url } = receiver;
    const secret = `${url.replace('http://', 'http://ann:hunter2@')}/c?token=s3cret`;
    const { id } = await register({ url: secret, headers: { 'x-key': 'v4lue' } });
    receiver.answer(() => 500);
    await append(message('S1', 1));
    await untilGot(2);
    await service.send('POST', `/webhooks/${id}/test`);
    assert.equal(
      receiver.got[0]?.headers.authorization,
      `Basic ${Buffer.from('ann:hunter2').toString('base64')}`,
    );
    assert.match(service.output(), /webhook fails/);
    assert.doesNotMatch(service.output(), /hunter2|s3cret|v4lue|whsec_/);
    const events = JSON.stringify(await logged(world));
    assert.doesNotMatch(events, /hunter2|s3cret|v4lue|whsec_/);
  });
});
