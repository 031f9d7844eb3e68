import { avatar } from './avatar.js';
import { toast } from './dialog.js';
import { arrange, h, makeCache, moveByArrows, setText } from './dom.js';
import { icon } from './icons.js';
import { askNewPhone } from './phone-dialogs.js';
import { nextTheme } from './theme.js';

const SEARCHABLE_FROM = 12;

const tool = (name, label, click) =>
  h('button', { class: 'plain', title: label, 'aria-label': label, on: { click } }, icon(name));

const linkedText = ({ companions }) => {
  const live = companions.filter(({ connected }) => connected).length;
  return companions.length === 0
    ? 'no linked device'
    : `${live} of ${companions.length} linked devices connected`;
};

/** The phones, to pick the one that is looked at. */
export const mountRail = (root, app) => {
  const list = h('ul', {});
  const search = h('input', { type: 'search', placeholder: 'Find', 'aria-label': 'Find a phone' });
  const wire = h('span', { class: 'wire', title: 'Connection to the sandbox' });
  root.append(
    h('a', { class: 'logo', href: '#', title: 'Wildcat sandbox', 'aria-label': 'Wildcat sandbox' }, wire),
    search,
    list,
    h(
      'footer',
      {},
      tool('plus', 'New phone', () => askNewPhone(app)),
      tool('theme', 'Light or dark', () => toast(`Theme: ${nextTheme()}`)),
      tool('log', 'Frames (Alt+L)', app.toggleLog),
    ),
  );
  moveByArrows(list);
  search.addEventListener('input', () => app.set({}));

  const cache = makeCache();
  const makeItem = (number) => {
    const face = h('span', { class: 'face' });
    const name = h('span', { class: 'name' });
    const button = h('button', { on: { click: () => app.open(number) } }, face, name);
    return { item: h('li', {}, button), button, face, name };
  };
  const drawItem = (phone, { phone: current, pictures }) => {
    const { item, button, face, name } = cache(phone.number, '', () => makeItem(phone.number));
    const live = phone.companions.some(({ connected }) => connected);
    const looks = `${phone.name} ${phone.companions.length} ${live} ${pictures[phone.number]} ${phone.online}`;
    if (face.dataset.looks !== looks) {
      face.dataset.looks = looks;
      face.replaceChildren(avatar(phone.number, phone.name, { phone: current, pictures }));
      if (phone.companions.length > 0) face.append(h('i', { class: live ? 'dot live' : 'dot' }));
      button.classList.toggle('off', !phone.online);
      setText(name, phone.name.split(' ')[0]);
      button.title = `${phone.name}, +${phone.number}: ${linkedText(phone)}`;
      button.setAttribute('aria-label', button.title);
    }
    button.setAttribute('aria-current', String(phone.number === current));
    return item;
  };
  app.onChange((state) => {
    search.hidden = state.phones.length < SEARCHABLE_FROM;
    const wanted = search.hidden ? '' : search.value.trim().toLowerCase();
    const found = state.phones.filter(({ name, number }) =>
      `${name} ${number}`.toLowerCase().includes(wanted),
    );
    arrange(
      list,
      found.map((phone) => drawItem(phone, state)),
    );
    wire.classList.toggle('cut', !state.connected);
  });
};
