/** What an account shows to whom, and whom it has blocked (numbers). */
export interface Privacy {
  readonly settings: Record<string, string>;
  readonly blocked: Set<string>;
}

/** Everything is shown to everyone, nobody is blocked. */
export const makePrivacy = (): Privacy => ({
  settings: {
    readreceipts: 'all',
    profile: 'all',
    status: 'all',
    online: 'all',
    last: 'all',
    groupadd: 'all',
    calladd: 'all',
    messages: 'all',
  },
  blocked: new Set(),
});
