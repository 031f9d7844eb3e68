import type { Destination } from '../queries/names.ts';
import type { HttpDeps } from './deps.ts';

// Where mobile numbers got or lost a digit, people type one form and WhatsApp knows the other: Brazil's ninth digit,
// the 1 after Mexico's country code, the 9 after Argentina's.
const TWO_FORMS = /^(55\d{10,11}|521?\d{10}|549?\d{10})@s\.whatsapp\.net$/;

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
  if (typed.chat.alt !== undefined || !TWO_FORMS.test(to)) return typed;
  const known = (await deps.knownForm(account, to.slice(0, to.indexOf('@')))) ?? to;
  return known === to ? typed : { ...(await deps.resolveChat(account, known)), to: known };
};
