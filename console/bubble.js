import { at } from './api.js';
import { h } from './dom.js';
import { clockOf, fullOf, isPinned, personOf } from './format.js';
import { mediaOf } from './media.js';
import { signs } from './parts.js';

const TICKS = {
  queued: '◷',
  sent: '✓',
  delivered: '✓✓',
  read: '✓✓',
  played: '✓✓',
  failed: '!',
  unknown: '?',
};

const ticksOf = ({ status }) =>
  status &&
  h(
    'span',
    { class: 'ticks', title: status, data: { status } },
    TICKS[status],
    h('span', { class: 'unseen' }, ` ${status}`),
  );

const quoteOf = ({ quotedMessage }) =>
  quotedMessage &&
  h('blockquote', { dir: 'auto' }, quotedMessage.text ?? (quotedMessage.hasMedia ? '(file)' : '…'));

const reactionsOf = ({ reactions = [] }) =>
  reactions.length > 0 &&
  h(
    'p',
    { class: 'reactions' },
    reactions.map(({ emoji, from }) => h('span', { title: personOf(from) }, emoji)),
  );

/** What became of a message, in front of its time. */
const marksOf = ({ pinned, starred, editedAt, deletedForMeAt }) => [
  isPinned(pinned) && signs('📌', 'pinned'),
  starred && signs('★', 'starred'),
  editedAt && 'edited ',
  deletedForMeAt && 'deleted on the phone ',
];

/** What somebody did in the chat: WhatsApp's word for it, to whom, and what it is now. */
const noticeText = ({ kind, people, value }) => {
  const words = kind.slice(kind.indexOf('.') + 1).replaceAll('_', ' ');
  const about = [people.map(personOf).join(', '), value].filter(Boolean).join(': ');
  return about === '' ? words : `${words}: ${about}`;
};

/** What there is beside text and file, in words. */
const extraOf = ({ location, contacts = [], poll, choices = [] }) => [
  location && h('p', {}, `📍 ${location.name ?? `${location.latitude}, ${location.longitude}`}`),
  contacts.map(({ name }) => h('p', {}, `👤 ${name ?? ''}`)),
  poll &&
    h(
      'ul',
      { class: 'poll' },
      poll.options.map(({ name, votes }) => h('li', {}, `${name} · ${votes}`)),
    ),
  choices.length > 0 &&
    h(
      'ul',
      { class: 'poll' },
      choices.map(({ text }) => h('li', {}, text ?? '')),
    ),
];

const textOf = (message) => {
  if (message.deletedAt) return h('p', { class: 'soft' }, 'This message was deleted');
  if (message.notice) return h('p', { class: 'soft', dir: 'auto' }, noticeText(message.notice));
  const text = message.text ?? message.caption;
  // the name of a place is told beside its sign
  if (text && text !== message.location?.name) return h('p', { class: 'text', dir: 'auto' }, text);
  const isBare = !message.hasMedia && !message.location && !message.poll && !message.contacts?.length;
  return isBare && h('p', { class: 'soft' }, `(${message.type})`);
};

/** A message in its thread; it leads to all that is known of it. */
export const bubbleOf = (message, signal) => {
  const { accountId, chatId, messageId, fromMe } = message;
  const isGroup = !fromMe && message.from !== null && message.from !== chatId;
  return h(
    'li',
    { class: fromMe ? 'bubble own' : 'bubble', data: { message: messageId } },
    isGroup && h('small', { class: 'from' }, personOf(message.from)),
    quoteOf(message),
    message.hasMedia && !message.deletedAt && mediaOf(message, signal),
    textOf(message),
    extraOf(message),
    message.error && h('p', { class: 'failed' }, message.error),
    reactionsOf(message),
    h(
      'a',
      {
        class: 'meta',
        href: `#/${at`accounts/${accountId}/chats/${chatId}/messages/${messageId}`}`,
        title: `${fullOf(message.timestamp)}: status and history`,
      },
      marksOf(message),
      h('time', {}, clockOf(message.timestamp)),
      ' ',
      ticksOf(message),
    ),
  );
};
