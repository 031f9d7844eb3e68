import { forgetKey } from './api.js';
import { fill, h, markCurrent } from './dom.js';
import { icon } from './icons.js';
import { iconButton } from './parts.js';

const ROOMS = [
  ['accounts', 'Accounts'],
  ['events', 'Events'],
  ['webhooks', 'Webhooks'],
  ['system', 'System'],
];
const PULSE = { live: 'live', lost: 'connection lost, trying again', idle: '' };
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = () => localStorage.getItem('wildcat-theme') ?? 'auto';
const applyTheme = () => {
  document.documentElement.dataset.theme = theme() === 'auto' ? (dark.matches ? 'dark' : 'light') : theme();
};

/** Draws the navigation; gives what changes in it. */
export const drawRail = (rail) => {
  const links = ROOMS.map(([room, title]) =>
    h('a', { href: `#/${room}`, data: { room } }, icon(room), h('span', {}, title)),
  );
  const pulse = h('p', { class: 'pulse', role: 'status' });
  const look = iconButton('theme', `Colours: ${theme()}`, () => {
    localStorage.setItem('wildcat-theme', NEXT[theme()] ?? 'auto');
    look.title = `Colours: ${theme()}`;
    look.setAttribute('aria-label', look.title);
    applyTheme();
  });
  const lock = iconButton('key', 'Forget the API key', () => {
    forgetKey();
    dispatchEvent(new Event('locked'));
  });
  const docs = h(
    'a',
    { class: 'plain', href: new URL('../docs', import.meta.url), title: 'The API' },
    icon('docs'),
  );
  docs.setAttribute('aria-label', 'The API');
  const brand = h(
    'a',
    { class: 'brand', href: '#/accounts' },
    h('img', { src: new URL('icon.svg', import.meta.url), alt: '' }),
    'Wildcat',
  );
  fill(
    rail,
    brand,
    h('div', { class: 'rooms' }, links),
    pulse,
    h('div', { class: 'tools' }, docs, look, lock),
  );
  dark.addEventListener('change', applyTheme);
  applyTheme();
  addEventListener('pulse', ({ detail }) => {
    pulse.dataset.state = detail;
    pulse.textContent = PULSE[detail];
  });
  return {
    mark: (room) => {
      for (const link of links) markCurrent(link, link.dataset.room === room);
    },
    hasKey: (has) => {
      lock.hidden = !has;
    },
  };
};
