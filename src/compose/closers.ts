/** What has to be ended, last started first. */
export type Closers = Readonly<{
  add: (close: () => unknown) => void;
  /** Ends everything, whatever fails on the way; then throws the first failure, if there was one. Once only. */
  close: () => Promise<void>;
}>;

export const createClosers = (): Closers => {
  const open: (() => unknown)[] = [];
  return {
    add: (close) => void open.push(close),
    close: async () => {
      const failures: unknown[] = [];
      for (let last = open.pop(); last !== undefined; last = open.pop()) {
        try {
          await last();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
};
