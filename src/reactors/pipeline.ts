import { hasCode, messageOf } from '../errors.ts';
import type { Outbox, PreparedSend, RelayOutcome, Session } from '../ports/whatsapp.ts';
import type { SendRequested } from './open-sends.ts';

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

  return async (request, attempt) => {
    const before = turn;
    const prepared = prepare(request, attempt);
    turn = Promise.allSettled([before, prepared]);
    let send: PreparedSend;
    try {
      [send] = await Promise.all([prepared, before]);
    } catch (error) {
      return { kind: 'unprepared', failure: failureOf(error), reason: messageOf(error) };
    }
    try {
      return await session.relay(send, request, attempt);
    } catch (error) {
      return { kind: 'unknown', reason: messageOf(error) };
    }
  };
};
