import { losesEvents } from '../../events/retention.ts';
import type { Stop } from '../../ports/view-store.ts';
import type { View } from '../projection.ts';
import { active, type Member, type Round } from './lane.ts';
import { persistently } from './retry.ts';

const halt = async (round: Round, member: Member, error: string): Promise<void> => {
  const { id, position } = member.checkpoint;
  const stop: Stop = { status: 'stopped', seq: position, error, at: round.now().toISOString() };
  member.checkpoint = { ...member.checkpoint, stop };
  const view = member.view.name;
  round.logger.error({ view, position, error }, 'view stopped: the log is not the one it was built from');
  round.moved([member]);
  await persistently(round, () => round.store.stop(id, position, stop));
};

const MEND = 'Restore the log, or drop the database of views to have them rebuilt from this one.';

const losesByPurge = (view: View): boolean => view.aggregates.some(losesEvents);

/**
 * Stops whatever was built from another log than the one that is there, since its positions mean nothing in this one,
 * and what would have to read events that are purged: a hole is worse than a halt.
 */
export const verify = async (round: Round): Promise<void> => {
  const { created, lastSeq, purgedUpto } = await persistently(round, () => round.log.state());
  round.seen(lastSeq);
  round.verified.at = round.now().getTime();
  for (const member of active(round.members)) {
    const { stream, position } = member.checkpoint;
    if (created !== stream)
      await halt(round, member, `The log was created at ${created}, the view's own at ${stream}. ${MEND}`);
    else if (lastSeq < position)
      await halt(round, member, `The log ends at ${lastSeq}, the view has read up to ${position}. ${MEND}`);
    else if (position < purgedUpto && losesByPurge(member.view))
      await halt(
        round,
        member,
        `The log was purged up to ${purgedUpto}, the view has read up to ${position}: it can't be built from what is left. Import the archives into an empty system (docs/archive.md).`,
      );
  }
};
