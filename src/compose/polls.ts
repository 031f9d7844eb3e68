import type { WhatsAppDeps } from '../adapters/baileys/deps.ts';
import { pollSecretOfRaw } from '../adapters/baileys/reading/polls.ts';
import type { Databases } from '../adapters/mongo/connect.ts';
import { createStoredQueries } from '../queries/stored-messages.ts';
import { createReadViews } from '../queries/views.ts';
import { type Lookups, rawFor } from './lookups.ts';

/** Finds the secrets of polls in the views: votes may come long after what the session remembers. */
export const createPollFinder = ({ views }: Databases, lookups: Lookups): WhatsAppDeps['findPoll'] => {
  const messages = createStoredQueries(createReadViews(views, () => performance.now()));
  return async (account, waId, chat) => {
    const found = await messages.findStored(account, waId, chat);
    if (found === null || found.content.type !== 'poll') return null;
    const { fromMe, from, pollSecret } = found;
    const raw = pollSecret === null ? await rawFor(lookups, account, found) : null;
    const known = raw === null ? undefined : pollSecretOfRaw(raw);
    const secret = pollSecret === null ? known : Buffer.from(pollSecret, 'base64');
    return secret === undefined ? null : { waId, fromMe, author: from ?? found.chat, secret };
  };
};
