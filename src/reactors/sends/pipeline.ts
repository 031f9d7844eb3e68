import { hasCode, messageOf } from '../../errors.ts';
import type { Outbox, PreparedSend, RelayOutcome, SendRequested, Session } from '../../ports/whatsapp.ts';

/** `unprepared`: no frame left; with a `failure` none ever will. */
export type Delivery =
  | RelayOutcome
  | Readonly<{ kind: 'unprepared'; failure: 'prepare' | 'upload' | null; reason: string }>;

/** Delivers one attempt of a request; calls leave in their order, and wait for their acks side by side. Never rejects. */
export type Pipeline = (request: SendRequested, attempt: number) => Promise<Delivery>;

const failureOf = (error: unknown): 'prepare' | 'upload' | null => {
  if (hasCode(error, 'upload_failed')) return 'upload';
  return hasCode(error, 'refused') ? 'prepare' : null;
};

/**
 * The way of an account's sends through one session. Preparing (which may upload) begins at once and beside the
 * others; the frames leave in the order of the calls. An attempt after the first sends the stored bytes again.
 */
export const createPipeline = (session: Session, outbox: Pick<Outbox, 'find'>): Pipeline => {
  let turn: Promise<unknown> = Promise.resolve();

  const prepare = async (request: SendRequested, attempt: number): Promise<PreparedSend> => {
    const stored = attempt > 1 ? await outbox.find(request.account, request.data.waId) : null;
    return stored ?? session.prepare(request);
  };

  /** Prepared and in its turn, with the way to its recipient known. */
  const ready = async (request: SendRequested, attempt: number, before: Promise<unknown>) => {
    const [send] = await Promise.all([prepare(request, attempt), before]);
    await session.reach(send.to);
    return send;
  };

  return async (request, attempt) => {
    const before = turn;
    const own = ready(request, attempt, before);
    turn = Promise.allSettled([before, own]);
    let send: PreparedSend;
    try {
      send = await own;
    } catch (error) {
      const [failure, reason] = [failureOf(error), messageOf(error)];
      // what may have left before is not called failed for what is learnt later
      return attempt > 1 && failure !== null
        ? { kind: 'unknown', reason }
        : { kind: 'unprepared', failure, reason };
    }
    try {
      return await session.relay(send, request, attempt);
    } catch (error) {
      return { kind: 'unknown', reason: messageOf(error) };
    }
  };
};
