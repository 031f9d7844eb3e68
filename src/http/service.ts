import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import { getHealth, getMetrics, type Health, ping, ready } from './schemas/service.ts';

type ViewHealth = Health['views'][number];

const obstacleOf = ([name, builds]: [string, ViewHealth[]]): string[] => {
  // what is built beside the one that serves may stop: nobody reads it yet
  const serving = builds.filter(({ live }) => live !== false);
  const stopped = (serving.length > 0 ? serving : builds).find(({ stop }) => stop !== null)?.stop;
  if (stopped) return [`View ${name} has stopped at event ${stopped.seq}`];
  // While a new build is made beside it, the old one serves.
  if (builds.every(({ state }) => state === 'rebuilding')) return [`View ${name} is being built`];
  return builds.every(({ state }) => state === 'waiting') ? [`View ${name} waits for NATS or MongoDB`] : [];
};

/** What keeps the service from serving, in words that may be shown to anyone; empty where it is ready. */
const obstacles = ({ nats, mongo, views }: Health): readonly string[] => {
  const builds = new Map<string, ViewHealth[]>();
  for (const each of views) builds.set(each.view, [...(builds.get(each.view) ?? []), each]);
  return [
    ...(nats.state === 'up' ? [] : ['NATS does not answer']),
    ...(nats.trouble === null ? [] : ['The log takes no events']),
    ...(mongo.state === 'up' ? [] : ['MongoDB does not answer']),
    ...[...builds].flatMap(obstacleOf),
  ];
};

const SUBJECTS = { sender: 'Sends of account', media: 'Files', webhook: 'Webhook' } as const;

/** What stands still though the service serves: nothing is lost by it, but somebody has to look. */
const standstills = ({ reactors }: Health): readonly string[] =>
  reactors
    .filter(({ trouble }) => trouble !== null)
    .map(({ reactor, of }) => `${[SUBJECTS[reactor], of].filter(Boolean).join(' ')}: at a standstill`);

/** /ping, /ready, /health, /metrics. */
export const serviceRoutes = (deps: HttpDeps): readonly Route[] => [
  route(ping)(async () => ({
    status: 200,
    body: { ok: true, pong: true, time: deps.now().toISOString() },
  })),
  route(ready)(async () => {
    const reasons = [...obstacles(await deps.health())];
    return reasons.length === 0
      ? { status: 200, body: { ok: true, ready: true } }
      : { status: 503, body: { ok: false, error: 'Not ready', reasons } };
  }),
  route(getHealth)(async () => {
    const health = await deps.health();
    const reasons = [...obstacles(health), ...standstills(health)];
    const status = reasons.length === 0 ? 'up' : 'degraded';
    return { status: 200, body: { ok: true, status, reasons, ...health } };
  }),
  route(getMetrics)(async () => {
    const { contentType, text } = await deps.metrics.render();
    return { status: 200, body: text, headers: { 'Content-Type': contentType } };
  }),
];
