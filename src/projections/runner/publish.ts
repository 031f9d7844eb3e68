import { active, type Member, type Round } from './lane.ts';
import { persistently } from './retry.ts';

const show = async (round: Round, member: Member, serving: Member | undefined): Promise<void> => {
  const { view, build, rebuild, checkpoint } = member;
  await persistently(round, () => round.store.publish(build));
  const { position } = checkpoint;
  if (position > 0) round.logger.info({ view: view.name, build: build.id, position }, 'view is built');
  member.checkpoint = { ...member.checkpoint, live: true };
  if (serving !== undefined) {
    serving.checkpoint = { ...serving.checkpoint, live: false };
    serving.retiredAt = round.now().getTime();
  }
  round.moved([member]);
  const ending = { outcome: 'swapped', at: round.now().toISOString() } as const;
  if (rebuild !== undefined) await persistently(round, () => round.store.rebuilds.end(build.id, ending));
};

/**
 * Makes names mean the builds that have come as far as the log was when they began; one that is to replace another
 * must also have come as far as that one has, so that nobody reads what is older than what he read before.
 */
export const publishCaughtUp = async (round: Round, members: readonly Member[]): Promise<void> => {
  for (const member of active(members)) {
    const { live, position } = member.checkpoint;
    if (live || member.retiredAt !== undefined || position < round.goal) continue;
    const serving = round.members.find(
      (other) => other.view.name === member.view.name && other.checkpoint.live,
    );
    const isBehind =
      serving !== undefined && serving.checkpoint.stop === null && serving.checkpoint.position > position;
    if (isBehind) continue;
    if (member.rebuild?.purpose !== 'verify') await show(round, member, serving);
    else if (serving !== undefined) round.comparable(member, serving);
  }
};
