import { USyncContactProtocol, USyncQuery, USyncUser, type WASocket } from '@whiskeysockets/baileys';
import { z } from 'zod';
import { isLid } from '../../../events/ids.ts';
import type { Checked } from '../../../ports/session-calls.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { asking } from './asking.ts';

const answers = z.array(
  z.object({
    id: z.string(),
    /** `number` as it was asked for: `id` may be of another form of it. */
    contact: z.object({ exists: z.boolean(), number: z.string() }).optional(),
  }),
);
type Found = z.infer<typeof answers>[number];

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** As rc14's onWhatsApp, which forgets what number an answer is for. */
const contactQuery = (phones: readonly string[]): USyncQuery => {
  const query = new USyncQuery();
  const contact = new USyncContactProtocol();
  query.protocols.push({
    name: contact.name,
    getQueryElement: () => contact.getQueryElement(),
    getUserElement: (user) => contact.getUserElement(user),
    parser: (node) => ({
      exists: contact.parser(node),
      number: digitsOf(Array.isArray(node.content) ? '' : (node.content ?? '').toString()),
    }),
  });
  for (const phone of phones) query.withUser(new USyncUser().withPhone(`+${phone}`));
  return query;
};

/**
 * What WhatsApp says of each number, in their order. One that it knows in another form (Brazil's ninth digit) exists,
 * under the JID of that form. Pure.
 */
export const checkedOf = (
  phones: readonly string[],
  found: readonly Found[],
  directory: Directory,
): readonly Checked[] => {
  const existing = found.filter(({ contact }) => contact?.exists);
  return phones.map((phone) => {
    const hit =
      existing.find(({ contact }) => contact?.number === phone) ??
      existing.find(({ id }) => id === `${phone}@s.whatsapp.net`);
    if (hit === undefined) return { phone, exists: false, jid: null, lid: null };
    const { jid, alt } = addressOf(hit.id, null, directory);
    return { phone, exists: true, jid: alt ?? jid, lid: isLid(jid) ? jid : null };
  });
};

/** Asks which phone numbers (digits) are on WhatsApp. Throws as `asking`. */
export const checkNumbers = async (
  sock: WASocket,
  phones: readonly string[],
  directory: Directory,
): Promise<readonly Checked[]> => {
  const { list } = await asking(() => sock.executeUSyncQuery(contactQuery(phones)));
  return checkedOf(phones, answers.parse(list), directory);
};
