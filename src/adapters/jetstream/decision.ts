import { setTimeout as pause } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import { type Msg, type NatsConnection, nuid } from '@nats-io/transport-node';
import { z } from 'zod';
import { messageOf, WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { headersOf } from './encode.ts';
import type { Link } from './link.ts';
import type { Outgoing, Patience } from './publisher.ts';
import { type Reply, readReply } from './replies.ts';
import { unknownAppend } from './server-errors.ts';
import { STREAM } from './stream.ts';

/** A decided event with the fence that it may pass: its aggregate's version subject, still at `version`. */
type Decision = Readonly<{
  event: Outgoing;
  eventId: string;
  versionSubject: string;
  version: number;
}>;

type Deps = Readonly<{
  nc: NatsConnection;
  jsm: JetStreamManager;
  link: Link;
  patience: Patience;
  log: Logger;
}>;

const RETRY_MS = 200;

/** Body of a version message: which event moved the fence. */
const versionBody = z.object({ event: z.string() });

const withHeaders = (message: Outgoing, pairs: Readonly<Record<string, string>>): Outgoing['headers'] => {
  const merged = headersOf(pairs);
  for (const [name, [value]] of message.headers) if (value !== undefined) merged.append(name, value);
  return merged;
};

const request = async (deps: Deps, decision: Decision): Promise<Msg> => {
  const batch = nuid.next();
  deps.nc.publish(decision.event.subject, decision.event.payload, {
    headers: withHeaders(decision.event, { 'Nats-Batch-Id': batch, 'Nats-Batch-Sequence': '1' }),
  });
  return deps.nc.request(decision.versionSubject, JSON.stringify({ event: decision.eventId }), {
    timeout: deps.patience.ackMs,
    headers: headersOf({
      'Nats-Batch-Id': batch,
      'Nats-Batch-Sequence': '2',
      'Nats-Batch-Commit': '1',
      'Nats-Expected-Last-Subject-Sequence': String(decision.version),
    }),
  });
};

/** Sends the batch once (ADR-50), without the client's `commit`, which hides what the server says. */
const commit = async (deps: Deps, decision: Decision): Promise<Reply> => {
  try {
    return readReply(await request(deps, decision));
  } catch (error) {
    return { kind: 'again', reason: messageOf(error) };
  }
};

type Found = 'ours' | 'other' | 'none' | 'unknown';

/**
 * Who moved the fence on from `version`: if the batch was stored it is the first message after it. Asked of the
 * leader, since a replica may lag.
 */
const readBack = async (deps: Deps, decision: Decision): Promise<Readonly<{ by: Found; seq: number }>> => {
  try {
    const query = { seq: decision.version + 1, next_by_subj: decision.versionSubject };
    const stored = await deps.jsm.streams.getMessage(STREAM, query);
    if (stored === null) return { by: 'none', seq: 0 };
    const ours = versionBody.parse(stored.json()).event === decision.eventId;
    return { by: ours ? 'ours' : 'other', seq: stored.seq };
  } catch (error) {
    deps.log.debug({ error }, 'a decision can not be read back yet');
    return { by: 'unknown', seq: 0 };
  }
};

const lostRace = (): WildcatError => new WildcatError('version_conflict', 'Another decision came first');

/**
 * Appends a decided event together with its version message, all or nothing; resolves with the version message's
 * position, which is one past the event's. After a time-out the log itself is asked who won. Throws
 * `version_conflict`, `log_full`, and `unavailable` where the outcome stayed unknown.
 */
export const appendFenced = async (deps: Deps, decision: Decision): Promise<number> => {
  const deadline = performance.now() + deps.patience.totalMs;
  const left = () => deadline - performance.now();
  for (let unsure = false; left() > 0; unsure = true) {
    if (!(await deps.link.whenUp(left()))) break;
    const reply = await commit(deps, decision);
    if (reply.kind === 'stored') return reply.seq;
    if (reply.kind === 'refused') throw reply.error;
    if (reply.kind === 'conflict' && !unsure) throw lostRace();
    const found = await readBack(deps, decision);
    if (found.by === 'ours') return found.seq;
    if (found.by === 'other') throw lostRace();
    deps.log.warn({ reply, subject: decision.versionSubject }, 'outcome of a decision unknown, trying again');
    await pause(RETRY_MS);
  }
  throw unknownAppend(deps.patience.totalMs);
};
