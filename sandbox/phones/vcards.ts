import type { proto } from '@whiskeysockets/baileys';

const vcardOf = ({ name, number }: { readonly name: string; readonly number: string }) =>
  `BEGIN:VCARD\nVERSION:3.0\nN:;${name};;;\nFN:${name}\n` +
  `item1.TEL;waid=${number}:+${number}\nitem1.X-ABLabel:Mobile\nEND:VCARD`;

/** One contact card, or several in one message. */
export const contactsMessage = (
  people: readonly { readonly name: string; readonly number: string }[],
): proto.IMessage => {
  const cards = people.map((person) => ({ displayName: person.name, vcard: vcardOf(person) }));
  const [first] = cards;
  return cards.length === 1 && first !== undefined
    ? { contactMessage: first }
    : { contactsArrayMessage: { displayName: `${cards.length} contacts`, contacts: cards } };
};
