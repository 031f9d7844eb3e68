const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' });
const DAY_MS = 86_400_000;

export const timeOf = (at) => clock.format(at);

const startOfDay = (at) => new Date(at).setHours(0, 0, 0, 0);
const daysAgo = (at, now) => Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);

/** Whether two times are of one day. */
export const sameDay = (one, other) => startOfDay(one) === startOfDay(other);

/** `Today`, `Yesterday`, or the date. */
export const dayOf = (at, now) => ['Today', 'Yesterday'][daysAgo(at, now)] ?? day.format(at);

/** A time of today, else the date: for lists. */
export const shortTimeOf = (at, now) =>
  daysAgo(at, now) === 0 ? timeOf(at) : daysAgo(at, now) === 1 ? 'Yesterday' : shortDay.format(at);

/** `12 kB`. */
export const sizeOf = (bytes) => {
  if (bytes < 1000) return `${bytes} bytes`;
  const [amount, unit] = bytes < 1e6 ? [bytes / 1000, 'kB'] : [bytes / 1e6, 'MB'];
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
};

/** `0:07`. */
export const durationOf = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** `7 days`. */
export const spanOf = (seconds) => {
  const [length, unit] = UNITS.find(([length]) => seconds >= length && seconds % length === 0) ?? [
    1,
    'second',
  ];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};
