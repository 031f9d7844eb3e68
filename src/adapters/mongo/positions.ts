import type { Db } from 'mongodb';
import type { Position, Positions } from '../../ports/positions.ts';
import { isInserted } from './outcome.ts';

type Row = { _id: string; seq: number; stream: string };

/** All of them, by follower. */
export const listPositions = async (state: Db): Promise<(Position & Readonly<{ follower: string }>)[]> => {
  const rows = await state.collection<Row>('positions').find().toArray();
  return rows.map(({ _id: follower, seq, stream }) => ({ follower, seq, stream }));
};

/** Positions in the collection `positions` of the state database. */
export const createPositions = (state: Db): Positions => {
  const rows = state.collection<Row>('positions');
  return {
    find: async (follower) => {
      const row = await rows.findOne({ _id: follower });
      return row === null ? null : { seq: row.seq, stream: row.stream };
    },
    move: async (follower, from, to) => {
      if (from === null) return isInserted(rows.insertOne({ _id: follower, ...to }));
      const { matchedCount } = await rows.updateOne({ _id: follower, ...from }, { $set: to });
      return matchedCount === 1;
    },
    erase: async (follower) => void (await rows.deleteOne({ _id: follower })),
  };
};
