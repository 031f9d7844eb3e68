import type { BinaryNode } from '../protocol/node.ts';

/** A stanza as a person reads it. */
interface FrameLine {
  /** Rises by one with every frame. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seen from the server. */
  readonly direction: 'in' | 'out';
  /** `{number}.{device}`, or `unpaired`. */
  readonly device: string;
  readonly text: string;
}

/** The last frames of all connections; what is older is forgotten. */
export interface FrameLog {
  readonly lines: FrameLine[];
  readonly limit: number;
  count: number;
}

export const makeFrameLog = (limit: number): FrameLog => ({ lines: [], limit, count: 0 });

/** Children of a tag shown one by one; of more (prekeys, participants) only their number is told. */
const MAX_ALIKE = 8;
const MAX_TEXT = 160;
const MAX_LINE = 4000;
const PRINTABLE = /^[\x20-\x7e\u00a0-\uffff]*$/;

const attributes = ({ attrs }: BinaryNode) =>
  Object.entries(attrs)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');

/** Short text as text, everything else as its size. */
const content = (value: string | Uint8Array): string => {
  if (value.length > MAX_TEXT) return `${value.length} bytes`;
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
  return PRINTABLE.test(text) ? text : `${value.length} bytes`;
};

const childrenText = (nodes: readonly BinaryNode[]): string => {
  const counts = new Map<string, number>();
  for (const { tag } of nodes) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const parts = nodes.filter(({ tag }) => (counts.get(tag) ?? 0) <= MAX_ALIKE).map(readable);
  const many = [...counts].filter(([, count]) => count > MAX_ALIKE);
  return [...parts, ...many.map(([tag, count]) => `<${tag}/>×${count}`)].join('');
};

/** `<tag name="value">…</tag>`, binary content by its size. */
export const readable = (stanza: BinaryNode): string => {
  const { tag, content: inner } = stanza;
  const open = `<${tag}${attributes(stanza)}`;
  if (inner === undefined || inner.length === 0) return `${open}/>`;
  return `${open}>${Array.isArray(inner) ? childrenText(inner) : content(inner)}</${tag}>`;
};

/** Keeps a frame as a line; binary content is dropped here, so that the log stays small. */
export const noteFrame = (
  log: FrameLog,
  stanza: BinaryNode,
  seen: Pick<FrameLine, 'at' | 'direction' | 'device'>,
): void => {
  log.count += 1;
  log.lines.push({ number: log.count, ...seen, text: readable(stanza).slice(0, MAX_LINE) });
  // in one go once in a while: dropping the first of an array moves all the others
  if (log.lines.length >= log.limit * 2) log.lines.splice(0, log.lines.length - log.limit);
};

/** The kept lines after a number, of one account or all; the newest `limit` of them. */
export const framesAfter = (
  log: FrameLog,
  {
    after,
    account,
    limit,
  }: { readonly after: number; readonly account?: string | undefined; readonly limit: number },
): FrameLine[] =>
  log.lines
    .slice(-log.limit)
    .filter(
      ({ number, device }) => number > after && (account === undefined || device.startsWith(`${account}.`)),
    )
    .slice(-limit);
