/** Strokes in a box of 24 by 24. */
const PATHS = {
  plus: 'M12 5v14M5 12h14',
  send: 'M4.5 12 20 4.5 15 20l-3.5-6.5zM11.5 13.5 20 4.5',
  clip: 'm20 11.5-8.3 8.2a5 5 0 0 1-7.1-7L13 4.4a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.3a1.7 1.7 0 0 1-2.4-2.4l7.5-7.4',
  tick: 'm5 12.5 4.5 4.5L19 7.5',
  link: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2',
  gear: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4',
  log: 'm5 7 4.5 4.5L5 16M12 17h7',
  theme: 'M20 13.5A8 8 0 1 1 10.5 4a6.3 6.3 0 0 0 9.5 9.5z',
  chat: 'M5 6.5A2.5 2.5 0 0 1 7.5 4h9A2.5 2.5 0 0 1 19 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4.2A2.5 2.5 0 0 1 5 13.5zM12 7.5v5M9.5 10h5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  reply: 'M9.5 7 4.5 12l5 5M5 12h9a5.5 5.5 0 0 1 5.5 5.5',
  close: 'm6.5 6.5 11 11M17.5 6.5l-11 11',
  file: 'M13.5 3.5h-6A1.5 1.5 0 0 0 6 5v14a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 18 19V8zM13.5 3.5V8H18',
  place:
    'M12 20.5s6.5-5.4 6.5-10.7a6.5 6.5 0 1 0-13 0c0 5.3 6.5 10.7 6.5 10.7zM12 12a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  person: 'M12 12a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6zM4.8 20c.6-3.6 3.5-5.5 7.2-5.5s6.6 1.9 7.2 5.5',
  people:
    'M9 11.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM2.8 19c.5-3.2 3-4.9 6.2-4.9s5.7 1.7 6.2 4.9M16 5.2a3.2 3.2 0 0 1 0 6M17.5 14.4c2 .6 3.4 2.2 3.7 4.6',
  image: 'M4 5.5h16v13H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01',
  poll: 'M6 19v-6M12 19V5M18 19v-9',
  mic: 'M12 14.5a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 6v12M15.5 6v12',
  forward: 'm14.5 7 5 5-5 5M19 12h-9a5.5 5.5 0 0 0-5.5 5.5',
  edit: 'm5 19 .8-4L16 4.8l3.2 3.2L9 18.2zM14 7l3 3',
  bin: 'M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7',
  timer: 'M12 20a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM12 8.5v4l2.5 1.5M9.5 2.5h5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20',
  once: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM10.5 9.5 12.5 8v8',
};
const SVG = 'http://www.w3.org/2000/svg';

/** A drawing that says nothing by itself: whoever uses it names the button. */
export const icon = (...names) => {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 24 24`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const name of names) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', PATHS[name]);
    svg.append(path);
  }
  return svg;
};

const TICKS = {
  sent: 'm5 9.5 3.5 3.5L15 6',
  delivered: 'm1.5 9.5 3.5 3.5L11.5 6M9 12l1 1 6.5-7',
};

/** One tick or two; their colour is the style's. */
export const ticks = (status) => {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 18 18');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', status === 'sent' ? TICKS.sent : TICKS.delivered);
  svg.append(path);
  return svg;
};
