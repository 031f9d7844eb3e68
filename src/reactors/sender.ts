import type { MessageEvent } from '../events/messages.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Outbox, Ownership, SendRequested, Session } from '../ports/whatsapp.ts';
import { type FollowerDeps, startFollower } from './follower.ts';
import { createOutcomeRecorder } from './outcome-recorder.ts';
import { nextSteps } from './sends/next-steps.ts';
import * as sends from './sends/open-sends.ts';
import { createPipeline, type Delivery, type Pipeline } from './sends/pipeline.ts';
import { abandonedEvent, endingEvent, outcomeEvent, unpreparableEvent } from './sends/send-events.ts';

type SenderDeps = FollowerDeps &
  Readonly<{
    log: Pick<EventLog, 'append'>;
    outbox: Pick<Outbox, 'find'>;
    /** How long a send may wait for its first frame, in ms. */
    ttlMs: number;
    now: () => Date;
    failpoint: (name: string) => void;
  }>;

/** Carries out an account's sends for as long as its owner holds the lease. */
export type Sender = Readonly<{
  connected: (session: Session) => void;
  caughtUp: () => void;
  disconnected: () => void;
  /** Records what needs no connection: receipts as proof, sends that are too old. */
  settle: () => Promise<void>;
  /** The account can't send any more: ends what the log holds up to now, failed where nothing left, else unknown. */
  abandon: (reason: string) => Promise<void>;
  /** Stops after what is known has been recorded. */
  stop: () => Promise<void>;
  /** How many sends are open, and why nothing is done about them, if so. */
  status: () => Readonly<{ open: number; failure: string | null }>;
}>;

type Link = Readonly<{ deliver: Pipeline; caughtUp: boolean }>;

/** How long a server may say nothing about a send, while connected, before it gets it again. */
const SILENCE_MS = 60_000;
const PREPARE_AGAIN_MS = 5_000;
const TICK_MS = 1_000;

/** The name under which an account's sender keeps its position. */
export const senderPosition = (account: string): string => `sender/${account}`;

/**
 * Starts the sender of an account: reads its send events from the oldest open one on, follows them, and relays over
 * whatever session it is given. Only the log says what is open.
 */
export const startSender = (deps: SenderDeps, owner: Ownership): Sender => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const append = createOutcomeRecorder(deps.log, deps.logger, signal);
  const tasks = new Set<Promise<void>>();
  let state = sends.noSends(0);
  let link: Link | null = null;

  const track = (task: Promise<void>): void => {
    tasks.add(task);
    void task.finally(() => tasks.delete(task));
  };
  const finish = (request: SendRequested, event: MessageEvent): void => {
    state = sends.settled(state, request.data.waId);
    const { account, gen, epoch } = owner;
    const { id: cause, corr } = request;
    track(append({ account, gen, epoch, occurredAt: deps.now().toISOString(), cause, corr, ...event }));
  };

  const postpone = (request: SendRequested, attempt: number, delivery: Delivery): void => {
    const { waId } = request.data;
    deps.logger.warn({ waId, attempt, ...delivery }, 'send has no outcome yet');
    const mayHaveLeft = delivery.kind === 'unknown';
    const notBefore = deps.now().getTime() + (mayHaveLeft ? SILENCE_MS : PREPARE_AGAIN_MS);
    state = sends.waiting(state, waId, mayHaveLeft ? attempt : attempt - 1, notBefore);
  };
  const deliver = async (over: Link, request: SendRequested, attempt: number): Promise<void> => {
    state = sends.sending(state, request.data.waId, attempt);
    const delivery = await over.deliver(request, attempt);
    if (delivery.kind === 'acked' || delivery.kind === 'refused') {
      deps.failpoint('send.acked');
      finish(request, outcomeEvent(request, delivery));
    } else if (delivery.kind === 'unprepared' && delivery.failure !== null) {
      finish(request, unpreparableEvent(request, delivery.reason, delivery.failure));
    } else {
      postpone(request, attempt, delivery);
      if (link?.deliver !== over.deliver) state = sends.reconnected(state);
    }
    pump();
  };

  /** Whoever holds the lease now knows more of its sends than an owner who has lost it. */
  const mayDecide = (): boolean => follower.isReady() && owner.isValid();
  const pump = (): void => {
    if (!mayDecide() || signal.aborted) return;
    const over = link;
    const [now, ttl] = [deps.now().getTime(), deps.ttlMs];
    const caughtUp = over?.caughtUp ?? false;
    const steps = nextSteps(state, { connected: over !== null, caughtUp, now, ttl });
    for (const step of steps) {
      const { request } = step.send;
      if (step.kind !== 'relay') finish(request, endingEvent(step));
      else if (over !== null) track(deliver(over, request, step.attempt));
    }
  };

  const follower = startFollower(deps, {
    name: senderPosition(owner.account),
    subjects: sends.sendSubjects(owner.account),
    signal,
    begin: (seq) => {
      state = sends.noSends(seq);
    },
    fold: (events) => {
      state = sends.foldSends(state, events, owner.gen);
    },
    seen: () => state.seen,
    position: () => sends.positionOf(state),
    onNews: () => pump(),
  });
  // Time alone ends some waits: a silent server's, and that of a send which becomes too old.
  const ticking = setInterval(() => {
    if (state.open.size > 0) pump();
  }, TICK_MS).unref();

  const settle = async (): Promise<void> => {
    await follower.ready;
    pump();
    await Promise.all(tasks);
  };
  return {
    connected: (session) => {
      link = { deliver: createPipeline(session, deps.outbox), caughtUp: false };
      state = sends.reconnected(state);
      pump();
    },
    caughtUp: () => {
      if (link !== null) link = { ...link, caughtUp: true };
      pump();
    },
    disconnected: () => {
      link = null;
    },
    settle,
    abandon: async (reason) => {
      await settle();
      if (!mayDecide()) return;
      await follower.readToEnd();
      for (const send of sends.unsettled(state))
        finish(send.request, abandonedEvent(send, sends.attemptsOf(state, send), reason));
      await Promise.all(tasks);
    },
    stop: async () => {
      clearInterval(ticking);
      stopping.abort();
      await Promise.all([...tasks, follower.ended]);
    },
    status: () => ({ open: state.open.size, failure: follower.failure() }),
  };
};
