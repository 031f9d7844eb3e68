import { hasCode, WildcatError } from '../errors.ts';
import type { EventFilter } from '../events/filter.ts';
import { filterOf } from '../events/webhook-filter.ts';
import type { Replay, Webhook, Webhooks } from '../events/webhook-state.ts';
import { SYSTEM, type WebhookEvent } from '../events/webhooks.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Deliveries, Target, Targets } from '../ports/webhooks.ts';
import { type Asked, againOnConflict, type Handled } from './handle.ts';
import type { AggregateStates } from './states.ts';
import { insistOnLogged, insistOnSense, type ReplayRange, stretchOf } from './webhook-replays.ts';
import { rotated, shownAddress, withTarget } from './webhook-targets.ts';
import { type Changes, findSame, type WebhookCommand } from './webhooks.ts';

/** A position, a time, or where the log ends now. */
export type Start = number | Date | 'now';

type Reach = Pick<Changes, 'accounts' | 'events' | 'format' | 'order'>;
/** What may be said of where a webhook goes. `secret` null: make a new one. */
type Aim = Readonly<{
  url?: string | undefined;
  secret?: string | null | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}>;
type WebhookWish = Reach & Aim & Readonly<{ url: string; startAt?: Start | undefined }>;
export type WebhookChange = Reach & Aim;

/** `seq` 0: nothing was appended. `secret`: where one was made. */
export type Registered = Readonly<{
  webhook: Webhook;
  target: Target;
  created: boolean;
  secret: string | null;
  seq: number;
}>;

type RegistryDeps = Readonly<{
  states: Pick<AggregateStates<Webhooks, WebhookEvent>, 'refreshed'>;
  command: (account: string, command: WebhookCommand, asked: Asked) => Promise<Handled<Webhooks>>;
  targets: Targets;
  deliveries: Pick<Deliveries, 'erase'>;
  log: Pick<EventLog, 'state' | 'before'>;
  /** Keyed hash of a text, url-safe. */
  keyed: (text: string) => string;
  /** Random, hex: `bytes` of them. */
  random: (bytes: number) => string;
  newSecret: () => string;
  now: () => Date;
}>;

export type Registry = Readonly<{
  all: () => Promise<readonly Webhook[]>;
  /** Throws `not_found`. */
  find: (id: string) => Promise<Webhook>;
  /** Null where it came with an archive, which holds no secrets. */
  findTarget: (webhook: Webhook) => Promise<Target | null>;
  /** Throws `unprocessable` where there is none, `not_found` where the webhook is gone meanwhile. */
  target: (webhook: Webhook) => Promise<Target>;
  /** Registers a URL for accounts, or changes what is registered. Throws `invalid`, `gone`, and as `target`. */
  register: (wish: WebhookWish, asked: Asked) => Promise<Registered>;
  /** Throws `not_found`, `invalid`, `already_exists`, `version_conflict`, and as `target`. */
  change: (id: string, change: WebhookChange, asked: Asked) => Promise<Registered>;
  /** Throws `not_found`. */
  apply: (id: string, type: 'pause' | 'resume' | 'delete', asked: Asked) => Promise<number>;
  /** Asks for a stretch of the log once more; `from` and `to` included, a time standing for what came before it. */
  replay: (
    id: string,
    range: ReplayRange,
    asked: Asked,
  ) => Promise<Readonly<{ replay: Replay; seq: number }>>;
}>;

export const NO_TARGET =
  'This webhook came with an archive, without its URL and secrets: delete it and register it anew';

/** Registrations of webhooks: what is secret of them is kept apart first, then they are decided and logged. */
export const createRegistry = (deps: RegistryDeps): Registry => {
  const { states, command, targets, log } = deps;

  const urlKeyOf = (url: string, accounts: readonly string[]): string =>
    deps.keyed(`${url}\n${[...accounts].sort().join(',')}`);
  // as the log has it: another process may have decided a moment ago
  const webhooks = async (): Promise<Webhooks> => (await states.refreshed(SYSTEM)).state;
  const find = async (id: string): Promise<Webhook> => {
    const found = (await webhooks()).get(id);
    if (found === undefined) throw new WildcatError('not_found', 'Webhook not found');
    return found;
  };
  const findTarget = ({ targetRef }: Webhook): Promise<Target | null> => targets.find(targetRef);
  const target = async (webhook: Webhook): Promise<Target> => {
    const found = await findTarget(webhook);
    if (found !== null) return found;
    // a change erases the target that it replaces
    const changed = await find(webhook.id);
    if (changed.targetRef === webhook.targetRef) throw new WildcatError('unprocessable', NO_TARGET);
    return target(changed);
  };
  const positionAt = async (start: Start, filter: EventFilter): Promise<number> => {
    const { lastSeq, purgedUpto } = await log.state();
    if (start === 'now') return lastSeq;
    if (typeof start === 'number' && start > lastSeq)
      throw new WildcatError('invalid', `startAt must not be beyond the log's end, ${lastSeq}`);
    if (start === 0) return 0; // for all that there is
    const after = start instanceof Date ? await log.before(start) : start;
    insistOnLogged(
      { at: start, after, filter },
      purgedUpto,
      (upto) => `startAt can be 0, or from ${upto} on`,
    );
    return after;
  };
  const changeOnce: Registry['change'] = async (id, { url, secret, headers, ...reach }, asked) => {
    const known = await find(id);
    const given = Object.values({ url, secret, headers, ...reach });
    if (given.every((one) => one === undefined))
      return { webhook: known, target: await target(known), created: false, secret: null, seq: 0 };
    const old = await target(known);
    const accounts = reach.accounts ?? known.accounts;
    insistOnSense({ accounts, events: reach.events ?? known.events, format: reach.format ?? known.format });
    const made = secret === null ? deps.newSecret() : null;
    const newest = secret ?? made;
    const next: Target = {
      url: url ?? old.url,
      headers: headers ?? old.headers,
      secrets: newest === null ? old.secrets : rotated(old, newest, deps.now()),
    };
    const handled = await withTarget(deps, next, (targetRef) => {
      const settings = {
        ...reach,
        targetRef,
        address: shownAddress(next.url),
        urlKey: urlKeyOf(next.url, accounts),
      };
      return command(SYSTEM, { type: 'update', id, settings, replaces: known.targetRef }, asked);
    });
    await targets.erase(known.targetRef);
    return {
      webhook: handled.state.get(id) ?? known,
      target: next,
      created: false,
      secret: made,
      seq: handled.seq,
    };
  };

  // else the secret or URL of the other change would be undone
  const change: Registry['change'] = (...wish) => againOnConflict(() => changeOnce(...wish));

  const create = async (wish: WebhookWish, asked: Asked): Promise<Registered> => {
    const { url, secret, headers = {}, startAt = 'now' } = wish;
    const { accounts = [], events = [], format = 'wildcat', order = 'chat' } = wish;
    insistOnSense({ format, events, accounts });
    const id = `wh_${deps.random(12)}`;
    const after = await positionAt(startAt, filterOf({ format, events, accounts }));
    const made = secret ?? deps.newSecret();
    const kept: Target = { url, headers, secrets: [{ secret: made, until: null }] };
    const urlKey = urlKeyOf(url, accounts);
    const handled = await withTarget(deps, kept, (targetRef) => {
      const reach = { accounts, events, format, order };
      const settings = { ...reach, address: shownAddress(url), urlKey, targetRef };
      return command(SYSTEM, { type: 'create', id, settings, after }, asked);
    });
    const webhook = handled.state.get(id) ?? (await find(id));
    return { webhook, target: kept, created: true, secret: secret ? null : made, seq: handled.seq };
  };

  return {
    all: async () => [...(await webhooks()).values()],
    find,
    findTarget,
    target,
    change,
    register: async (wish, asked) => {
      const { url, startAt: _, accounts = [], ...rest } = wish;
      const urlKey = urlKeyOf(url, accounts);
      const known = findSame(await webhooks(), urlKey);
      if (known !== undefined) return change(known.id, rest, asked);
      try {
        return await create(wish, asked);
      } catch (error) {
        const other = hasCode(error, 'already_exists') ? findSame(await webhooks(), urlKey) : undefined;
        if (other === undefined) throw error;
        return change(other.id, rest, asked);
      }
    },
    apply: async (id, type, asked) => {
      const { targetRef } = await find(id);
      const { seq } = await command(SYSTEM, { type, id }, asked);
      if (type !== 'delete') return seq;
      await targets.erase(targetRef);
      await deps.deliveries.erase(id);
      return seq;
    },
    replay: async (id, range, asked) => {
      const replay = await stretchOf(deps, await find(id), range);
      const { seq } = await command(SYSTEM, { type: 'replay', id, replay }, asked);
      return { replay, seq };
    },
  };
};
