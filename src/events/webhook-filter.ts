import type { WildcatEvent } from './codec.ts';
import type { Recorded } from './event.ts';
import { admitsType, type EventFilter, matches } from './filter.ts';
import { MESSAGE_TYPES } from './webhook-payload.ts';
import type { WebhookSettings } from './webhooks.ts';

type Wanted = Pick<WebhookSettings, 'format' | 'events' | 'accounts'>;
type Narrowed = Readonly<{ events: readonly string[]; accounts: readonly string[] }>;

const ALL: Narrowed = { events: [], accounts: [] };

/** What a webhook is told of, as far as its format can carry it; a replay may ask for other events and accounts. */
export const filterOf = ({ format, events, accounts }: Wanted, asked: Narrowed = ALL): EventFilter => {
  const patterns = asked.events.length === 0 ? events : asked.events;
  return {
    types: format === 'cloudevents' ? patterns : MESSAGE_TYPES.filter((type) => admitsType(patterns, type)),
    accounts: asked.accounts.length === 0 ? accounts : asked.accounts,
  };
};

/** Whether nothing at all is left: a filter without types would mean all of them. */
export const carriesNothing = ({ format }: Pick<Wanted, 'format'>, { types }: EventFilter): boolean =>
  format === 'wildcat' && types.length === 0;

/** Whether a webhook is told of an event: never of webhooks, which would go round in circles. */
export const isDue = (filter: EventFilter, event: Recorded<WildcatEvent>): boolean =>
  !event.type.startsWith('webhook.') && matches(filter, event);
