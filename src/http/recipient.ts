import type { Destination } from '../queries/names.ts';
import type { HttpDeps } from './deps.ts';

type Form = readonly [typed: RegExp, other: string];

// Where mobile numbers got or lost a digit, people type one form and WhatsApp knows the other: Brazil's ninth digit,
// the 1 after Mexico's country code, the 9 after Argentina's.
const FORMS: readonly Form[] = [
  [/^(?<area>55\d\d)9(?<rest>\d{8}@s\.whatsapp\.net)$/, '$<area>$<rest>'],
  [/^(?<area>55\d\d)(?<rest>\d{8}@s\.whatsapp\.net)$/, '$<area>9$<rest>'],
  [/^521(?<rest>\d{10}@s\.whatsapp\.net)$/, '52$<rest>'],
  [/^52(?<rest>\d{10}@s\.whatsapp\.net)$/, '521$<rest>'],
  [/^549(?<rest>\d{10}@s\.whatsapp\.net)$/, '54$<rest>'],
  [/^54(?<rest>\d{10}@s\.whatsapp\.net)$/, '549$<rest>'],
];

/** The other form that the same mobile number may have, null where it has one only. Pure. */
const otherForm = (jid: string): string | null => {
  const found = FORMS.find(([typed]) => typed.test(jid));
  return found === undefined ? null : jid.replace(...found);
};

const askKnown = async ({ knownForm }: Pick<HttpDeps, 'knownForm'>, account: string, jid: string) =>
  (await knownForm(account, jid.slice(0, jid.indexOf('@')))) ?? jid;

/**
 * Whom a message is for. A number that may have two forms and is not known yet is asked for: what WhatsApp says goes
 * into the request, so that nothing later has to find it out again. Where it does not say, it goes as typed.
 */
export const recipientOf = async (
  deps: Pick<HttpDeps, 'resolveChat' | 'knownForm'>,
  account: string,
  to: string,
): Promise<Destination & Readonly<{ to: string }>> => {
  const typed = { ...(await deps.resolveChat(account, to)), to };
  if (typed.chat.alt !== undefined || otherForm(to) === null) return typed;
  const known = await askKnown(deps, account, to);
  return known === to ? typed : { ...(await deps.resolveChat(account, known)), to: known };
};

/**
 * The chat that is to be looked at, as sends find it. WhatsApp is asked only where nothing is known of the form that
 * was typed and something of the other: whoever polls a chat that there is not asks it nothing.
 */
export const chatMeant = async <Chat extends string | undefined>(
  deps: Pick<HttpDeps, 'knownForm'> & Readonly<{ queries: Pick<HttpDeps['queries'], 'knowsChat'> }>,
  account: string,
  chatId: Chat,
): Promise<Chat | string> => {
  if (chatId === undefined) return chatId;
  const { knowsChat } = deps.queries;
  const other = otherForm(chatId);
  if (other === null || (await knowsChat(account, chatId)) || !(await knowsChat(account, other)))
    return chatId;
  return askKnown(deps, account, chatId);
};
