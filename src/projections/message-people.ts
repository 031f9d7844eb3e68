import type { Address } from '../events/ids.ts';
import { sameAddress } from './addresses.ts';

/** Each person's latest; `emoji` "" took it back. */
export type Reaction = Readonly<{ from: Address; fromMe: boolean; emoji: string; timestamp: number }>;

/** Each person's latest: sha256 (hex) of the options' names. */
export type Vote = Readonly<{
  from: Address;
  fromMe: boolean;
  options: readonly string[];
  timestamp: number;
}>;

/** When somebody of a group got and read an own message, in unix seconds. */
export type Receipt = Readonly<{ by: Address; deliveredAt?: number; readAt?: number }>;

/** What people did with a message. */
type People = Readonly<{
  reactions?: readonly Reaction[];
  votes?: readonly Vote[];
  receipts?: readonly Receipt[];
}>;

type Personal = Readonly<{ from: Address; fromMe: boolean; timestamp: number }>;

/** The list with this entry in place of an earlier one of the same person; null where a later one is known. */
const withLatest = <P extends Personal>(known: readonly P[], latest: P): readonly P[] | null => {
  const isHis = (one: P) =>
    one.fromMe === latest.fromMe && (one.fromMe || sameAddress(one.from, latest.from));
  const his = known.find(isHis);
  if (his === undefined) return [...known, latest];
  return his.timestamp > latest.timestamp ? null : known.map((one) => (one === his ? latest : one));
};

/** Notes a person's reaction unless a later one of his is known. */
export const withReaction = <D extends People>(doc: D, reaction: Reaction): D => {
  const reactions = withLatest(doc.reactions ?? [], reaction);
  return reactions === null ? doc : { ...doc, reactions };
};

/** Notes a person's vote unless a later one of his is known. */
export const withVote = <D extends People>(doc: D, vote: Vote): D => {
  const votes = withLatest(doc.votes ?? [], vote);
  return votes === null ? doc : { ...doc, votes };
};

/** Notes when somebody got or read it; the first time counts. */
export const withReceipt = <D extends People>(
  doc: D,
  by: Address,
  status: 'delivered' | 'read',
  at: number,
): D => {
  const receipts = doc.receipts ?? [];
  const known = receipts.find((one) => sameAddress(one.by, by));
  const field = status === 'read' ? 'readAt' : 'deliveredAt';
  if (known === undefined) return { ...doc, receipts: [...receipts, { by, [field]: at }] };
  if (known[field] !== undefined) return doc;
  return { ...doc, receipts: receipts.map((one) => (one === known ? { ...one, [field]: at } : one)) };
};
