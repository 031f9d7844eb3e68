export const never = (): Promise<never> => new Promise(() => {});
export const ignore = (): void => {};

/** Something that happens once, and the way to say that it has. */
export const signal = (): [Promise<void>, () => void] => {
  let raise = ignore;
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return [raised, () => raise()];
};
