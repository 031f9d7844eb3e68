import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { firsts, type Got, idOf, positionOf } from '../support/receiver.ts';
import { waitFor } from '../support/wait.ts';
import { chatOf, message, waIdOf, waIdsOf } from '../support/webhook-events.ts';
import { openWebhookScene, type WebhookScene } from '../support/webhook-scene.ts';
import { logged } from '../support/world.ts';

describe('webhooks', () => {
  let scene: WebhookScene;
  before(async () => {
    scene = await openWebhookScene();
  });
  afterEach(() => scene.clear());
  after(() => scene?.close());

  it('registers as the original did, once however often it is asked', async () => {
    const url = `${scene.receiver.url}/plain?token=1`;
    const first = await scene.send('POST', '/webhooks', { url });
    assert.deepEqual([first.status, first.body], [201, { ok: true, url, created: true }]);
    const again = await scene.send('POST', '/webhooks', { url });
    assert.deepEqual([again.status, again.body], [200, { ok: true, url, created: false }]);
    const { body } = await scene.service().get('/webhooks');
    const [webhook] = body.webhooks as { id: string; url: string }[];
    assert.equal(webhook?.url, url);
    scene.remember(webhook?.id ?? '');

    await scene.append(message('PLAIN', 1));
    await scene.untilGot(1);
    const [got] = scene.receiver.got;
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

  it('tells who is quoted and who is mentioned by their numbers, where those are known', async () => {
    await scene.register();
    const lid = '100000000000007@lid';
    const { jid: pn } = chatOf(7);
    const said = message('SAID', 7);
    const [, linked] = await scene.append(said, {
      ...{ account: said.account, gen: said.gen, occurredAt: said.occurredAt },
      ...{ type: 'identity.linked', data: { lid, pn } },
    });
    const headers = { 'wildcat-min-position': String(linked) };
    assert.equal((await fetch(`${scene.service().url}/ping`, { headers })).status, 200);
    const quoted = { messageId: 'SAID', participant: lid, text: 'text of SAID', hasMedia: false };
    await scene.append(message('NAMES', 8, 'shop', { quoted, mentions: [lid] }));
    await scene.untilGot(2);
    const { quotedMessage, mentions } = JSON.parse(scene.receiver.got[1]?.body ?? '{}');
    assert.deepEqual([quotedMessage, mentions], [{ ...quoted, participant: pn }, [pn]]);
  });

  it('signs what it sends, with the old secret too after a change', async () => {
    const { id, secret } = await scene.register();
    await scene.append(message('SIGNED', 1));
    await scene.untilGot(1);
    const verify = (one: Got | undefined, key: unknown) =>
      new Webhook(String(key)).verify(one?.body ?? '', one?.headers as Record<string, string>);
    verify(scene.receiver.got[0], secret);
    assert.throws(() => verify(scene.receiver.got[0], `whsec_${Buffer.alloc(32).toString('base64')}`));

    const changed = await scene.send('PATCH', `/webhooks/${id}`, { secret: null });
    assert.notEqual(changed.body.secret, secret);
    await scene.append(message('SIGNED2', 1));
    await scene.untilGot(2);
    verify(scene.receiver.got[1], secret);
    verify(scene.receiver.got[1], changed.body.secret);
    const shown = JSON.stringify((await scene.service().get(`/webhooks/${id}`)).body);
    assert.doesNotMatch(shown, /whsec_/);
    assert.equal((await scene.service().get(`/webhooks/${id}/secret`)).body.secret, changed.body.secret);
  });

  it('tells every event as CloudEvents where asked, each naming the one before it', async () => {
    const { lastSeq } = await scene.log.state();
    await scene.register({ format: 'cloudevents', events: ['message.received', 'call.*'], startAt: lastSeq });
    const seqs = await scene.append(message('C1', 1), message('C2', 2), message('C3', 1, 'other'));
    await scene.untilGot(3);
    const told = scene.receiver.got
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
    assert.equal(scene.receiver.got[0]?.headers['content-type'], 'application/cloudevents+json');
  });

  it('gets the whole history where it starts at 0', async () => {
    const all = (await scene.log.state()).lastSeq;
    await scene.register({ startAt: 0, format: 'cloudevents' });
    const expected: number[] = [];
    for await (const batch of scene.log.read({ subjects: ['wildcat.>'], after: 0 }))
      for (const entry of batch)
        if (entry.kind === 'event' && !entry.event.type.startsWith('webhook.') && entry.seq <= all)
          expected.push(entry.seq);
    await scene.untilGot(expected.length);
    const positions = scene.receiver.got.map(positionOf).sort((one, two) => one - two);
    assert.deepEqual(positions, expected);
  });

  it('keeps a chat in order behind one that fails, while other chats go on', async () => {
    const { id } = await scene.register();
    let failures = 2;
    scene.receiver.answer((got) => (waIdOf(got) === 'F1' && failures-- > 0 ? 500 : 200));
    await scene.append(
      message('F1', 1),
      message('F2', 1),
      message('G1', 2),
      message('F3', 1),
      message('G2', 2),
    );
    await scene.untilGot(7);
    const order = waIdsOf(scene.receiver.got);
    assert.deepEqual(
      order.filter((waId) => waId.startsWith('F')),
      ['F1', 'F1', 'F1', 'F2', 'F3'],
    );
    assert.deepEqual(
      order.filter((waId) => waId.startsWith('G')),
      ['G1', 'G2'],
    );
    assert.ok(order.indexOf('G2') < order.lastIndexOf('F1'));
    assert.equal(new Set(scene.receiver.got.filter((one) => waIdOf(one) === 'F1').map(idOf)).size, 1);

    const found = await waitFor(
      async () => {
        const { body } = await scene.service().get(`/webhooks/${id}/deliveries`);
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

  it('keeps a chat in order whose LID turns out meanwhile', async () => {
    await scene.register({ format: 'cloudevents' });
    let failures = 1;
    scene.receiver.answer((got) => (waIdOf(got) === 'N1' && failures-- > 0 ? 500 : 200));
    const byNumber = message('N1', 8);
    const byLid = message('N2', 8);
    const chat = { jid: '100000000000008@lid', alt: chatOf(8).jid };
    await scene.append(byNumber, { ...byLid, data: { ...byLid.data, chat, from: chat } } as typeof byLid);
    await scene.untilGot(3);
    assert.deepEqual(waIdsOf(scene.receiver.got), ['N1', 'N1', 'N2']);
  });

  it('keeps a chat in order whose number turns out meanwhile', async () => {
    await scene.register({ format: 'cloudevents' });
    let failures = 1;
    scene.receiver.answer((got) => (waIdOf(got) === 'Q1' && failures-- > 0 ? 500 : 200));
    const named = (waId: string, chat: object) => {
      const one = message(waId, 9);
      return { ...one, data: { ...one.data, chat, from: chat } } as typeof one;
    };
    const lid = { jid: '100000000000009@lid' };
    await scene.append(named('Q1', lid), named('Q2', { ...lid, alt: chatOf(9).jid }));
    await scene.untilGot(3);
    assert.deepEqual(waIdsOf(scene.receiver.got), ['Q1', 'Q1', 'Q2']);
  });

  it('goes on where it was after a kill, retries included', async () => {
    await scene.register();
    scene.receiver.answer((got) => (got.path !== '' && waIdOf(got).startsWith('K1') ? 503 : 200));
    await scene.append(message('K1', 1), message('K2', 1), message('L1', 2));
    await waitFor(
      () => waIdsOf(scene.receiver.got).includes('K1') && waIdsOf(scene.receiver.got).includes('L1'),
      {
        what: 'a try',
      },
    );
    await scene.service().kill();
    await scene.append(message('K3', 1), message('L2', 2));
    scene.receiver.answer(() => 200);
    await scene.restart();
    await waitFor(
      () => waIdsOf(scene.receiver.got).includes('K3') && waIdsOf(scene.receiver.got).includes('L2'),
      {
        what: 'the rest',
      },
    );
    const fine = waIdsOf(firsts(scene.receiver.got));
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
    const seqs = await scene.append(...Array.from({ length: 12 }, (_, n) => message(`R${n}`, n % 3)));
    const { id } = await scene.register();
    const [, , from] = seqs;
    const to = seqs[8];
    const asked = await scene.send('POST', `/webhooks/${id}/replay`, { from, to });
    assert.equal(asked.status, 202);
    const { id: replay } = asked.body.replay as { id: string };
    const replays = async () =>
      ((await scene.service().get(`/webhooks/${id}`)).body.webhook as { replays: unknown[] }).replays;
    await waitFor(async () => (await replays()).length === 0, { what: 'the end of the replay' });
    assert.deepEqual(
      scene.receiver.got.map(positionOf).sort((one, two) => one - two),
      seqs.slice(2, 9),
    );
    assert.ok(scene.receiver.got.every(({ headers }) => headers['wildcat-replay'] === replay));
    const refused = await scene.send('POST', `/webhooks/${id}/replay`, { from: to, to: from });
    assert.equal(refused.status, 400);
  });

  it('waits while it is paused, and misses nothing', async () => {
    const { id } = await scene.register();
    assert.equal((await scene.send('POST', `/webhooks/${id}/pause`)).status, 200);
    await scene.append(message('P1', 1));
    const other = await scene.register();
    await waitFor(() => scene.receiver.got.length === 0 && scene.append(message('P2', 1)), {
      what: 'another event',
    });
    await scene.untilGot(1);
    assert.deepEqual(waIdsOf(scene.receiver.got), ['P2']);
    await scene.send('DELETE', `/webhooks/${other.id}`);
    await scene.send('POST', `/webhooks/${id}/resume`);
    await scene.untilGot(3);
    assert.deepEqual(waIdsOf(scene.receiver.got.slice(1)), ['P1', 'P2']);
  });

  it('is disabled by 410 and goes on where it stood once it is resumed', async () => {
    const { id } = await scene.register();
    scene.receiver.answer(() => 410);
    await scene.append(message('D1', 1), message('D2', 2));
    const status = async () =>
      ((await scene.service().get(`/webhooks/${id}`)).body.webhook as { status: string }).status;
    await waitFor(async () => (await status()) === 'disabled', { what: 'a disabled webhook' });
    scene.receiver.answer(() => 200);
    scene.receiver.got.length = 0;
    await scene.send('POST', `/webhooks/${id}/resume`);
    await scene.untilGot(2);
    assert.deepEqual(waIdsOf(scene.receiver.got).sort(), ['D1', 'D2']);
  });

  it('is tried and mended by hand: test, redelivery, exhaustion', async () => {
    const { id } = await scene.register({ format: 'cloudevents', events: ['message.received'] });
    const tested = await scene.send('POST', `/webhooks/${id}/test`);
    assert.deepEqual([tested.status, tested.body.delivered], [200, true]);
    assert.equal(scene.receiver.got[0]?.headers['wildcat-replay'], 'test');

    scene.receiver.answer(() => 500);
    const [seq] = await scene.append(message('X1', 1));
    type Listed = { id: string; position: number; status: string; attempts: unknown[] };
    const failed = await waitFor(
      async () => {
        const { body } = await scene.service().get(`/webhooks/${id}/deliveries?status=failed`);
        return (body.deliveries as Listed[]).find(({ position }) => position === seq);
      },
      { what: 'a failed delivery' },
    );
    assert.equal(failed.attempts.length, 5);
    scene.receiver.answer(() => 204);
    const redelivered = await scene.send('POST', `/webhooks/${id}/deliveries/${failed.id}/redeliver`);
    assert.deepEqual([redelivered.status, redelivered.body.delivered], [200, true]);
    const last = scene.receiver.got.at(-1);
    assert.ok(last !== undefined);
    assert.deepEqual([idOf(last), last.headers['wildcat-replay']], [failed.id, 'redelivery']);
    const { body } = await scene.service().get(`/webhooks/${id}/deliveries?limit=1`);
    const [shown] = body.deliveries as Listed[];
    assert.deepEqual([shown?.status, shown?.attempts.length], ['delivered', 6]);
    const exhausted = (await logged(scene.world, 'webhook.delivery_exhausted')).map(({ data }) => data);
    assert.ok(exhausted.some((data) => 'position' in data && data.position === seq));
    const metrics = String((await scene.service().get('/metrics')).body.text);
    assert.match(metrics, new RegExp(`wildcat_webhook_failed_total\\{webhook="${id}"\\} 5`));
  });

  it('brings no credential into any line of the log', async () => {
    const { url } = scene.receiver;
    const secret = `${url.replace('http://', 'http://ann:hunter2@')}/c?token=s3cret`;
    const { id } = await scene.register({ url: secret, headers: { 'x-key': 'v4lue' } });
    scene.receiver.answer(() => 500);
    await scene.append(message('S1', 1));
    await scene.untilGot(2);
    await scene.send('POST', `/webhooks/${id}/test`);
    assert.equal(
      scene.receiver.got[0]?.headers.authorization,
      `Basic ${Buffer.from('ann:hunter2').toString('base64')}`,
    );
    assert.match(scene.service().output(), /webhook fails/);
    assert.doesNotMatch(scene.service().output(), /hunter2|s3cret|v4lue|whsec_/);
    const events = JSON.stringify(await logged(scene.world));
    assert.doesNotMatch(events, /hunter2|s3cret|v4lue|whsec_/);
  });
});
