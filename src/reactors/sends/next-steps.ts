import { attemptsOf, type OpenSend, type OpenSends, unsettled } from './open-sends.ts';

/** What to do with an open send. `relay` carries the number of the attempt. */
export type Step = Readonly<{ send: OpenSend }> &
  (
    | Readonly<{ kind: 'relay'; attempt: number }>
    /** A receipt proves that it was sent. */
    | Readonly<{ kind: 'confirm'; at: number }>
    /** It never left, and is too old now. */
    | Readonly<{ kind: 'expire' }>
    /** It may have left, nobody can tell, and there is nothing more to try. */
    | Readonly<{ kind: 'give_up'; attempts: number }>
  );

export type SendEnv = Readonly<{
  connected: boolean;
  /** Connected, and what had waited on the server is here, receipts of earlier attempts included. */
  caughtUp: boolean;
  /** ms */
  now: number;
  /** How long a send may wait for its first frame, in ms. */
  ttl: number;
}>;

/** Acks of one account that are awaited at once. */
export const WINDOW = 16;
export const MAX_ATTEMPTS = 3;

/** Sends that are looked at: whoever stands behind that many unanswered ones waits for his turn. */
const HORIZON = 100;

const isPast = (send: OpenSend, { now, ttl }: SendEnv): boolean =>
  Date.parse(send.request.occurredAt) + ttl <= now;

/** The step that ends an open send without another frame, or null. */
const ending = (send: OpenSend, attempts: number, env: SendEnv): Step | null => {
  const exhausted = attempts >= MAX_ATTEMPTS && env.caughtUp;
  if (!exhausted && !isPast(send, env)) return null;
  return attempts === 0 ? { kind: 'expire', send } : { kind: 'give_up', send, attempts };
};

/**
 * What can be done now, in request order. A send that may have left already goes again only after the connection
 * has caught up, since its receipt may be on the way, and holds back those behind it until then.
 */
export const nextSteps = (state: OpenSends, env: SendEnv): readonly Step[] => {
  const steps: Step[] = [];
  let room = WINDOW - [...state.local.values()].filter(({ phase }) => phase === 'sending').length;
  let held = !env.connected;
  for (const send of unsettled(state).slice(0, HORIZON)) {
    const attempts = attemptsOf(state, send);
    if (send.receiptAt !== null) {
      steps.push({ kind: 'confirm', send, at: send.receiptAt });
      continue;
    }
    if ((state.local.get(send.request.data.waId)?.notBefore ?? 0) > env.now) continue;
    const end = ending(send, attempts, env);
    if (end !== null) steps.push(end);
    else {
      held ||= attempts > 0 && !env.caughtUp;
      if (!held && room-- > 0) steps.push({ kind: 'relay', send, attempt: attempts + 1 });
    }
  }
  return steps;
};
