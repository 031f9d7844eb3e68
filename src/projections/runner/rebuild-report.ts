import type { Logger } from '../../ports/logger.ts';
import type { Rebuild } from '../../ports/rebuilds.ts';
import type { Checkpoint } from '../../ports/view-store.ts';
import type { Member } from './lane.ts';

/** Of one that was taken up: positions of the log stand for events. `percent` of the log's present end. */
export type RebuildProgress = Readonly<{
  percent: number;
  /** Since a runner took it up last; null before the first second of it. */
  eventsPerSecond: number | null;
  etaSeconds: number | null;
}>;

const round = (value: number): number => Math.round(value * 10) / 10;

/** How far a build is on its way to `head`. Pure. */
export const progressOf = (
  { resumed }: Pick<Rebuild, 'resumed'>,
  { position }: Pick<Checkpoint, 'position'>,
  { head, now }: Readonly<{ head: number; now: Date }>,
): RebuildProgress => {
  const percent = head === 0 ? 100 : Math.min(100, Math.floor((position / head) * 1_000) / 10);
  const seconds = resumed === null ? 0 : (now.getTime() - Date.parse(resumed.at)) / 1_000;
  if (resumed === null || seconds < 1) return { percent, eventsPerSecond: null, etaSeconds: null };
  const rate = (position - resumed.position) / seconds;
  const left = Math.max(0, head - position);
  return {
    percent,
    eventsPerSecond: round(rate),
    etaSeconds: left === 0 ? 0 : rate > 0 ? round(left / rate) : null,
  };
};

/** One line for each rebuild that is under way. */
export const tellRebuilds = (
  logger: Logger,
  members: readonly Member[],
  at: Readonly<{ head: number; now: Date }>,
): void => {
  for (const { view, build, rebuild, checkpoint } of members) {
    if (rebuild === undefined || checkpoint.live) continue;
    const { position } = checkpoint;
    const fields = { view: view.name, build: build.id, purpose: rebuild.purpose, position, head: at.head };
    logger.info({ ...fields, ...progressOf(rebuild, checkpoint, at) }, 'rebuild under way');
  }
};
