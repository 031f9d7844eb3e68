import { h } from './dom.js';
import { isWanted, KINDS, piecesOf } from './frames.js';
import { icon } from './icons.js';

/** Lines that stand in the page at once. */
const LINES = 400;
const NEAR = 40;
const KIND_NAMES = { '': 'All stanzas', talk: 'Without noise' };

const clockOf = (at) => new Date(at).toTimeString().slice(0, 8);

const deviceName = (device, phones) => {
  const [number, at] = device.split('.');
  const name = phones.find((phone) => phone.number === number)?.name;
  return name === undefined ? device : `${name} · ${at}`;
};

const line = (frame, phones) => {
  const { at, direction, device, text, number } = frame;
  const out = direction === 'out';
  const node = h(
    'li',
    { data: { direction, number }, title: `${device}, frame ${number}` },
    h('time', {}, clockOf(at)),
    h('span', { class: 'way', 'aria-label': out ? 'to the client' : 'from the client' }, out ? '→' : '←'),
    h('span', { class: 'device' }, deviceName(device, phones)),
    h(
      'code',
      {},
      piecesOf(text).map(({ kind, text: piece }) =>
        kind === undefined ? piece : h('span', { class: kind }, piece),
      ),
    ),
  );
  node.addEventListener('click', () => {
    if (String(getSelection()) === '') node.classList.toggle('whole');
  });
  return node;
};

/** What goes over the wires, as it goes. */
export const mountLog = (root, app) => {
  const words = h('input', {
    type: 'search',
    placeholder: 'Filter: words, ids, numbers',
    'aria-label': 'Filter the frames',
  });
  const kind = h(
    'select',
    { 'aria-label': 'Kind of stanza' },
    KINDS.map((each) => h('option', { value: each }, KIND_NAMES[each] ?? each)),
  );
  kind.value = 'talk';
  const scope = h('input', { type: 'checkbox' });
  const hold = h(
    'button',
    { class: 'plain', 'aria-pressed': 'false', 'aria-label': 'Hold', title: 'Hold' },
    icon('pause'),
  );
  const list = h('ol', { tabindex: '0', 'aria-label': 'Frames' });
  const none = h('p', { class: 'empty' }, 'Nothing like it has gone over a wire yet.');
  const close = h(
    'button',
    { class: 'plain', 'aria-label': 'Close', title: 'Close (Alt+L)', on: { click: app.toggleLog } },
    icon('close'),
  );
  root.append(
    h('header', {}, h('h2', {}, 'Frames'), hold, close),
    h('div', { class: 'filters' }, words, kind, h('label', {}, scope, ' this phone')),
    list,
    none,
  );
  let drawn = [];
  let asked = '';
  let held;
  const again = () => app.set({});
  for (const input of [words, kind, scope]) input.addEventListener('input', again);
  hold.addEventListener('click', () => {
    held = held === undefined ? app.get().frames : undefined;
    hold.setAttribute('aria-pressed', String(held !== undefined));
    again();
  });

  const add = (frames, phones) => {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    list.append(...frames.map((frame) => line(frame, phones)));
    while (list.children.length > LINES) list.firstChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  };
  const draw = (source, query, phones) => {
    const now = JSON.stringify(query);
    if (now === asked && source === drawn) return;
    const known = now === asked ? (drawn.at(-1)?.number ?? 0) : 0;
    if (known === 0) list.replaceChildren();
    add(source.filter((frame) => frame.number > known && isWanted(frame, query)).slice(-LINES), phones);
    if (known === 0) list.scrollTop = list.scrollHeight;
    asked = now;
    drawn = source;
    none.hidden = list.children.length > 0;
  };
  app.onChange(({ frames, phone, phones, logOpen }) => {
    root.hidden = !logOpen;
    if (!logOpen) return;
    const account = scope.checked ? (phone ?? '') : '';
    draw(held ?? frames, { words: words.value.trim(), kind: kind.value, account }, phones);
  });
};
