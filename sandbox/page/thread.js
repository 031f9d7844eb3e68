import { drawBubble } from './bubble.js';
import { arrange, h } from './dom.js';
import { dayOf, sameDay } from './format.js';
import { icon } from './icons.js';
import { openMessageMenu } from './message-menu.js';
import { isThere, summaryOf } from './model.js';
import { hueOf, isGroup } from './people.js';

/** Messages drawn at first; more on demand. */
const PAGE = 150;
/** Messages of one person within so many milliseconds stand close together. */
const RUN_MS = 300_000;
/** So near to the end (pixels) somebody is taken to read the newest. */
const NEAR = 120;

const isLine = ({ kind }) => kind === 'notice' || kind === 'disappearing';

const makeEntry = (message, app) => {
  if (isLine(message)) {
    const text = h('span', {}, summaryOf(message));
    return { node: h('li', { class: 'line' }, text) };
  }
  const author = h('strong', { class: 'author', data: { hue: hueOf(message.from) } });
  const bubble = h('div', { class: 'bubble' });
  const more = h(
    'button',
    { class: 'plain more', 'aria-label': 'What can be done with it', tabindex: '-1' },
    icon('more'),
  );
  const node = h('li', { class: 'entry', tabindex: '0', data: { id: message.id } }, author, bubble, more);
  const entry = { node, bubble, author, message };
  const menu = () => openMessageMenu(more, app, entry.message);
  more.addEventListener('click', menu);
  node.addEventListener('contextmenu', (event) => {
    if (event.target.closest('a, video')) return;
    event.preventDefault();
    menu();
  });
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target !== node) return;
    event.preventDefault();
    menu();
  });
  return entry;
};

/** The messages of a chat, oldest first. */
export const makeThread = (app) => {
  const list = h('ol', {});
  const earlier = h('button', { class: 'quiet earlier' }, 'Earlier messages');
  const element = h('div', { class: 'thread', tabindex: '-1' }, earlier, list);
  let entries = new Map();
  let days = new Map();
  let shown = '';
  let limit = PAGE;
  earlier.addEventListener('click', () => {
    limit += PAGE;
    app.set({});
  });

  const showMessage = (id) => {
    const node = [...list.children].find(({ dataset }) => dataset.id === id);
    node?.scrollIntoView({ block: 'center', behavior: 'smooth' });
    node?.focus({ preventScroll: true });
  };

  const draw = (message, before, context) => {
    const key = `${message.from}/${message.id}`;
    const entry = entries.get(key) ?? makeEntry(message, app);
    entries.set(key, entry);
    if (entry.bubble === undefined) return entry.node;
    if (entry.drawn !== message) {
      entry.message = message;
      entry.drawn = message;
      arrange(entry.bubble, drawBubble(entry.bubble, message, context));
    }
    const inRun = before?.from === message.from && !isLine(before) && message.at - before.at < RUN_MS;
    entry.node.className = `entry${message.fromMe ? ' own' : ''}${inRun ? '' : ' first'}`;
    entry.author.hidden = message.fromMe || inRun || !isGroup(message.chat);
    entry.author.textContent = context.names(message.from);
    return entry.node;
  };

  const dayLine = (at, now) => {
    const text = dayOf(at, now);
    const node = days.get(text) ?? h('li', { class: 'day' }, h('span', {}, text));
    days.set(text, node);
    return node;
  };

  const nodesOf = (messages, context, now) =>
    messages.flatMap((message, at) => {
      const before = messages[at - 1];
      const node = draw(message, before, context);
      return before !== undefined && sameDay(before.at, message.at)
        ? [node]
        : [dayLine(message.at, now), node];
    });

  const restart = (key) => {
    shown = key;
    entries = new Map();
    days = new Map();
    limit = PAGE;
  };

  return {
    element,
    draw: (state, names) => {
      const { phone, chat, phones, groups, now } = state;
      const key = JSON.stringify([
        phone,
        chat,
        phones.map(({ name }) => name),
        groups.map(({ subject }) => subject),
      ]);
      const isNew = key !== shown;
      if (isNew) restart(key);
      const all = state.messages.filter((message) => message.chat === chat && isThere(message, now));
      const find = (id) => all.find((message) => message.id === id);
      // LIDs in texts are people, too
      const nameIn = (digits) => phones.find(({ number, lid }) => number === digits || lid === digits)?.name;
      const atEnd = isNew || element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
      const before = list.lastChild;
      const height = element.scrollHeight;
      arrange(list, nodesOf(all.slice(-limit), { phone, names, nameIn, find, showMessage }, now));
      earlier.hidden = all.length <= limit;
      const own = all.at(-1)?.fromMe === true && list.lastChild !== before;
      if (atEnd || own) element.scrollTop = element.scrollHeight;
      else if (list.lastChild === before) element.scrollTop += element.scrollHeight - height;
    },
  };
};
