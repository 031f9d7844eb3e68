import { type NatsConnection, RequestError, TimeoutError } from '@nats-io/transport-node';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallSession, ServeCalls } from '../../ports/session-calls.ts';

const PREFIX = 'wildcat-call';
/** Above Baileys' own 20 s for a query, so that its answer is the one that counts. */
const ANSWER_MS = 25_000;

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
        return { ok: true, answer: (await act(ask as never)) ?? null };
      } catch (err) {
        logger.warn({ err, account }, 'a call to WhatsApp failed');
        return failed(err);
      }
    };
    const subscription = nc.subscribe(`${PREFIX}.${account}`, {
      callback: (error, message) => {
        if (error === null) void answer(message.json()).then((body) => message.respond(JSON.stringify(body)));
      },
    });
    return () => subscription.unsubscribe();
  };

const troubleOf = (cause: unknown): WildcatError => {
  if (cause instanceof RequestError && cause.isNoResponders())
    return new WildcatError('not_connected', 'Account not connected', { cause });
  const text = cause instanceof TimeoutError ? 'WhatsApp did not answer' : 'NATS does not answer';
  return new WildcatError('unavailable', text, { cause });
};

/** Calls by core NATS: whichever node holds the connection answers. */
export const createCaller =
  (nc: NatsConnection): CallSession =>
  async (account, name, ask) => {
    const message = await nc
      .request(`${PREFIX}.${account}`, JSON.stringify({ name, ask }), { timeout: ANSWER_MS })
      .catch((cause: unknown) => {
        throw troubleOf(cause);
      });
    const told = reply.parse(message.json());
    if (!told.ok) throw new WildcatError(told.code, told.message);
    // the answer of `SessionActs[name]`, in JSON
    return told.answer as never;
  };
