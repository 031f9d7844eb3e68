import { EVENT_TYPES } from './codec.ts';
import { isPurged } from './retention.ts';
import { SYSTEM } from './webhooks.ts';

/**
 * Which events a consumer wants, whatever door they leave by. `types`: patterns (`*`, `message.*`, `message.received`);
 * `accounts`: ids. An empty list asks for all.
 */
export type EventFilter = Readonly<{ types: readonly string[]; accounts: readonly string[] }>;

const PATTERN = /^(\*|[a-z]+\.(\*|[a-z_]+))$/;

const admits = (pattern: string, type: string): boolean =>
  pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));

/** Whether a pattern is well formed and means at least one event of the catalogue. */
export const isTypePattern = (text: string): boolean =>
  PATTERN.test(text) && EVENT_TYPES.some((type) => admits(text, type));

/** Whether one of the patterns admits `type`; no pattern at all admits every type. */
export const admitsType = (patterns: readonly string[], type: string): boolean =>
  patterns.length === 0 || patterns.some((pattern) => admits(pattern, type));

/** Whether the filter lets an event through. */
export const matches = (
  { types, accounts }: EventFilter,
  event: Readonly<{ type: string; account: string }>,
): boolean => (accounts.length === 0 || accounts.includes(event.account)) && admitsType(types, event.type);

/**
 * The subjects to read for a filter. They may hold more than it lets through (versions, say): `matches` has the last
 * word.
 */
export const subjectsOf = ({ types, accounts }: EventFilter): readonly string[] => {
  const owners = accounts.length === 0 ? ['*'] : [...new Set(accounts)];
  const wanted = types.length === 0 || types.includes('*') ? ['*'] : [...new Set(types)];
  // JetStream refuses a filter that another one contains
  const least = wanted.filter(
    (type) => type.endsWith('*') || !wanted.some((one) => one !== type && admits(one, type)),
  );
  const subjects = owners.flatMap((owner) =>
    least.map((type) => {
      if (type === '*') return `wildcat.${owner}.>`;
      return `wildcat.${owner}.${type.endsWith('.*') ? `${type.slice(0, -2)}.>` : `${type}.>`}`;
    }),
  );
  return subjects.includes('wildcat.*.>') ? ['wildcat.>'] : subjects;
};

/** Whether the filter lets something through that a purge takes out of the log. */
export const admitsPurged = ({ types, accounts }: EventFilter): boolean =>
  !(accounts.length > 0 && accounts.every((account) => account === SYSTEM)) &&
  EVENT_TYPES.some((type) => isPurged(type) && admitsType(types, type));
