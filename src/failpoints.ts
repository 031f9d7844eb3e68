/** Called at a named point of the code; free unless the process was told to die there. */
type Failpoint = (name: string) => void;

/**
 * A failpoint for crash tests. `setting` is `name` or `name:3`: the process kills itself with SIGKILL, at once and
 * without any cleaning up, when it comes to that point for the first, or third, time. Without one nothing happens.
 */
export const createFailpoint = (
  setting: string | undefined,
  die: () => void = () => process.kill(process.pid, 'SIGKILL'),
): Failpoint => {
  if (setting === undefined) return () => {};
  const [chosen, times = '1'] = setting.split(':');
  let left = Number(times);
  return (name) => {
    if (name !== chosen) return;
    left--;
    if (left === 0) die();
  };
};
