import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, type World } from '../support/world.ts';

let world: World;
let service: Service;

before(async () => {
  world = await startWorld();
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

/** Every series and its value. */
const scrape = async (): Promise<ReadonlyMap<string, number>> => {
  const { status, body } = await service.get('/metrics');
  assert.equal(status, 200);
  const lines = String(body.text).split('\n');
  const series = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    series.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
};
const named = (series: ReadonlyMap<string, number>, ...parts: string[]): number[] =>
  [...series].flatMap(([name, value]) => (parts.every((part) => name.includes(part)) ? [value] : []));

it('shows what the views, the accounts, HTTP and the log do, with labels that nobody outside can multiply', async () => {
  const own = await world.sandbox.makePhone('4915100000001');
  const anna = await world.sandbox.makePhone('4915100000002');
  await pair(service, 'shop', own);
  await anna.send(own.number, 'hello');
  await waitFor(async () => (await messagesOf(service, 'shop', jidOf(anna))).length === 1, {
    what: 'message',
  });
  await service.send('POST', '/accounts/shop/message/send', { to: jidOf(anna), message: 'hi' });
  const series = await waitFor(
    async () => {
      const found = await scrape();
      return named(found, 'wildcat_view_lag_events{').every((lag) => lag === 0) && found;
    },
    { what: 'views without lag' },
  );
  for (const view of ['accounts', 'messages']) {
    const [head = 0] = named(series, 'wildcat_view_head{', `view="${view}"`);
    assert.ok(head > 5);
    assert.deepEqual(named(series, 'wildcat_view_position{', `view="${view}"`), [head]);
    assert.deepEqual(named(series, 'wildcat_view_lag_seconds{', `view="${view}"`), [0]);
    assert.deepEqual(named(series, 'wildcat_view_stopped{', `view="${view}"`), [0]);
  }
  assert.deepEqual(named(series, 'wildcat_account_status{', 'account="shop"', 'status="connected"'), [1]);
  const [age = -1] = named(series, 'wildcat_account_last_event_age_seconds{', 'account="shop"');
  assert.ok(age >= 0 && age < 60);
  const sends = named(
    series,
    'wildcat_http_request_seconds_count{',
    'route="/accounts/:accountId/message/send"',
    'status="200"',
  );
  assert.deepEqual(sends, [1]);
  const [appends = 0] = named(series, 'wildcat_append_seconds_count{', 'outcome="stored"');
  assert.ok(appends > 5);

  for (let n = 0; n < 50; n++) {
    await service.get(`/accounts/nobody${n}/status`);
    await service.get(`/no/such/path/${n}`);
    await service.send(['PROPFIND', 'SEARCH', 'MKCOL'][n % 3] ?? '', `/accounts/x${n}`);
  }
  const names = [...(await scrape()).keys()].join('\n');
  assert.ok(!/nobody\d|such|x\d\d|PROPFIND/.test(names));
});
