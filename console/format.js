const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exact = new Intl.DateTimeFormat(undefined, {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
});
const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const shortDay = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const number = new Intl.NumberFormat();

/** 1,234 */
export const countOf = (value) => number.format(value);
/** `1 chat`, `2 chats`. */
export const manyOf = (value, word) => `${number.format(value)} ${word}${value === 1 ? '' : 's'}`;

const dateOf = (time) => new Date(typeof time === 'number' ? time * 1_000 : time);

/** Times are unix seconds or ISO 8601. */
export const clockOf = (time) => clock.format(dateOf(time));
export const exactOf = (time) => exact.format(dateOf(time));
export const dayOf = (time) => day.format(dateOf(time));
export const fullOf = (time) => full.format(dateOf(time));

/** The hour of today, else the date. */
export const shortOf = (time) => {
  const date = dateOf(time);
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : shortDay.format(date);
};

const UNITS = ['kB', 'MB', 'GB', 'TB'];
/** `12 kB`. */
export const sizeOf = (bytes) => {
  if (bytes < 1_000) return `${bytes} bytes`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  const amount = bytes / 1_000 ** power;
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power - 1]}`;
};

const SPANS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];
/** `3 h 12 min`: the two largest units. */
export const spanOf = (seconds) => {
  const first = SPANS.findIndex(([length]) => seconds >= length);
  if (first === -1) return `${Math.round(seconds * 10) / 10} s`;
  const [length, unit] = SPANS[first];
  const [next, nextUnit] = SPANS[first + 1] ?? [1, 's'];
  const rest = Math.floor((seconds % length) / next);
  return `${Math.floor(seconds / length)} ${unit}${rest > 0 ? ` ${rest} ${nextUnit}` : ''}`;
};

/** Whether a message is still shown as pinned in its chat. */
export const isPinned = (pinned, now = Date.now()) =>
  Boolean(pinned) && (pinned.until === null || Date.parse(pinned.until) > now);

/** A JID as people say it: a phone number with its plus, else what it is. */
export const personOf = (jid) => jid?.replace(/^(\d+)@s\.whatsapp\.net$/, '+$1') ?? '';
