import type { Chat, SignalDataTypeMap } from '@whiskeysockets/baileys';
import type { KeyMemory } from '../output-commit/key-memory.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { whole } from '../reading/fields.ts';

type Token = SignalDataTypeMap['tctoken'];

/** Key under which rc14 lists whose tokens there are, so that expired ones can be found (tc-token-utils.js). */
const INDEX = '__index';

const tokenOf = ({ tcToken, tcTokenTimestamp, tcTokenSenderTimestamp }: Chat): Token | null => {
  const timestamp = whole(tcTokenTimestamp ?? 0) ?? 0;
  if (!tcToken?.length || timestamp === 0) return null;
  const sent = whole(tcTokenSenderTimestamp ?? undefined);
  const token = { token: Buffer.from(tcToken), timestamp: String(timestamp) };
  return sent === undefined ? token : { ...token, senderTimestamp: sent };
};

/**
 * Keeps the trusted-contact tokens that a part of the history brings, unless newer ones are known, as rc14 does of
 * the parts that it fetches itself (process-message.js, storeTcTokensFromHistorySync).
 */
export const keepTokens = async (
  chats: readonly Chat[],
  { auth, idsOf }: Pick<KeyMemory, 'auth' | 'idsOf'>,
  directory: Directory,
): Promise<void> => {
  const told = chats.flatMap((chat) => {
    const token = tokenOf(chat);
    return token === null || !chat.id ? [] : [[addressOf(chat.id, null, directory).jid, token] as const];
  });
  const known = await auth.keys.get(
    'tctoken',
    told.map(([jid]) => jid),
  );
  const news = told.filter(([jid, { timestamp }]) => Number(timestamp) > Number(known[jid]?.timestamp ?? 0));
  if (news.length === 0) return;
  const merged = news.map(([jid, token]) => [jid, { ...known[jid], ...token }] as const);
  const jids = new Set([...idsOf('tctoken'), ...news.map(([jid]) => jid)].filter((jid) => jid !== INDEX));
  const index = { token: Buffer.from(JSON.stringify([...jids])) };
  await auth.keys.set({ tctoken: { ...Object.fromEntries(merged), [INDEX]: index } });
};
