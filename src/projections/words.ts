import type { Content } from '../events/messages.ts';

/** Letters that the decomposition of Unicode leaves whole, as people type them without a special keyboard. */
const SPELT: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
};
const SPELT_OUT = new RegExp(`[${Object.keys(SPELT).join('')}]`, 'gu');

// Scripts that write without spaces: every character stands for itself.
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{Mc}])+`, 'gu');

/** Longer words are known by their beginning. */
const LONGEST = 32;

/** Without case and diacritics: `Ärger` and `arger` are one. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .replace(SPELT_OUT, (letter) => SPELT[letter] ?? letter);

// by characters: half a surrogate pair can't be stored
const shortened = (word: string): string =>
  word.length <= LONGEST ? word : [...word].slice(0, LONGEST).join('');

/** The different words of a text as a search compares them, in the order of their first appearance. Pure. */
export const wordsOf = (text: string): string[] => [
  ...new Set((fold(text).match(WORD) ?? []).map(shortened)),
];

/** The words that a message can be found by: its text or caption, and what its file, place, cards or poll are called. */
export const wordsOfContent = ({ text, caption, media, location, contacts, poll }: Content): string[] => {
  const names = [location?.name, location?.address, ...(contacts ?? []).map(({ name }) => name)];
  const said = [text, caption, media?.fileName, ...names, ...(poll?.options ?? [])];
  return wordsOf(said.filter((one) => one !== undefined && one !== null).join('\n'));
};

/** Whether each of these words begins one of a message's. */
export const speaksOf = (content: Content, wanted: readonly string[]): boolean => {
  const words = wordsOfContent(content);
  return wanted.every((begin) => words.some((word) => word.startsWith(begin)));
};
