import { keep, recall } from './store.js';

const keyOf = (sandbox, phone) => `seen:${sandbox}:${phone}`;

/** Until when each chat of a phone was looked at; what came before the page was first opened counts as seen. */
export const seenOf = (sandbox, phone, now) => {
  const since = recall(`since:${sandbox}`) ?? now;
  keep(`since:${sandbox}`, since);
  return recall(keyOf(sandbox, phone), { since });
};

export const keepSeen = (sandbox, phone, seen) => {
  keep(keyOf(sandbox, phone), seen);
  return seen;
};
