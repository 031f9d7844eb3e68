/** How many events the database can do in one transaction, as far as is known. */
export type RunSize = Readonly<{
  most: () => number;
  /** Told of a run that was too much, time and again. */
  tooMuch: (events: number) => void;
  /** Told of a run that was done. */
  done: (events: number) => void;
}>;

const GROW_AFTER = 16;

/** Without a limit at first. What was too much is halved for all that come after it, and doubled after 16 that went well. */
export const createRunSize = (): RunSize => {
  let most = Number.POSITIVE_INFINITY;
  let well = 0;
  return {
    most: () => most,
    tooMuch: (events) => {
      most = Math.max(1, events >> 1);
      well = 0;
    },
    done: (events) => {
      if (events < most) return;
      well += 1;
      if (well < GROW_AFTER) return;
      most *= 2;
      well = 0;
    },
  };
};
