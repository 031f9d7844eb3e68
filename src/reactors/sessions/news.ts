import { WildcatError } from '../../errors.ts';

/** How far this process has folded an account's events, for those who have to see their own. */
export type News = Readonly<{
  arrived: (seq: number) => void;
  /** Resolves once `seq` is folded. Throws `unavailable` after 5 s. */
  folded: (seq: number) => Promise<void>;
}>;

const FOLD_MS = 5_000;

export const createNews = (account: string): News => {
  const waiting = new Set<() => void>();
  let seen = 0;
  return {
    arrived: (seq) => {
      seen = Math.max(seen, seq);
      for (const check of waiting) check();
    },
    folded: (seq) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          waiting.delete(check);
          act();
        };
        const late = new WildcatError('unavailable', `Event ${seq} of account ${account} was not read back`);
        const timer = setTimeout(() => settle(() => reject(late)), FOLD_MS);
        const check = (): void => {
          if (seen >= seq) settle(resolve);
        };
        waiting.add(check);
        check();
      }),
  };
};
