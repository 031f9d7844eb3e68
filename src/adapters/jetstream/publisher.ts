import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Link } from './link.ts';
import { readReply } from './replies.ts';
import { unknownAppend } from './server-errors.ts';
import { createTurns } from './turns.ts';

export type Outgoing = Readonly<{ subject: string; payload: Uint8Array; headers: MsgHdrs }>;

/** How long one send waits for its ack, and a publish in all, in milliseconds. */
export type Patience = Readonly<{ ackMs: number; totalMs: number }>;

/** `oneByOne`: of an account's chat (or another entity) only one is under way at a time. */
type Manner = Patience & Readonly<{ oneByOne: boolean }>;

/** `sends`: how often it went out; above 1 a `duplicate` may be our own. */
type Ack = Readonly<{ seq: number; duplicate: boolean; sends: number }>;

type Pending = Outgoing & {
  readonly token: string;
  readonly deadline: number;
  sentAt: number;
  sends: number;
  readonly resolve: (ack: Ack) => void;
  readonly reject: (error: Error) => void;
};

const TICK_MS = 100;

/** The account and the entity of `wildcat.{account}.{aggregate}.{event}.{entity}`. */
const chatOf = ({ subject }: Outgoing): string => {
  const tokens = subject.split('.');
  return `${tokens[1]}.${tokens.at(-1)}`;
};

/**
 * Publishes many messages at once, each until it is acknowledged: sent again under its own id when no ack came in
 * time, refused by nobody's fault, or the connection was lost. Whatever is open goes again in the order of the
 * calls and before anything new, so a broken connection does not change the order in the log. A cluster that changes
 * its leader may lose one and store the one behind it: there it takes `oneByOne` to keep a chat's order.
 */
export const createPublisher = (
  nc: NatsConnection,
  link: Link,
  patience: Manner,
  log: Logger,
): ((message: Outgoing) => Promise<Ack>) => {
  const pending = new Map<string, Pending>();
  const turns = patience.oneByOne ? createTurns<Pending>(chatOf) : null;
  const inbox = `${createInbox()}.`;
  let count = 0;
  let unsent: Pending[] | null = null;
  let heldUntil = 0;
  /** Refused since the last ack: told once. */
  let refused = false;
  let timer: NodeJS.Timeout | null = null;

  const settled = (entry: Pending): void => {
    pending.delete(entry.token);
    const next = turns?.leave(entry);
    if (next !== undefined) sendInTurn(next);
  };
  const fail = (entry: Pending, error: Error): void => {
    settled(entry);
    entry.reject(error);
  };
  const send = (entry: Pending): void => {
    if (turns !== null && !turns.isFirst(entry)) return;
    entry.sends += 1;
    entry.sentAt = performance.now();
    try {
      nc.publish(entry.subject, entry.payload, { reply: inbox + entry.token, headers: entry.headers });
    } catch (error) {
      fail(entry, new WildcatError('unavailable', 'The log can not be written to', { cause: error }));
    }
  };
  const sendAll = (): void => {
    heldUntil = 0;
    for (const entry of [...pending.values()]) send(entry);
  };
  // The client writes to its socket once per microtask: a burst, published one by one, would cost a system call each.
  // So the first of a turn of the event loop goes at once, and what else the turn brings goes together at its end.
  const endTurn = (): void => {
    const batch = unsent ?? [];
    unsent = null;
    for (const entry of batch) if (entry.sends === 0 && pending.has(entry.token) && mayGo()) send(entry);
  };
  const sendInTurn = (entry: Pending): void => {
    if (unsent !== null) {
      unsent.push(entry);
      return;
    }
    unsent = [];
    setImmediate(endTurn);
    if (mayGo()) send(entry);
  };
  const hold = (reason: string): void => {
    if (!refused) log.warn({ reason }, 'append refused for now, trying again');
    refused = true;
    heldUntil ||= performance.now() + 2 * TICK_MS;
  };
  const mayGo = (): boolean => heldUntil === 0 && link.isUp();

  const tick = (): void => {
    const now = performance.now();
    for (const entry of pending.values()) {
      if (now >= entry.deadline) fail(entry, unknownAppend(patience.totalMs));
      else if (mayGo() && now - entry.sentAt >= patience.ackMs) send(entry);
    }
    if (heldUntil !== 0 && now >= heldUntil && link.isUp()) sendAll();
    if (pending.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };

  const onReply = (msg: Msg): void => {
    const entry = pending.get(msg.subject.slice(inbox.length));
    if (entry === undefined) return;
    const reply = readReply(msg);
    if (reply.kind === 'foreign') return; // the server's is still to come
    if (reply.kind === 'stored') {
      refused = false;
      settled(entry);
      entry.resolve({ seq: reply.seq, duplicate: reply.duplicate, sends: entry.sends });
    } else if (reply.kind === 'again') hold(reply.reason);
    else if (reply.kind === 'refused') fail(entry, reply.error);
    else fail(entry, new WildcatError('unavailable', `The log answered ${reply.kind} to a plain append`));
  };

  nc.subscribe(`${inbox}*`, {
    callback: (error, msg) => {
      if (error !== null) log.error({ error: error.message }, 'acks of the log can not be received');
      else onReply(msg);
    },
  });
  link.onUp(sendAll);
  void nc.closed().then(() => {
    for (const entry of [...pending.values()])
      fail(entry, new WildcatError('unavailable', 'The connection to the log was closed'));
  });

  return (message) =>
    new Promise((resolve, reject) => {
      const token = (++count).toString(36);
      const deadline = performance.now() + patience.totalMs;
      const entry = { token, deadline, sentAt: 0, sends: 0, resolve, reject, ...message };
      pending.set(token, entry);
      turns?.join(entry);
      timer ??= setInterval(tick, TICK_MS);
      sendInTurn(entry);
    });
};
