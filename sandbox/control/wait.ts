import type { World } from '../server/world.ts';
import type { ListQuery } from './requests.ts';

/** Waits until something happened, or so many milliseconds at most; tells whether it did. */
const nextChange = (world: World, limit: number): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (happened: boolean) => {
      clearTimeout(timer);
      world.timers.delete(timer);
      world.changes.off('change', onChange);
      resolve(happened);
    };
    // what happens in one turn of the loop is looked at once
    const onChange = () => setImmediate(finish, true);
    const timer = setTimeout(() => finish(false), limit);
    world.timers.add(timer);
    world.changes.once('change', onChange);
  });

/** What `read` gives as soon as it is not empty, or the empty answer after `wait` milliseconds. */
export const waitFor = async <T>(
  world: World,
  { after, wait }: ListQuery,
  read: (after: number) => T[],
): Promise<{ readonly items: T[]; readonly sequence: number }> => {
  const end = Date.now() + wait;
  for (;;) {
    const items = read(after);
    const left = end - Date.now();
    if (items.length > 0 || left <= 0 || !(await nextChange(world, left))) {
      return { items: items.length > 0 ? items : read(after), sequence: world.state.sequence };
    }
  }
};

/** The end of a list whose sequences rise: everything after one of them. */
export const since = <T extends { readonly sequence: number }>(list: readonly T[], after: number): T[] => {
  let start = list.length;
  while (start > 0 && (list[start - 1]?.sequence ?? 0) > after) start -= 1;
  return list.slice(start);
};
