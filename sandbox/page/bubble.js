import { say } from './api.js';
import { attempt } from './dialog.js';
import { h } from './dom.js';
import { spanOf, timeOf } from './format.js';
import { icon, ticks } from './icons.js';
import { mediaView } from './media.js';
import { summaryOf } from './model.js';
import { hueOf } from './people.js';
import { richText } from './rich.js';

const quoteView = ({ quoted }, { find, names, showMessage }) => {
  const original = find(quoted.id);
  const author = original === undefined ? 'Quoted' : names(original.from);
  const text = quoted.text || (original && summaryOf(original)) || 'Message';
  return h(
    'button',
    {
      class: 'quote',
      data: { hue: hueOf(original?.from ?? '') },
      on: { click: () => showMessage(quoted.id) },
    },
    h('strong', {}, author),
    h('span', {}, text),
  );
};

const placeView = ({ location: { latitude, longitude, name, address } }) =>
  h(
    'div',
    { class: 'place' },
    h('div', { class: 'map' }, icon('place')),
    name !== undefined && h('strong', {}, name),
    address !== undefined && h('span', {}, address),
    h('small', {}, `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`),
  );

const numbersIn = (vcard) =>
  [...vcard.matchAll(/^(?:\w+\.)?TEL[^:\n]*:(.+)$/gm)].map(([, number]) => number.trim());
const cardsView = ({ contacts }) =>
  h(
    'ul',
    { class: 'cards' },
    contacts.map(({ name, vcard }) =>
      h('li', {}, icon('person'), h('strong', {}, name), h('small', {}, numbersIn(vcard).join(', '))),
    ),
  );

const pollView = ({ id, chat, poll }, { phone, names }) => {
  const votes = poll.options.map(({ voters }) => voters.length);
  const most = Math.max(1, ...votes);
  const own = poll.options.filter(({ voters }) => voters.includes(phone)).map(({ name }) => name);
  const toggled = (name) => {
    if (own.includes(name)) return own.filter((each) => each !== name);
    return poll.selectable === 1 ? [name] : [...own, name];
  };
  const option = ({ name, voters }) =>
    h(
      'button',
      {
        'aria-pressed': String(voters.includes(phone)),
        title: voters.map(names).join(', '),
        on: {
          click: () => attempt(() => say(phone, { to: chat, vote: { message: id, options: toggled(name) } })),
        },
      },
      h('span', {}, name),
      h('b', {}, String(voters.length)),
      h('progress', { max: most, value: voters.length, 'aria-hidden': 'true' }),
    );
  return h(
    'div',
    { class: 'poll' },
    h(
      'small',
      {},
      poll.selectable === 1 ? 'Pick one' : poll.selectable ? `Pick up to ${poll.selectable}` : 'Pick any',
    ),
    poll.options.map(option),
  );
};

const reactionsView = ({ reactions }, { names }) => {
  const counts = new Map();
  for (const { text, from } of reactions) counts.set(text, [...(counts.get(text) ?? []), names(from)]);
  return h(
    'div',
    { class: 'reactions' },
    [...counts].map(([text, people]) =>
      h('span', { title: people.join(', ') }, text, people.length > 1 && h('b', {}, String(people.length))),
    ),
  );
};

const statusWords = ({ status, receipts }, names) =>
  [status, ...Object.entries(receipts ?? {}).map(([number, what]) => `${what} by ${names(number)}`)].join(
    '; ',
  );

const metaView = (message, { names }) => {
  const { edited, expiration, viewOnce, status, at } = message;
  const words = statusWords(message, names);
  return h(
    'span',
    { class: 'meta' },
    viewOnce && icon('once'),
    expiration !== undefined &&
      h('span', { title: `Disappears ${spanOf(expiration)} after it was sent` }, icon('timer')),
    edited && h('span', {}, 'edited'),
    h('time', { datetime: new Date(at).toISOString() }, timeOf(at)),
    status !== undefined &&
      h(
        'span',
        { class: 'ticks', role: 'img', 'aria-label': words, title: words, data: { status } },
        ticks(status),
      ),
  );
};

const textView = ({ kind, text, poll }, { nameIn }) => {
  if (kind === 'deleted') return h('p', { class: 'text gone' }, icon('bin'), 'This message was deleted');
  return h('p', { class: poll === undefined ? 'text' : 'text asked', dir: 'auto' }, richText(text, nameIn));
};

/** The parts of a bubble from top to bottom: what each is made of (undefined: not there), and how. */
const PARTS = [
  [
    ({ forwarded }) => forwarded || undefined,
    () => h('small', { class: 'forwarded' }, icon('forward'), 'Forwarded'),
  ],
  [({ quoted }) => quoted, quoteView],
  [({ media, kind, id }) => media && [media, kind, id], (message, { phone }) => mediaView(message, phone)],
  [({ location }) => location, placeView],
  [({ contacts }) => contacts, cardsView],
  [
    ({ text, kind, contacts }) => (kind === 'deleted' || (text && !contacts) ? [text, kind] : undefined),
    textView,
  ],
  [({ poll }) => poll, pollView],
  [(message) => [message.edited, message.expiration, message.status, message.receipts, message.at], metaView],
  [({ reactions }) => (reactions.length > 0 ? reactions : undefined), reactionsView],
];

/**
 * Draws a message, or draws it anew where it has changed: a film that plays goes on playing while its message gets a
 * tick. `context`: {phone, names, nameIn, find, showMessage}.
 */
export const drawBubble = (bubble, message, context) => {
  const parts = PARTS.map(([of, make], at) => {
    const source = of(message);
    if (source === undefined) return undefined;
    const key = JSON.stringify(source);
    const before = bubble.parts?.[at];
    return before?.key === key ? before : { key, node: make(message, context) };
  });
  bubble.parts = parts;
  bubble.className = `bubble kind-${message.kind}${message.fromMe ? ' own' : ''}${message.reactions.length > 0 ? ' reacted' : ''}`;
  return parts.filter((part) => part !== undefined).map(({ node }) => node);
};
