import { at, call, post, query } from './api.js';
import { bubbleOf } from './bubble.js';
import { composer } from './composer.js';
import { fill, h, keyedList } from './dom.js';
import { dayOf, fullOf, personOf } from './format.js';
import { icon } from './icons.js';
import { actionButton, problemNote } from './parts.js';

const PAGE = 50;
const keyOf = ({ messageId, fromMe, from }) => `${fromMe ? 'me' : from} ${messageId}`;

/** The rows of a thread, oldest first, with the day before the first message of each. */
const rowsOf = (messages) => {
  let last;
  return messages.flatMap((message) => {
    const day = dayOf(message.timestamp);
    const rows = day === last ? [message] : [{ day }, message];
    last = day;
    return rows;
  });
};

const dayRow = ({ day }) => h('li', { class: 'day' }, day);

/** What the phone no longer has of a chat. */
const fateOf = ({ deleted, clearedTo }) => {
  if (deleted) return 'Deleted on the phone. What was said stays here.';
  return (
    clearedTo !== null && `Cleared on the phone. What was said until ${fullOf(clearedTo)} is here alone.`
  );
};

/** One chat: its messages, older ones on demand, and a line to write. */
export const openThread = ({ node, id, chatId, signal: page }) => {
  const closing = new AbortController();
  const signal = AbortSignal.any([page, closing.signal]);
  const problem = problemNote();
  /** Newest first, as the API has them. */
  let messages = [];
  let cursor = null;
  let marked;
  const title = h('h2', { dir: 'auto' }, personOf(chatId));
  const fate = h('small', { class: 'soft' });
  const back = h(
    'a',
    { class: 'plain only-narrow', href: `#/${at`accounts/${id}`}`, 'aria-label': 'All chats' },
    icon('back'),
  );
  const list = h('ol', { class: 'messages' });
  const nothing = h(
    'p',
    { class: 'empty', hidden: true },
    'Nothing said yet. Write the first message below.',
  );
  const older = actionButton('Older messages', problem, () => loadOlder());
  const scroller = h(
    'div',
    { class: 'scroller', tabindex: '0', 'aria-label': 'Messages' },
    older,
    list,
    nothing,
  );
  older.hidden = true;
  // a press, never the look alone: its authors are told
  const read = actionButton(
    'Mark as read',
    problem,
    async () => {
      await post(at`accounts/${id}/chats/${chatId}/read`);
      read.hidden = true;
    },
    { title: 'Its authors are told, as far as the privacy settings let it' },
  );
  read.hidden = true;
  const make = (row) => (row.day === undefined ? bubbleOf(row, signal) : dayRow(row));
  const draw = keyedList(list, (row) => row.day ?? keyOf(row), make);

  const highlight = () => {
    for (const each of list.querySelectorAll('[data-message]'))
      each.toggleAttribute('data-marked', each.dataset.message === marked);
  };
  let isAtEnd = true;
  const stay = () => {
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  };
  let top = 0;
  scroller.addEventListener('scroll', () => {
    const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    // a picture that came meanwhile leads nobody away from the end: only going up does
    isAtEnd = below < 60 || (isAtEnd && scroller.scrollTop >= top);
    top = scroller.scrollTop;
  });
  // pictures come later than their place
  const watcher = new ResizeObserver(stay);
  for (const each of [list, scroller]) watcher.observe(each);
  signal.addEventListener('abort', () => watcher.disconnect(), { once: true });

  const show = () => {
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    const stays = isAtEnd;
    draw(rowsOf([...messages].reverse()));
    nothing.hidden = messages.length > 0;
    older.hidden = cursor === null;
    highlight();
    scroller.scrollTop = scroller.scrollHeight - (stays ? 0 : fromEnd);
  };
  const pageOf = async (fields, seen) =>
    call(`${at`accounts/${id}/chats/${chatId}/messages`}${query({ limit: PAGE, ...fields })}`, {
      seen,
      signal,
    });

  /** Of older pages, what these events tell of is read anew. */
  const renewed = async (kept, events, seen) => {
    const told = JSON.stringify(events);
    const look = async (message) => {
      if (!told.includes(JSON.stringify(message.messageId))) return message;
      const path = at`accounts/${id}/messages/${message.messageId}`;
      const now = (await call(`${path}${query({ chatId })}`, { seen, signal })).message;
      return keyOf(now) === keyOf(message) ? now : message;
    };
    return Promise.all(kept.map(look));
  };

  const loadOlder = async () => {
    const found = await pageOf({ cursor });
    const known = new Set(messages.map(keyOf));
    messages = [...messages, ...found.messages.filter((message) => !known.has(keyOf(message)))];
    cursor = found.pagination.nextCursor;
    show();
  };
  /** A chat in which nothing was said yet is none that the API knows. */
  const nameIt = async (seen) => {
    if (messages.length === 0) return;
    const { chat } = await call(at`accounts/${id}/chats/${chatId}`, { seen, signal });
    if (chat.name) fill(title, chat.name, ' ', h('small', {}, personOf(chat.chatId)));
    fill(fate, fateOf(chat));
    read.hidden = chat.unreadCount === 0 && !chat.markedUnread;
  };
  const refresh = async (seen, events = []) => {
    try {
      const found = await pageOf({}, seen);
      const fresh = new Set(found.messages.map(keyOf));
      const joins = messages.some((message) => fresh.has(keyOf(message)));
      const oldest = found.messages.at(-1)?.timestamp ?? 0;
      // more came than a page holds: rather the newest alone than a hole
      const kept = joins
        ? messages.filter((each) => !fresh.has(keyOf(each)) && each.timestamp <= oldest)
        : [];
      if (kept.length === 0) cursor = found.pagination.nextCursor;
      messages = [...found.messages, ...(await renewed(kept, events, seen))];
      problem.clear();
      show();
      await nameIt(seen);
    } catch (error) {
      if (!signal.aborted) problem.show(error);
    }
  };
  fill(
    node,
    h('header', {}, back, h('div', {}, title, fate), read),
    scroller,
    problem.node,
    composer({ id, chatId, sent: (seen) => refresh(seen) }),
  );
  void refresh();
  return {
    refresh,
    mark: (messageId) => {
      marked = messageId;
      highlight();
    },
    leave: () => closing.abort(),
  };
};
