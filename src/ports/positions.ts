/** How far a follower of the log has come. `stream` is the stream's creation time: without it `seq` means nothing. */
export type Position = Readonly<{ seq: number; stream: string }>;

/** Where reactors stand in the log. Kept apart from the views, so that rebuilding those never moves one of these. */
export type Positions = {
  find: (follower: string) => Promise<Position | null>;
  /** Compare-and-set from what `find` or the last `move` gave. False: another process has moved it meanwhile. */
  move: (follower: string, from: Position | null, to: Position) => Promise<boolean>;
  /** Repeatable. */
  erase: (follower: string) => Promise<void>;
};
