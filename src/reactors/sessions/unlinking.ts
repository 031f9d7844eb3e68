/** An unlinking under way. `hopeless`: there is nothing to unlink, or no credentials to do it with. */
export type Unlinking = Readonly<{ until: number; result: 'pending' | 'done' | 'hopeless' }>;

/** What to do next for it: open a socket, log out over it, end it, wait for it, or nothing more. */
type UnlinkStep = 'open' | 'logout' | 'close' | 'wait' | 'finish';

/** How long WhatsApp may take, in ms; after that the account is unlinked on this side only. */
export const UNLINK_MS = 15_000;

/** The next step. `link`: the account's socket, null without one. */
export const unlinkStep = (
  { until, result }: Unlinking,
  link: Readonly<{ isOpen: boolean }> | null,
  now: number,
): UnlinkStep => {
  const isOver = result !== 'pending' || now >= until;
  if (link === null) return isOver ? 'finish' : 'open';
  if (isOver) return 'close';
  return link.isOpen ? 'logout' : 'wait';
};
