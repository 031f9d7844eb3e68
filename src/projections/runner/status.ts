import type { Stop } from '../../ports/view-store.ts';
import { buildOf, type View } from '../projection.ts';
import type { Member } from './lane.ts';
import { progressOf, type RebuildProgress } from './rebuild-report.ts';

/**
 * `rebuilding`: on its way from the log's beginning to its end. `waiting`: the database or the log does not answer.
 * `standby`: another process is at it. `stopped`, `poisoned`: until a person acts.
 */
type ViewState = 'running' | 'rebuilding' | 'waiting' | 'standby' | 'stopped' | 'poisoned';

export type ViewStatus = Readonly<{
  view: string;
  build: string;
  /** Whether it is what readers see. */
  live: boolean;
  state: ViewState;
  /** The log's last position, as far as known. */
  head: number;
  position: number;
  /** Positions between the two: events, decisions' version marks, and gaps where something was purged. */
  lag: number;
  /** Age of the oldest event in hand that is not folded yet; 0 where there is none. */
  lagSeconds: number;
  /** What it waits for, where it waits. */
  trouble: string | null;
  stop: Stop | null;
  /** How far it is, where it was asked for. */
  rebuild?: RebuildProgress;
}>;

export type Situation = Readonly<{
  head: number;
  /** Where the log ended when the process took the views over. */
  goal: number;
  trouble: string | null;
  standby: boolean;
  /** Time of the oldest event in hand, by build. */
  pending: ReadonlyMap<string, string>;
  now: Date;
}>;

const stateOf = ({ checkpoint }: Member, { goal, trouble, standby }: Situation): ViewState => {
  if (checkpoint.stop !== null) return checkpoint.stop.status;
  if (trouble !== null) return 'waiting';
  // until the other process has built it, nobody can read it
  if (standby) return checkpoint.live ? 'standby' : 'rebuilding';
  return checkpoint.position < goal || !checkpoint.live ? 'rebuilding' : 'running';
};

/** What a view looks like to people and to monitors. */
export const statusOf = (member: Member, situation: Situation): ViewStatus => {
  const { head, pending, now, trouble } = situation;
  const { position, id, stop } = member.checkpoint;
  const { rebuild } = member;
  const oldest = stop?.at ?? pending.get(id);
  return {
    view: member.view.name,
    build: id,
    live: member.checkpoint.live,
    state: stateOf(member, situation),
    head,
    position,
    lag: Math.max(0, head - position),
    lagSeconds: oldest === undefined ? 0 : Math.max(0, (now.getTime() - Date.parse(oldest)) / 1_000),
    trouble,
    stop,
    ...(rebuild === undefined || member.checkpoint.live
      ? {}
      : { rebuild: progressOf(rebuild, member.checkpoint, { head, now }) }),
  };
};

/** A view whose position has not been read yet: nobody knows how far it is, so it can't serve. */
export const unread = (view: View): Member => {
  const build = buildOf(view);
  return {
    view,
    build,
    checkpoint: { id: build.id, position: 0, stream: '', live: false, stop: null },
  };
};
