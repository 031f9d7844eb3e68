import { accountPage } from './account.js';
import { accountsPage } from './accounts.js';
import { hasKey } from './api.js';
import { fill, h } from './dom.js';
import { eventsPage } from './events.js';
import { showGate } from './gate.js';
import { drawRail } from './rail.js';
import { systemPage } from './system.js';
import { webhookPage } from './webhook.js';
import { webhooksPage } from './webhooks.js';

const main = document.getElementById('main');
const rail = drawRail(document.getElementById('rail'));

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Where one is: the words of the address' fragment, and its query. */
const place = () => {
  const [words, search = ''] = location.hash.slice(2).split('?');
  const path = words.split('/').filter(Boolean).map(decoded);
  return { path: path.length === 0 ? ['accounts'] : path, search: new URLSearchParams(search) };
};

const notFound = ({ root }) => fill(root, h('p', { class: 'empty' }, 'There is no such page.'));

/** The page for a path, and how many words of it name the page: what follows is a place within it. */
const pageOf = ([room, id]) => {
  if (room === 'accounts') return id === undefined ? [accountsPage, 1] : [accountPage, 2];
  if (room === 'webhooks') return id === undefined ? [webhooksPage, 1] : [webhookPage, 2];
  if (room === 'events') return [eventsPage, 1];
  if (room === 'system') return [systemPage, 1];
  return [notFound, 1];
};

let current = { name: null, leave: new AbortController(), move: undefined };

const show = () => {
  const { path, search } = place();
  const [page, length] = pageOf(path);
  const name = JSON.stringify(path.slice(0, length));
  rail.mark(path[0]);
  const inside = path.slice(length);
  if (name === current.name) {
    current.move?.(inside, search);
    return;
  }
  current.leave.abort();
  const leave = new AbortController();
  const root = h('div', { class: 'page', data: { page: path[0] } });
  fill(main, root);
  current = { name, leave };
  current.move = page({ root, signal: leave.signal, id: path[1], inside, search });
};

/** Begins anew, as after a change of the key. */
const restart = () => {
  current.leave.abort();
  current = { name: null, leave: new AbortController(), move: undefined };
  rail.hasKey(hasKey());
  show();
};

addEventListener('hashchange', show);
addEventListener('locked', () => {
  current.leave.abort();
  current = { name: 'locked', leave: new AbortController(), move: undefined };
  showGate(main, restart);
});
restart();
