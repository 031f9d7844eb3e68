import type { Msg } from '@nats-io/transport-node';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';

const reply = z.object({
  seq: z.number().optional(),
  duplicate: z.boolean().optional(),
  error: z.object({ code: z.number(), err_code: z.number(), description: z.string() }).optional(),
});

/** What the server made of a publish or of a batch's commit. */
export type Reply =
  | Readonly<{ kind: 'stored'; seq: number; duplicate: boolean }>
  /** The fence stands elsewhere, or (R3) somebody else's write to it is under way. */
  | Readonly<{ kind: 'conflict' }>
  /** Not stored by this very send, and worth another: no leader, no room for batches, a batch that lost a part. */
  | Readonly<{ kind: 'again'; reason: string }>
  /** A batch that holds an id that the log has already. */
  | Readonly<{ kind: 'repeat' }>
  | Readonly<{ kind: 'refused'; error: WildcatError }>;

const CONFLICT = new Set([10_071, 10_164]);
const REPEAT = 10_201;
const STORE_FAILED = 10_077;
/** Account or server is out of storage. */
const NO_ROOM = new Set([10_002, 10_023, 10_047]);
const TOO_LARGE = 10_054;
const NO_ATOMIC = 10_174;
/** Incomplete batch, too many of them at once, no leader, and everything else of the kind. */
const AGAIN = new Set([10_008, 10_176, 10_210]);

const full = (description: string): Reply => ({
  kind: 'refused',
  error: new WildcatError(
    'log_full',
    `The log is full (${description}): raise LOG_MAX_BYTES or free disk space`,
  ),
});

const onError = (code: number, status: number, description: string): Reply => {
  if (CONFLICT.has(code)) return { kind: 'conflict' };
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

/** Reads a PubAck or the error in its place, by the server's own error codes (nats-server errors.json). */
export const readReply = (msg: Msg): Reply => {
  if (msg.data.length === 0) return { kind: 'again', reason: 'JetStream does not answer' };
  const { error, seq, duplicate } = reply.parse(msg.json());
  if (error !== undefined) return onError(error.err_code, error.code, error.description);
  return { kind: 'stored', seq: seq ?? 0, duplicate: duplicate ?? false };
};
