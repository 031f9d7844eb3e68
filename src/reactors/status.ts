/** How a reactor of this process is doing. */
export type ReactorStatus = Readonly<{
  reactor: 'sender' | 'media' | 'webhook';
  /** Whose it is, an account or a webhook; null for the one that serves all. */
  of: string | null;
  /** What it still has to do: sends, files or deliveries. */
  open: number;
  /** Why it stands still, or null. */
  trouble: string | null;
}>;
