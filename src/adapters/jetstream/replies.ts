import type { Msg } from '@nats-io/transport-node';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';
import { WRONG_LAST_SEQUENCE } from './server-errors.ts';
import { STREAM } from './stream.ts';

const reply = z.union([
  z.object({
    error: z.object({ code: z.number(), err_code: z.number(), description: z.string() }),
  }),
  z.object({
    error: z.undefined().optional(),
    stream: z.literal(STREAM),
    seq: z.number(),
    duplicate: z.boolean().optional(),
  }),
]);

/** What the server made of a publish or of a batch's commit. */
export type Reply =
  | Readonly<{ kind: 'stored'; seq: number; duplicate: boolean }>
  /** The fence stands elsewhere, or (R3) somebody else's write to it is under way. */
  | Readonly<{ kind: 'conflict' }>
  /** Not stored by this very send, and worth another: no leader, no room for batches, a batch that lost a part. */
  | Readonly<{ kind: 'again'; reason: string }>
  /** A batch that holds an id that the log has already. */
  | Readonly<{ kind: 'repeat' }>
  | Readonly<{ kind: 'refused'; error: WildcatError }>
  /** Of somebody else who listens to the subject and answers: says nothing of our stream. */
  | Readonly<{ kind: 'foreign' }>;

const REPEAT = 10_201;
const STORE_FAILED = 10_077;
/** Account or server is out of storage. */
const NO_ROOM = new Set([10_002, 10_023, 10_047]);
const TOO_LARGE = 10_054;
const NO_ATOMIC = 10_174;
/**
 * No leader, this very id still under way (R3), too much at once, an incomplete batch or too many of them, and
 * everything else of the kind.
 */
const AGAIN = new Set([10_008, 10_158, 10_167, 10_176, 10_210]);

const full = (description: string): Reply => ({
  kind: 'refused',
  error: new WildcatError(
    'log_full',
    `The log is full (${description}): raise LOG_MAX_BYTES or free disk space`,
  ),
});

const onError = (code: number, status: number, description: string): Reply => {
  if (WRONG_LAST_SEQUENCE.includes(code)) return { kind: 'conflict' };
  if (code === REPEAT) return { kind: 'repeat' };
  // 10077 is any failure to store; only the limits are known to be a matter of space
  if (NO_ROOM.has(code) || (code === STORE_FAILED && description.startsWith('maximum')))
    return full(description);
  if (AGAIN.has(code) || status >= 500) return { kind: 'again', reason: description };
  const mend =
    code === NO_ATOMIC
      ? new WildcatError(
          'misconfigured',
          'The stream takes no atomic batches any more: allow_atomic must be set',
        )
      : new WildcatError(code === TOO_LARGE ? 'invalid' : 'unavailable', `The log refused: ${description}`);
  return { kind: 'refused', error: mend };
};

type Answer = Pick<Msg, 'data' | 'json'>;

const readBody = (msg: Answer): z.infer<typeof reply> | null => {
  try {
    return reply.parse(msg.json());
  } catch {
    return null;
  }
};

/**
 * Reads a PubAck or the error in its place, by the server's own error codes (nats-server errors.json). Never throws: in
 * a subscription that would end the connection's reader.
 */
export const readReply = (msg: Answer): Reply => {
  if (msg.data.length === 0) return { kind: 'again', reason: 'JetStream does not answer' };
  const body = readBody(msg);
  if (body === null) return { kind: 'foreign' };
  if (body.error !== undefined) return onError(body.error.err_code, body.error.code, body.error.description);
  return { kind: 'stored', seq: body.seq, duplicate: body.duplicate ?? false };
};
