import { messageOf } from '../../errors.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { ViewStore } from '../../ports/view-store.ts';
import { buildIds, type View } from '../projection.ts';
import { createViewPositions } from './positions.ts';
import type { ViewRunner } from './run.ts';
import { statusOf, unread } from './status.ts';

type Deps = Readonly<{
  log: Pick<EventLog, 'state'>;
  store: Pick<ViewStore, 'checkpoints'>;
  now: () => Date;
}>;

const LOOK_MS = 1_000;

/**
 * Views that other processes keep up to date, as far as a reader needs to know of them until `stop`: where they
 * are, looked up every second, and every 50 ms while somebody waits for them.
 */
export const watchViews = (deps: Deps, views: readonly View[]): Omit<ViewRunner, 'skip'> => {
  const { log, store } = deps;
  const positions = createViewPositions(store.checkpoints, ...buildIds(views));
  let trouble: string | null = null;
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    try {
      positions.note(await store.checkpoints());
      trouble = null;
    } catch (error) {
      trouble = messageOf(error);
    }
  };
  const lookOnce = (): Promise<void> => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
  const timer = setInterval(() => void lookOnce(), LOOK_MS).unref();
  void lookOnce();

  return {
    positions,
    refresh: async () => {}, // whoever runs the views looks for himself
    status: async () => {
      const [{ lastSeq: head }] = await Promise.all([log.state().catch(() => ({ lastSeq: 0 })), lookOnce()]);
      const situation = { head, goal: 0, trouble, standby: true, pending: new Map(), now: deps.now() };
      return views.map(unread).map((member) => {
        const checkpoint = positions.known().get(member.build.id) ?? member.checkpoint;
        return statusOf({ ...member, checkpoint }, situation);
      });
    },
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
};
