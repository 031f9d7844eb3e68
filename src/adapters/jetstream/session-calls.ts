import { errors, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallSession, ServeCalls } from '../../ports/session-calls.ts';

const PREFIX = 'wildcat-call';
/** Above Baileys' own 20 s for a query, so that its answer is the one that counts. */
const ANSWER_MS = 25_000;
/** An answer goes in parts of this size: all of an account's groups are more than one message of NATS may hold. */
const PART_BYTES = 256 * 1_024;
/** What ends an answer says how many bytes it has: a part may be lost while one of the two reconnects. */
const LENGTH = 'Wildcat-Length';

const CODES = ['refused', 'not_found', 'forbidden', 'throttled', 'unavailable'] as const;
const request = z.object({ name: z.string(), ask: z.unknown() });
const reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), answer: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.enum(CODES), message: z.string() }),
]);
type Reply = z.infer<typeof reply>;

const failed = (error: unknown): Reply => {
  const code = error instanceof WildcatError ? CODES.find((known) => known === error.code) : undefined;
  return code === undefined || !(error instanceof WildcatError)
    ? { ok: false, code: 'unavailable', message: 'WhatsApp did not answer' }
    : { ok: false, code, message: error.message };
};

/**
 * Answers calls by core NATS, outside the log: nothing of them is kept, and one that nobody hears never happened.
 */
export const createCallServer =
  (nc: NatsConnection, logger: Logger): ServeCalls =>
  (account, acts) => {
    const byName = new Map<string, (ask: never) => Promise<unknown>>(Object.entries(acts));
    const answer = async (message: unknown): Promise<Reply> => {
      try {
        const { name, ask } = request.parse(message);
        const act = byName.get(name);
        if (act === undefined) throw new WildcatError('refused', `This node knows no call ${name}`);
        // only this service publishes here, and `CallSession` types what it asks
        return { ok: true, answer: await act(ask as never) };
      } catch (err) {
        logger.warn({ err, account }, 'a call to WhatsApp failed');
        return failed(err);
      }
    };
    const serve = async (message: Msg): Promise<void> => {
      const bytes = Buffer.from(JSON.stringify(await answer(message.json())));
      for (let at = 0; at < bytes.length; at += PART_BYTES)
        message.respond(bytes.subarray(at, at + PART_BYTES));
      const end = headers();
      end.set(LENGTH, String(bytes.length));
      message.respond(undefined, { headers: end }); // an empty one ends it
    };
    const subscription = nc.subscribe(`${PREFIX}.${account}`, {
      callback: (error, message) => {
        if (error === null)
          serve(message).catch((err: unknown) => logger.warn({ err, account }, 'a call was not answered'));
      },
    });
    return () => subscription.unsubscribe();
  };

const troubleOf = (cause: unknown): WildcatError => {
  if (cause instanceof errors.NoRespondersError)
    return new WildcatError('not_connected', 'Account not connected', { cause });
  return new WildcatError('unavailable', 'NATS does not answer', { cause });
};

const bytesOf = async (nc: NatsConnection, account: string, body: string): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  let length: string | undefined;
  const subject = `${PREFIX}.${account}`;
  try {
    const answers = await nc.requestMany(subject, body, { strategy: 'sentinel', maxWait: ANSWER_MS });
    for await (const part of answers) {
      parts.push(part.data);
      length = part.headers?.get(LENGTH);
    }
  } catch (cause) {
    throw troubleOf(cause);
  }
  const bytes = Buffer.concat(parts);
  // a node of an older version does not say how long its answer is
  const isWhole = parts.at(-1)?.length === 0 && Number(length ?? bytes.length) === bytes.length;
  if (!isWhole) throw new WildcatError('unavailable', 'WhatsApp did not answer');
  return bytes;
};

/** Calls by core NATS: whichever node holds the connection answers. */
export const createCaller =
  (nc: NatsConnection): CallSession =>
  async (account, name, ask) => {
    const bytes = await bytesOf(nc, account, JSON.stringify({ name, ask }));
    const told = reply.parse(JSON.parse(bytes.toString()));
    if (!told.ok) throw new WildcatError(told.code, told.message);
    // the answer of `SessionActs[name]`, in JSON
    return told.answer as never;
  };
