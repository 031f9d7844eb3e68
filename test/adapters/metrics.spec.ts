import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { type AccountMetrics, createMetrics, type LogMetrics } from '../../src/adapters/metrics.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const view = {
  view: 'messages',
  build: 'messages_v1',
  head: 9,
  position: 4,
  lag: 5,
  lagSeconds: 1.5,
  stop: null,
};

type Rebuild = { percent: number; eventsPerSecond: number | null; etaSeconds: number | null };

const metricsOf = (
  accounts: () => readonly AccountMetrics[],
  views: () => readonly (typeof view & { rebuild?: Rebuild })[] = () => [view],
  log: () => LogMetrics | null = () => null,
  delivers: boolean | null = null,
) =>
  createMetrics({
    dependencies: async () => ({ nats: true, log: false, mongodb: true }),
    views: async () => views(),
    accounts: async () => accounts(),
    log: async () => log(),
    doors: () => ({ stream: 2 }),
    reactors: () => [
      { reactor: 'sender', of: 'shop', open: 2, trouble: null },
      { reactor: 'sender', of: 'home', open: 3, trouble: 'gone' },
      { reactor: 'media', of: null, open: 0, trouble: null },
      { reactor: 'webhook', of: 'wh_1', open: 7, trouble: 'gone' },
    ],
    webhooks: () => [],
    isDelivering: () => delivers,
    now: () => NOW,
  });
const lines = async (metrics: ReturnType<typeof metricsOf>, about: string): Promise<readonly string[]> =>
  (await metrics.render()).text.split('\n').filter((line) => line.startsWith(about));

describe('metrics', () => {
  it('tell whether this process delivers to webhooks or waits to, where it is its part', async () => {
    const told = (delivers: boolean | null) =>
      lines(
        metricsOf(
          () => [],
          () => [],
          () => null,
          delivers,
        ),
        'wildcat_webhooks_delivering',
      );
    assert.deepEqual(await told(true), ['wildcat_webhooks_delivering 1']);
    assert.deepEqual(await told(false), ['wildcat_webhooks_delivering 0']);
    assert.deepEqual(await told(null), []);
  });

  it('tell where each view stands now, not where it stood', async () => {
    const views = [view];
    const metrics = metricsOf(
      () => [],
      () => views,
    );
    const labels = '{view="messages",build="messages_v1"}';
    assert.deepEqual(await lines(metrics, 'wildcat_view_'), [
      `wildcat_view_head${labels} 9`,
      `wildcat_view_position${labels} 4`,
      `wildcat_view_lag_events${labels} 5`,
      `wildcat_view_lag_seconds${labels} 1.5`,
      `wildcat_view_stopped${labels} 0`,
    ]);
    views[0] = { ...view, build: 'messages_v2', position: 9 };
    assert.deepEqual(await lines(metrics, 'wildcat_view_position'), [
      'wildcat_view_position{view="messages",build="messages_v2"} 9',
    ]);
  });

  it('tell how far a rebuild is, how fast it goes and when it will be there, once that is known', async () => {
    const rebuild: Rebuild = { percent: 25, eventsPerSecond: null, etaSeconds: null };
    const views = [{ ...view, build: 'messages_v1_r2', rebuild }];
    const metrics = metricsOf(
      () => [],
      () => views,
    );
    const labels = '{view="messages",build="messages_v1_r2"}';
    const told = () => lines(metrics, 'wildcat_view_rebuild');
    assert.deepEqual(await told(), [
      `wildcat_view_rebuild_ratio${labels} 0.25`,
      `wildcat_view_rebuild_events_per_second${labels} 0`,
    ]);
    views[0] = {
      ...view,
      build: 'messages_v1_r2',
      rebuild: { ...rebuild, eventsPerSecond: 8, etaSeconds: 3 },
    };
    assert.deepEqual(await told(), [
      `wildcat_view_rebuild_ratio${labels} 0.25`,
      `wildcat_view_rebuild_events_per_second${labels} 8`,
      `wildcat_view_rebuild_eta_seconds${labels} 3`,
    ]);
  });

  it('tell what the service can not do without, and whether it is there', async () => {
    assert.deepEqual(
      await lines(
        metricsOf(() => []),
        'wildcat_dependency_up',
      ),
      [
        'wildcat_dependency_up{dependency="nats"} 1',
        'wildcat_dependency_up{dependency="log"} 0',
        'wildcat_dependency_up{dependency="mongodb"} 1',
      ],
    );
  });

  it('have every series that the alerts of docs/operating.md name', async () => {
    const metrics = metricsOf(() => []);
    metrics.observeAppend(1, 'stored');
    metrics.observeRequest({ method: 'GET', route: '/ping', status: 200 }, 1);
    const { text } = await metrics.render();
    const alerts = (await readFile('docs/operating.md', 'utf8')).match(/expr: .*/g) ?? [];
    const named = new Set(alerts.join().match(/wildcat_\w+/g));
    assert.ok(named.size > 8);
    const isThere = (name: string) => text.includes(`# TYPE ${name} `) || text.includes(`\n${name}{`);
    assert.deepEqual(
      [...named].filter((name) => !isThere(name)),
      [],
    );
  });

  it('tell what is to be done, and what stands still', async () => {
    const metrics = metricsOf(() => []);
    await metrics.render();
    assert.deepEqual(await lines(metrics, 'wildcat_work_'), [
      'wildcat_work_open{work="sends"} 5',
      'wildcat_work_open{work="files"} 0',
      'wildcat_work_stopped{work="sends"} 1',
      'wildcat_work_stopped{work="files"} 0',
    ]);
  });

  it('tell the status of each account, and how long it has been silent', async () => {
    const accounts = [
      { account: 'shop', status: 'connected', lastEventAt: '2026-03-01T11:59:30.000Z' },
      { account: 'new', status: 'created', lastEventAt: null },
    ];
    const metrics = metricsOf(() => accounts);
    await metrics.render();
    accounts[0] = { account: 'shop', status: 'reconnecting', lastEventAt: '2026-03-01T11:59:30.000Z' };
    assert.deepEqual(await lines(metrics, 'wildcat_account'), [
      'wildcat_accounts{status="reconnecting"} 1',
      'wildcat_accounts{status="created"} 1',
      'wildcat_account_status{account="shop",status="reconnecting"} 1',
      'wildcat_account_status{account="new",status="created"} 1',
      'wildcat_account_last_event_age_seconds{account="shop"} 30',
    ]);
  });

  it('tell the size of the log and its limit, and nothing while it does not answer', async () => {
    let told: LogMetrics | null = { bytes: 900, messages: 7, maxBytes: 1_000 };
    const metrics = metricsOf(
      () => [],
      () => [],
      () => told,
    );
    assert.deepEqual(await lines(metrics, 'wildcat_log_'), [
      'wildcat_log_bytes{stream="WILDCAT"} 900',
      'wildcat_log_messages{stream="WILDCAT"} 7',
      'wildcat_log_limit_bytes{stream="WILDCAT"} 1000',
    ]);
    told = { bytes: 900, messages: 7, maxBytes: -1 };
    assert.deepEqual(await lines(metrics, 'wildcat_log_limit'), []);
    told = null;
    assert.deepEqual(await lines(metrics, 'wildcat_log_'), []);
  });

  it('stay small however many accounts there are', async () => {
    const accounts = Array.from({ length: 2_000 }, (_, n) => ({
      account: `a${n}`,
      status: 'connected',
      lastEventAt: null,
    }));
    const metrics = metricsOf(() => accounts);
    assert.equal((await lines(metrics, 'wildcat_account_status{')).length, 500);
    assert.deepEqual(await lines(metrics, 'wildcat_accounts{'), [
      'wildcat_accounts{status="connected"} 2000',
    ]);
  });

  it('time requests by route and never by what a client made up', async () => {
    const metrics = metricsOf(() => []);
    metrics.observeRequest({ method: 'GET', route: '/accounts/:accountId', status: 200 }, 0.02);
    metrics.observeRequest({ method: 'HACK', route: 'none', status: 404 }, 0.02);
    assert.deepEqual(await lines(metrics, 'wildcat_http_request_seconds_count'), [
      'wildcat_http_request_seconds_count{method="GET",route="/accounts/:accountId",status="200"} 1',
      'wildcat_http_request_seconds_count{method="other",route="none",status="404"} 1',
    ]);
  });

  it('time appends, the refused ones too', async () => {
    const metrics = metricsOf(() => []);
    metrics.observeAppend(2, 'stored');
    metrics.observeAppend(3, 'stored');
    metrics.observeAppend(2, 'log_full');
    assert.deepEqual(await lines(metrics, 'wildcat_append_seconds_count'), [
      'wildcat_append_seconds_count{outcome="stored"} 2',
      'wildcat_append_seconds_count{outcome="log_full"} 1',
    ]);
    assert.deepEqual(await lines(metrics, 'wildcat_append_seconds_sum{outcome="stored"}'), [
      'wildcat_append_seconds_sum{outcome="stored"} 0.005',
    ]);
  });

  it('belong to their own registry, so that two services in one process do not meet', async () => {
    const one = metricsOf(() => []);
    const other = metricsOf(() => []);
    one.observeAppend(1, 'stored');
    assert.equal((await lines(other, 'wildcat_append_seconds_count')).length, 0);
    assert.ok((await one.render()).text.includes('process_resident_memory_bytes'));
  });
});
