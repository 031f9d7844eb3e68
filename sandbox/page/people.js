/** `+49 151 12345678`: the country's part and the rest can't be told apart without a table, so groups of digits. */
export const formatNumber = (number) => `+${number.replace(/^(\d{2})(\d{3})(\d+)$/, '$1 $2 $3')}`;

const PERSON = /^\d+$/;
export const isPerson = (chat) => PERSON.test(chat);
export const isGroup = (chat) => chat.endsWith('@g.us');

/** What a person or chat is called: the name of a phone, the subject of a group, else the address itself. */
export const makeNames =
  ({ phones, groups, phone }) =>
  (chat) => {
    if (chat === 'status@broadcast') return 'Status';
    if (isGroup(chat)) return groups.find(({ jid }) => jid === chat)?.subject ?? 'A group left';
    const found = phones.find(({ number }) => number === chat);
    if (found === undefined) return isPerson(chat) ? formatNumber(chat) : chat;
    return found.number === phone ? `${found.name} (you)` : found.name;
  };

/** One or two letters of a name. */
export const initialsOf = (name) => {
  const words = name.replace(/\(you\)/, '').match(/[\p{L}\p{N}]+/gu) ?? ['?'];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...word][0])
    .join('')
    .toUpperCase();
};

const HUES = 8;

/** The same of eight colours for the same address. */
export const hueOf = (address) => {
  let sum = 2_166_136_261;
  for (const letter of address) sum = Math.imul(sum ^ letter.codePointAt(0), 16_777_619);
  return ((sum >>> 8) ^ (sum >>> 20)) % HUES;
};
