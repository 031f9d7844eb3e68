/** A whole number >= 0 from what protobuf gives (number, Long or nothing); senders are not trusted with it. */
export const whole = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

const YEAR_9999 = 253_402_300_799;

/** Unix seconds that a date can be made of. */
export const seconds = (value: unknown): number => Math.min(whole(value ?? 0) ?? 0, YEAR_9999);

/** Unix seconds of a clock. */
export const unixNow = (now: () => Date): number => Math.floor(now().getTime() / 1_000);

/** When an entry of the app state was made, in unix seconds, by its own time (ms); `now` where it has none. */
export const madeAt = (ms: unknown, now: number): number => {
  const at = whole(ms);
  return at ? seconds(Math.floor(at / 1_000)) : now;
};

/** WhatsApp's own limit of a text; a peer may send more, and an event has to fit the log. `raw` keeps it all. */
export const MAX_TEXT = 65_536;
export const MAX_NAME = 1_024;

/** A text cut to `max`, between characters: half a surrogate pair is JSON that many readers refuse. */
export const cut = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, '');

/**
 * Whether it may name somebody or something. What the app state names comes from JSON within it (index), which rc14
 * passes on as it is: what is no text, whatever its type says, would be an event that no reader can decode, or an error
 * in the middle of others' changes.
 */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME;

/** A text that is there, cut to `max`. */
export const textOf = (value: string | null | undefined, max = MAX_TEXT): string | undefined =>
  typeof value === 'string' && value !== '' ? cut(value, max) : undefined;

/** Without the fields that are not there. */
export const defined = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  // Object.fromEntries loses what TypeScript knew of the keys
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
