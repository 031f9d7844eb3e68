import { at, call, query } from './api.js';
import { h, keyedList, markCurrent } from './dom.js';
import { countOf, personOf, shortOf } from './format.js';
import { actionButton, signs } from './parts.js';

const PAGE = 50;
const MOST_DELETED = 200;

/** What a message is in one line. */
const gist = (message) => {
  if (message === null) return '';
  const said = message.text || (message.type === 'text' ? '' : `(${message.type})`);
  return `${message.fromMe ? 'You: ' : ''}${said}`;
};

const MARKS = { pinned: '📌', muted: '🔕', locked: '🔒', archived: '🗄' };

/** What the phone has set for a chat, in signs with their words. */
const marksOf = ({ mutedUntil, ...chat }, now = Date.now() / 1_000) => {
  const muted = mutedUntil === -1 || (mutedUntil ?? 0) > now;
  const words = Object.keys(MARKS).filter((word) => (word === 'muted' ? muted : chat[word]));
  return words.length > 0 && signs(words.map((word) => MARKS[word]).join(''), words.join(', '));
};

const unreadOf = ({ unreadCount, markedUnread }) =>
  (unreadCount > 0 || markedUnread) &&
  h('span', { class: 'unread', title: 'unread' }, unreadCount > 0 ? countOf(unreadCount) : '•');

const chatHref = (id, chatId) => `#/${at`accounts/${id}/chats/${chatId}`}`;

const rowOf = (id) => (chat) =>
  h(
    'li',
    {},
    h(
      'a',
      { class: 'row', href: chatHref(id, chat.chatId), data: { chat: chat.chatId } },
      h('strong', { dir: 'auto' }, chat.name || personOf(chat.chatId)),
      h(
        'span',
        { class: 'when' },
        marksOf(chat),
        chat.lastMessage && h('time', {}, shortOf(chat.lastMessage.timestamp)),
      ),
      h('span', { class: 'gist', dir: 'auto' }, gist(chat.lastMessage)),
      unreadOf(chat),
    ),
  );

const newChatForm = (id) => {
  const input = h('input', {
    ...{ type: 'search', name: 'to', 'aria-label': 'Write to a number', placeholder: 'Write to a number …' },
    ...{ autocomplete: 'off', enterkeyhint: 'go' },
  });
  const form = h('form', { class: 'find' }, input);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const to = input.value.replaceAll(/[\s()/-]/g, (char) => (input.value.includes('@') ? char : ''));
    if (to === '') return;
    location.hash = chatHref(id, to.includes('@') ? to : `${to.replace('+', '')}@s.whatsapp.net`);
    form.reset();
  });
  return form;
};

/** Chats of an account, the newest on top; more of them on demand. */
export const chatList = (id, signal, problem) => {
  const known = new Map();
  let cursor;
  let marked;
  const list = h('ul', { 'aria-label': 'Chats' });
  const draw = keyedList(list, ({ chatId }) => chatId, rowOf(id));
  const nothing = h(
    'p',
    { class: 'empty', hidden: true },
    'No chat yet. Write to a number, or let somebody write to this one.',
  );
  const more = actionButton('More chats', problem, () => load({ cursor }));
  const deleted = h('ul', { 'aria-label': 'Deleted chats' });
  const drawDeleted = keyedList(deleted, ({ chatId }) => chatId, rowOf(id));
  const bin = h('details', { class: 'bin', hidden: true }, h('summary', {}, 'Deleted on the phone'), deleted);
  const node = h(
    'nav',
    { class: 'chats', 'aria-label': 'Chats' },
    ...[newChatForm(id), list, nothing, more, bin],
  );
  more.hidden = true;

  const highlight = () => {
    for (const link of node.querySelectorAll('.row')) markCurrent(link, link.dataset.chat === marked);
  };
  const show = () => {
    const timeOf = ({ lastMessage }) => lastMessage?.timestamp ?? 0;
    const chats = [...known.values()].sort((one, other) => timeOf(other) - timeOf(one));
    draw(chats);
    nothing.hidden = chats.length > 0;
    more.hidden = cursor === null || cursor === undefined;
    highlight();
  };
  const load = async ({ cursor: from, seen }) => {
    const path = `${at`accounts/${id}/chats`}${query({ limit: PAGE, cursor: from })}`;
    const { chats, pagination } = await call(path, { seen, signal });
    for (const chat of chats) known.set(chat.chatId, chat);
    // a look at the newest page again says nothing of where the last one ended
    if (from !== undefined || cursor === undefined) cursor = pagination.nextCursor;
    show();
  };
  /** Those that only the log and the views still have. */
  const loadDeleted = async (seen) => {
    const path = `${at`accounts/${id}/chats`}${query({ limit: MOST_DELETED, deleted: true })}`;
    const { chats } = await call(path, { seen, signal });
    for (const { chatId } of chats) known.delete(chatId);
    drawDeleted(chats);
    bin.hidden = chats.length === 0;
  };
  return {
    node,
    mark: (chatId) => {
      marked = chatId;
      highlight();
    },
    /** Looks at the newest page again; gives whether there is any chat. */
    refresh: async (seen) => {
      await loadDeleted(seen);
      await load({ seen });
      return known.size > 0 || !bin.hidden;
    },
  };
};
