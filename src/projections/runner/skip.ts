import type { ViewStore } from '../../ports/view-store.ts';
import type { Member } from './lane.ts';

/**
 * Moves a poisoned view past the event `seq` that it stands at, by a person's wish. False if it does not stand there,
 * or another runner was faster.
 */
export const skipPoison = async (
  store: Pick<ViewStore, 'commit' | 'stop'>,
  member: Member,
  seq: number,
): Promise<boolean> => {
  if (member.checkpoint.stop?.status !== 'poisoned' || member.checkpoint.stop.seq !== seq) return false;
  const { id, position } = member.checkpoint;
  if (!(await store.commit([{ build: id, from: position, to: seq }], Promise.resolve([])))) return false;
  await store.stop(id, seq, null);
  member.checkpoint = { ...member.checkpoint, position: seq, stop: null };
  return true;
};
