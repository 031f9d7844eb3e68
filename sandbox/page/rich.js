import { h } from './dom.js';

const MARKS = { '*': 'strong', _: 'em', '~': 's' };
/**
 * Code first, then links (nothing in them is a mark), mentions, and marks that hug their words. All are bounded: a text
 * made of nothing but openings would be read anew from each of them.
 */
const TOKEN =
  /```([\s\S]{1,4000}?)```|`([^`\n]{1,1000})`|(https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]])|@(\d{5,20})|(?<![\p{L}\p{N}])([*_~])(?=\S)(.{1,1000}?)(?<=\S)\5(?![\p{L}\p{N}])/gu;

const partOf = ([whole, block, code, url, number, mark, marked]) => {
  if (block) return { kind: 'block', text: block };
  if (code) return { kind: 'code', text: code };
  if (url) return { kind: 'link', text: url };
  return number ? { kind: 'mention', number, text: whole } : { kind: MARKS[mark], parts: parseRich(marked) };
};

/** A text as its parts: strings, and `{kind, …}` for what is more than that. Pure. */
export const parseRich = (text) => {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(partOf(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
};

const toNode = (part, nameOf) => {
  if (typeof part === 'string') return part;
  if (part.kind === 'block') return h('pre', {}, part.text);
  if (part.kind === 'code') return h('code', {}, part.text);
  if (part.kind === 'link') {
    return h('a', { href: part.text, target: '_blank', rel: 'noreferrer noopener' }, part.text);
  }
  if (part.kind === 'mention') {
    const name = nameOf(part.number);
    return name === undefined ? part.text : h('span', { class: 'mention' }, `@${name}`);
  }
  return h(
    part.kind,
    {},
    part.parts.map((inner) => toNode(inner, nameOf)),
  );
};

/** A text as it is read: bold, links, mentions by name. Only text nodes come of what was written. */
export const richText = (text, nameOf) => parseRich(text).map((part) => toNode(part, nameOf));
