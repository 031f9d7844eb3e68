/** A point of the log: the position of its last event by then, or the time (unix ms) of the append that was the last. */
export type Moment = Readonly<{ seq: number }> | Readonly<{ ms: number }>;

/** Smaller numbers are positions, larger ones unix seconds: the year 2001 was before any log. */
const FIRST_SECOND = 1_000_000_000;
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A position, unix seconds or an ISO 8601 time (a date alone is its first moment in UTC); null where it is none. */
export const parseMoment = (text: string): Moment | null => {
  if (/^\d{1,12}$/.test(text)) {
    const number = Number(text);
    return number < FIRST_SECOND ? { seq: number } : { ms: number * 1_000 };
  }
  const ms = ISO.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : { ms };
};

/** Whether an event came after that moment. */
export const isAfter = (moment: Moment, { seq, at }: Readonly<{ seq: number; at: string }>): boolean =>
  'seq' in moment ? seq > moment.seq : Date.parse(at) > moment.ms;
