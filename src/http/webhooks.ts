import type { Asked } from '../commands/handle.ts';
import type { Attempted } from '../commands/webhook-attempts.ts';
import type { Registered } from '../commands/webhook-registry.ts';
import type { Webhook } from '../events/webhook-state.ts';
import { isDelivered, type Target } from '../ports/webhooks.ts';
import { askedBy, requireAccount } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import { listDeliveries, redeliver, replayWebhook, testWebhook } from './schemas/deliveries.ts';
import {
  changeWebhook,
  deleteWebhook,
  getWebhook,
  getWebhookSecret,
  listAccountWebhooks,
  listWebhooks,
  pauseWebhook,
  registerAccountWebhook,
  registerWebhook,
  resumeWebhook,
  type ShownWebhook,
} from './schemas/webhooks.ts';

/** Whoever may ask sees the query; a password is for the receiver alone. */
const withoutUser = (text: string): string => {
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  url.username = '';
  url.password = '';
  return url.href;
};

const shown = (webhook: Webhook, target: Target | null): ShownWebhook => {
  const { id, accounts, events, format, order, status, reason, after, createdAt, updatedAt } = webhook;
  const replays = webhook.replays.map((one) => ({ id: one.id, from: one.after + 1, to: one.to }));
  return {
    id,
    url: target === null ? webhook.address : withoutUser(target.url),
    accounts,
    events,
    format,
    order,
    status,
    reason,
    headers: Object.keys(target?.headers ?? {}),
    after,
    replays,
    createdAt,
    updatedAt,
  };
};

const attemptBody = ({ deliveryId, posted }: Attempted) => {
  const { at, ms, status, error } = posted;
  return {
    ok: true,
    deliveryId,
    delivered: isDelivered(posted),
    attempt: { at, ms, status, error },
  } as const;
};

/** Who gives nothing but a URL gets the original's answer, word for word. */
const registeredAnswer = (result: Registered, url: string, isPlain: boolean) => {
  const { created, webhook, target, secret, seq } = result;
  const more = { webhook: shown(webhook, target), ...(secret === null ? {} : { secret }) };
  const body = { ok: true, url, created, ...(isPlain ? {} : more) } as const;
  return { status: created ? 201 : 200, body, seq } as const;
};

/** Webhooks: who is told, and what came of it. */
export const webhookRoutes = (deps: HttpDeps): readonly Route[] => {
  const { registry, attempts, deliveries } = deps.webhooks;
  const show = async (webhook: Webhook): Promise<ShownWebhook> =>
    shown(webhook, await registry.findTarget(webhook));
  const apply = async (id: string, type: 'pause' | 'resume', asked: Asked) => {
    const seq = await registry.apply(id, type, asked);
    return { status: 200, body: { ok: true, webhook: await show(await registry.find(id)) }, seq } as const;
  };
  return [
    route(registerWebhook)(async ({ body, request }) => {
      const isPlain = Object.keys(body).length === 1;
      return registeredAnswer(await registry.register(body, askedBy(request)), body.url, isPlain);
    }),
    route(listWebhooks)(async () => {
      const webhooks = await Promise.all((await registry.all()).map(show));
      return { status: 200, body: { ok: true, webhooks } };
    }),
    route(getWebhook)(async ({ params: { webhookId } }) => {
      return { status: 200, body: { ok: true, webhook: await show(await registry.find(webhookId)) } };
    }),
    route(getWebhookSecret)(async ({ params: { webhookId } }) => {
      const { secrets } = await registry.target(await registry.find(webhookId));
      const body = { ok: true, secret: secrets[0]?.secret ?? '', secrets: [...secrets] } as const;
      return { status: 200, body };
    }),
    route(changeWebhook)(async ({ params: { webhookId }, body, request }) => {
      const { webhook, target, secret, seq } = await registry.change(webhookId, body, askedBy(request));
      const made = secret === null ? {} : { secret };
      return { status: 200, body: { ok: true, webhook: shown(webhook, target), ...made }, seq };
    }),
    route(deleteWebhook)(async ({ params: { webhookId }, request }) => {
      const seq = await registry.apply(webhookId, 'delete', askedBy(request));
      return { status: 200, body: { ok: true, message: 'Webhook deleted' }, seq };
    }),
    route(pauseWebhook)(({ params, request }) => apply(params.webhookId, 'pause', askedBy(request))),
    route(resumeWebhook)(({ params, request }) => apply(params.webhookId, 'resume', askedBy(request))),
    route(listDeliveries)(async ({ params: { webhookId }, query }) => {
      await registry.find(webhookId);
      const found = await deliveries.list(webhookId, query);
      const last = found.length === query.limit ? found.at(-1) : undefined;
      return { status: 200, body: { ok: true, deliveries: found, nextBefore: last?.position ?? null } };
    }),
    route(testWebhook)(async ({ params: { webhookId } }) => {
      const webhook = await registry.find(webhookId);
      const attempted = await attempts.test(webhook, await registry.target(webhook));
      return { status: 200, body: attemptBody(attempted) };
    }),
    route(redeliver)(async ({ params: { webhookId, deliveryId } }) => {
      const webhook = await registry.find(webhookId);
      const attempted = await attempts.redeliver(webhook, await registry.target(webhook), deliveryId);
      return { status: 200, body: attemptBody(attempted) };
    }),
    route(replayWebhook)(async ({ params: { webhookId }, body: { events = [], ...range }, request }) => {
      const { replay, seq } = await registry.replay(webhookId, { ...range, events }, askedBy(request));
      const { id, after, to } = replay;
      return { status: 202, body: { ok: true, replay: { id, from: after + 1, to } }, seq };
    }),
    route(registerAccountWebhook)(async ({ params: { accountId }, body, request }) => {
      requireAccount(deps, accountId);
      const isPlain = Object.keys(body).length === 1;
      const wish = { ...body, accounts: [accountId] };
      return registeredAnswer(await registry.register(wish, askedBy(request)), body.url, isPlain);
    }),
    route(listAccountWebhooks)(async ({ params: { accountId } }) => {
      requireAccount(deps, accountId);
      const told = (await registry.all()).filter(
        ({ accounts }) => accounts.length === 0 || accounts.includes(accountId),
      );
      return { status: 200, body: { ok: true, webhooks: await Promise.all(told.map(show)) } };
    }),
  ];
};
