import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { toPublicEvent } from '../events/public.ts';
import type { LogEntry } from '../ports/event-log.ts';

/**
 * A message of the log on its way out. `text`: the published event in JSON, open where `previous` belongs, which
 * depends on the filter; made once for all that it goes to. Null where this build can't read it.
 */
export type Entry = Readonly<{
  seq: number;
  account: string;
  type: string;
  text: readonly [before: string, after: string] | null;
}>;

/** What a door hands out. `json`: the published event. */
export type Delivered = Readonly<{ position: number; json: string }>;

const GAP = '"previous":0';

const textOf = (event: Recorded<WildcatEvent>): readonly [string, string] => {
  const json = JSON.stringify(toPublicEvent(event, 0));
  // quotes within texts are escaped, so nothing else can look like this
  const end = json.indexOf(GAP) + GAP.length;
  return [json.slice(0, end - 1), json.slice(end)];
};

/** The entry of a message, null where it is none for consumers (the fence of a decision). */
export const entryOf = (logged: LogEntry): Entry | null => {
  const { seq } = logged;
  if (logged.kind === 'version') return null;
  if (logged.kind === 'event') {
    const { account, type } = logged.event;
    return { seq, account, type, text: textOf(logged.event) };
  }
  const [, account = '', aggregate = '', name = ''] = logged.subject.split('.');
  return { seq, account, type: `${aggregate}.${name}`, text: null };
};

/** Length of an entry's text, in characters. */
export const sizeOf = ({ text }: Entry): number => (text === null ? 0 : text[0].length + text[1].length);

/** The entries as they leave, each with the one before it as its `previous`. None may be unreadable. */
export const chain = (entries: readonly Entry[], previous: number): readonly Delivered[] =>
  entries.map(({ seq, text }, index) => {
    const [before = '', after = ''] = text ?? [];
    return { position: seq, json: `${before}${entries[index - 1]?.seq ?? previous}${after}` };
  });
