import { avatar } from './avatar.js';
import { askNewChat, askNewGroup } from './chat-dialogs.js';
import { arrange, h, makeCache, moveByArrows } from './dom.js';
import { shortTimeOf } from './format.js';
import { icon, ticks } from './icons.js';
import { chatsOf, summaryOf, writersIn } from './model.js';
import { formatNumber, isGroup, makeNames } from './people.js';
import { askBehaviour, askLink } from './phone-dialogs.js';

const KIND_ICONS = {
  image: 'image',
  video: 'play',
  voice: 'mic',
  audio: 'mic',
  document: 'file',
  location: 'place',
  contacts: 'person',
  poll: 'poll',
  disappearing: 'timer',
};

const button = (name, label, click) =>
  h('button', { class: 'plain', title: label, 'aria-label': label, on: { click } }, icon(name));

const preview = ({ last }, names, group) => {
  if (last === undefined) return [h('em', {}, 'Nothing said yet')];
  const author = group && !last.fromMe && last.kind !== 'notice' && `${names(last.from)}: `;
  return [
    last.status !== undefined &&
      h('span', { class: 'ticks', data: { status: last.status } }, ticks(last.status)),
    author && h('span', {}, author),
    KIND_ICONS[last.kind] !== undefined && icon(KIND_ICONS[last.kind]),
    h(last.kind === 'deleted' ? 'em' : 'span', {}, summaryOf(last)),
  ];
};

const row = (entry, { names, typing, current, state }, open) => {
  const { chat, at, unread } = entry;
  const name = names(chat);
  const said = typing ? [h('span', { class: 'typing' }, typing)] : preview(entry, names, isGroup(chat));
  return h(
    'li',
    {},
    h(
      'button',
      { 'aria-current': String(current), class: unread > 0 ? 'new' : undefined, on: { click: open } },
      avatar(chat, name, state),
      h('span', { class: 'title' }, name),
      h('time', {}, shortTimeOf(at, state.now)),
      h('span', { class: 'last' }, said),
      unread > 0 &&
        h('b', { class: 'unread', 'aria-label': `${unread} unread` }, unread > 99 ? '99+' : String(unread)),
    ),
  );
};

/** `typing…`, in groups with the name. */
export const typingText = (writers, names, group) => {
  const [first] = writers;
  if (first === undefined) return undefined;
  const doing = first.state === 'recording' ? 'recording…' : 'typing…';
  return group ? `${names(first.from)} is ${doing}` : doing;
};

/** The chats of the phone, the newest first. */
export const mountChats = (root, app) => {
  const title = h('h1', {});
  const number = h('small', {});
  const search = h('input', { type: 'search', placeholder: 'Find a chat', 'aria-label': 'Find a chat' });
  const list = h('ul', {});
  const empty = h(
    'p',
    { class: 'empty' },
    'No chats yet. Write to somebody, or link a bot and let it write.',
  );
  const tools = h(
    'div',
    { class: 'tools' },
    button('link', 'Linked devices: scan a QR code', () => askLink(app)),
    button('chat', 'New chat', () => askNewChat(app)),
    button('people', 'New group', () => askNewGroup(app)),
    button('gear', 'How this phone behaves', () => askBehaviour(app)),
  );
  root.append(
    h('header', {}, h('div', {}, title), number, tools),
    h('label', { class: 'search' }, icon('search'), search),
    list,
    empty,
  );
  moveByArrows(list);
  search.addEventListener('input', () => app.set({}));

  const cache = makeCache();
  const drawRow = (entry, names, state) => {
    const { chat, last, unread } = entry;
    const typing = typingText(writersIn(state.presence, chat, state.now), names, isGroup(chat));
    const current = chat === state.chat;
    const looks = [
      last?.sequence,
      unread,
      typing,
      current,
      names(chat),
      state.pictures[chat],
      new Date(state.now).toDateString(),
      state.phone,
    ];
    return cache(chat, looks.join('|'), (before) => {
      const made = row(entry, { names, typing, current, state }, () => app.open(app.get().phone, chat));
      // whoever stands on the row with the keyboard goes on standing there, unless that has opened the chat
      if (before?.contains(document.activeElement))
        setTimeout(() => document.activeElement === document.body && made.firstChild.focus());
      return made;
    });
  };
  app.onChange((state) => {
    const phone = state.phones.find(({ number: each }) => each === state.phone);
    root.hidden = phone === undefined;
    if (phone === undefined) return;
    const names = makeNames(state);
    title.textContent = phone.name;
    const linked = phone.companions.filter(({ connected }) => connected).length;
    number.textContent = `${formatNumber(phone.number)}${linked > 0 ? ` · ${linked} linked` : ''}${phone.online ? '' : ' · switched off'}`;
    tools.firstChild.classList.toggle('called', state.waiting.length > 0);
    const wanted = search.value.trim().toLowerCase();
    const all = chatsOf(state, state.seen, state.now);
    const found = all.filter(({ chat }) => `${names(chat)} ${chat}`.toLowerCase().includes(wanted));
    arrange(
      list,
      found.map((entry) => drawRow(entry, names, state)),
    );
    empty.hidden = all.length > 0;
  });
};
