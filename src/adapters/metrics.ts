import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { STREAM } from './jetstream/stream.ts';
import { type Dependencies, dependencyMetrics } from './metrics-dependencies.ts';
import { type ReactorMetrics, reactorMetrics } from './metrics-reactors.ts';
import { type WebhookMetrics, webhookMetrics } from './metrics-webhooks.ts';

/** A view (one build of it), as its runner tells. */
type ViewMetrics = Readonly<{
  view: string;
  build: string;
  head: number;
  position: number;
  lag: number;
  lagSeconds: number;
  stop: object | null;
  /** Where it is being rebuilt because somebody asked for it. */
  rebuild?: Readonly<{ percent: number; eventsPerSecond: number | null; etaSeconds: number | null }>;
}>;
export type AccountMetrics = Readonly<{
  account: string;
  status: string;
  /** When something last came in, ISO 8601; null where nothing has yet. */
  lastEventAt: string | null;
}>;

/** Size of the log; `maxBytes` -1: no limit. */
export type LogMetrics = Readonly<{ bytes: number; messages: number; maxBytes: number }>;

/** Where the figures come from that are looked up when they are asked for. */
export type MetricSources = Readonly<{
  dependencies: () => Promise<Dependencies>;
  views: () => Promise<readonly ViewMetrics[]>;
  accounts: () => Promise<readonly AccountMetrics[]>;
  /** Null where the log does not answer: its figures are left out then. */
  log: () => Promise<LogMetrics | null>;
  /** How many consumers wait for events now, by the way they do. */
  doors: () => Readonly<Record<string, number>>;
  /** Those of this process. */
  reactors: () => readonly ReactorMetrics[];
  /** Those that this process delivers to. */
  webhooks: () => readonly WebhookMetrics[];
  /** Whether it does; null where that is not its part. */
  isDelivering: () => boolean | null;
  now: () => Date;
}>;

export type Metrics = Readonly<{
  /** The text format of Prometheus. */
  render: () => Promise<Readonly<{ contentType: string; text: string }>>;
  observeRequest: (
    labels: Readonly<{ method: string; route: string; status: number }>,
    seconds: number,
  ) => void;
  /** `outcome`: stored, duplicate, or an error's code. */
  observeAppend: (ms: number, outcome: string) => void;
  /** Events that left to consumers by `way`: poll, stream or socket. */
  observeDelivered: (way: string, events: number) => void;
}>;

/** Accounts that get series of their own, first come first served; all are in the counts by status. */
const MAX_ACCOUNTS = 500;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const APPEND_BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30];

type Refresh = () => Promise<void>;

const viewGauges = (registers: Registry[], views: MetricSources['views']): Refresh => {
  const gauge = (name: string, help: string): Gauge<'view' | 'build'> =>
    new Gauge({ name: `wildcat_view_${name}`, help, labelNames: ['view', 'build'], registers });
  const head = gauge('head', 'Last position of the log');
  const position = gauge('position', 'Last position of the log that the view has');
  const lag = gauge('lag_events', 'Positions of the log that the view does not have yet');
  const lagSeconds = gauge('lag_seconds', 'Age of the oldest event that the view does not have yet');
  const stopped = gauge('stopped', '1 where the view stands still until a person acts');
  const ratio = gauge('rebuild_ratio', 'How much of the log a rebuild has folded, 0 to 1');
  const rate = gauge('rebuild_events_per_second', 'How fast a rebuild goes');
  const eta = gauge('rebuild_eta_seconds', 'When a rebuild will be there at this pace, once it has one');
  return async () => {
    const all = await views();
    for (const each of [head, position, lag, lagSeconds, stopped, ratio, rate, eta]) each.reset();
    for (const each of all) {
      const labels = { view: each.view, build: each.build };
      head.set(labels, each.head);
      position.set(labels, each.position);
      lag.set(labels, each.lag);
      lagSeconds.set(labels, each.lagSeconds);
      stopped.set(labels, each.stop === null ? 0 : 1);
      if (each.rebuild === undefined) continue;
      ratio.set(labels, each.rebuild.percent / 100);
      rate.set(labels, each.rebuild.eventsPerSecond ?? 0);
      if (each.rebuild.etaSeconds !== null) eta.set(labels, each.rebuild.etaSeconds);
    }
  };
};

const accountGauges = (registers: Registry[], { accounts, now }: MetricSources): Refresh => {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers });
  const count = gauge('wildcat_accounts', 'Accounts by status', ['status']);
  const status = gauge('wildcat_account_status', 'Always 1: the status is a label', ['account', 'status']);
  const age = gauge(
    'wildcat_account_last_event_age_seconds',
    'Time since something last came in from WhatsApp',
    ['account'],
  );
  return async () => {
    const all = await accounts();
    for (const each of [count, status, age]) each.reset();
    for (const account of all) count.inc({ status: account.status });
    for (const { account, status: label, lastEventAt } of all.slice(0, MAX_ACCOUNTS)) {
      status.set({ account, status: label }, 1);
      if (lastEventAt !== null) age.set({ account }, (now().getTime() - Date.parse(lastEventAt)) / 1_000);
    }
  };
};

const logGauges = (registers: Registry[], log: MetricSources['log']): Refresh => {
  // with a label of its own a gauge has no series, instead of a 0, while nothing is known
  const gauge = (name: string, help: string): Gauge<'stream'> =>
    new Gauge({ name: `wildcat_log_${name}`, help, labelNames: ['stream'], registers });
  const bytes = gauge('bytes', 'Size of the log');
  const messages = gauge('messages', 'Messages in the log');
  const limit = gauge(
    'limit_bytes',
    'Size at which the log takes no more events; absent where it has no limit',
  );
  return async () => {
    const told = await log();
    for (const each of [bytes, messages, limit]) each.reset();
    if (told === null) return;
    const labels = { stream: STREAM };
    bytes.set(labels, told.bytes);
    messages.set(labels, told.messages);
    if (told.maxBytes > 0) limit.set(labels, told.maxBytes);
  };
};

const doorGauges = (registers: Registry[], doors: MetricSources['doors']): Refresh => {
  const open = new Gauge({
    name: 'wildcat_doors_open',
    help: 'Consumers that wait for events now',
    labelNames: ['way'],
    registers,
  });
  return async () => {
    for (const [way, count] of Object.entries(doors())) open.set({ way }, count);
  };
};

/**
 * The service's metrics in a registry of their own. Labels are bounded: routes by their template, accounts by number.
 * `render` rejects with what the sources reject with.
 */
export const createMetrics = (sources: MetricSources): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const refresh = [
    dependencyMetrics(registers, sources.dependencies),
    viewGauges(registers, sources.views),
    accountGauges(registers, sources),
    logGauges(registers, sources.log),
    doorGauges(registers, sources.doors),
  ];
  const refreshReactors = reactorMetrics(registers, sources.reactors);
  const refreshWebhooks = webhookMetrics(registers, sources);
  const requests = new Histogram({
    name: 'wildcat_http_request_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const appends = new Histogram({
    name: 'wildcat_append_seconds',
    help: 'Time from an append to its acknowledgement by the log',
    labelNames: ['outcome'],
    buckets: APPEND_BUCKETS,
    registers,
  });
  const delivered = new Counter({
    name: 'wildcat_doors_events_total',
    help: 'Events that left to consumers',
    labelNames: ['way'],
    registers,
  });
  return {
    render: async () => {
      refreshReactors();
      refreshWebhooks();
      await Promise.all(refresh.map((each) => each()));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    observeRequest: ({ method, route, status }, seconds) =>
      requests.observe({ method: METHODS.has(method) ? method : 'other', route, status }, seconds),
    observeAppend: (ms, outcome) => appends.observe({ outcome }, ms / 1_000),
    observeDelivered: (way, events) => delivered.inc({ way }, events),
  };
};
