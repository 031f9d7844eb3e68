import { avatar } from './avatar.js';
import { typingText } from './chats.js';
import { mountComposer } from './composer.js';
import { h } from './dom.js';
import { spanOf } from './format.js';
import { icon } from './icons.js';
import { writersIn } from './model.js';
import { formatNumber, isGroup, isPerson, makeNames } from './people.js';
import { askNewPhone } from './phone-dialogs.js';
import { makeThread } from './thread.js';

/** The line under the name of a chat. */
const subtitleOf = (state, names) => {
  const { chat, presence, now, groups, phones } = state;
  const typing = typingText(writersIn(presence, chat, now), names, isGroup(chat));
  if (typing !== undefined) return { text: typing, typing: true };
  const group = groups.find(({ jid }) => jid === chat);
  if (group !== undefined) return { text: group.participants.map(({ number }) => names(number)).join(', ') };
  if (!isPerson(chat)) return { text: chat };
  const there = phones.find(({ number }) => number === chat)?.companions.some(({ connected }) => connected);
  return { text: `${formatNumber(chat)}${there ? ' · linked device connected' : ''}` };
};

const welcome = (app, some) =>
  h(
    'div',
    { class: 'welcome' },
    h('img', { src: '/page/icon.svg', alt: '', width: 56, height: 56 }),
    h('h2', {}, some ? 'Pick a chat' : 'A WhatsApp of your own'),
    h(
      'p',
      {},
      some
        ? 'Or write to somebody new. Everything here stays on this machine.'
        : 'Make a phone, link your bot to it by its QR code, and write to it as anybody you like.',
    ),
    !some && h('button', { class: 'primary', on: { click: () => askNewPhone(app) } }, 'Make the first phone'),
  );

/** The chat that is looked at. */
export const mountConversation = (root, app) => {
  const face = h('span', {});
  const title = h('h2', {});
  const subtitle = h('small', {});
  const timer = h('span', { class: 'chat-timer' }, icon('timer'));
  const back = h(
    'button',
    {
      class: 'plain back',
      'aria-label': 'Back to the chats',
      on: { click: () => app.open(app.get().phone) },
    },
    icon('reply'),
  );
  const thread = makeThread(app);
  const header = h('header', {}, back, face, h('div', {}, title, subtitle), timer);
  const area = h('div', { class: 'area' }, header, thread.element);
  const composer = mountComposer(area, app);
  const place = h('div', { class: 'nowhere' });
  root.append(area, place);

  app.onChange((state) => {
    const { chat, phones, pictures, groups, ready } = state;
    area.hidden = chat === undefined;
    place.hidden = chat !== undefined || !ready;
    if (chat === undefined) {
      const some = phones.length > 0;
      if (place.dataset.some !== String(some)) place.replaceChildren(welcome(app, some));
      place.dataset.some = String(some);
      return;
    }
    const names = makeNames(state);
    const looks = `${chat} ${names(chat)} ${pictures[chat]}`;
    if (face.dataset.looks !== looks) face.replaceChildren(avatar(chat, names(chat), state));
    face.dataset.looks = looks;
    title.textContent = names(chat);
    const { text, typing } = subtitleOf(state, names);
    subtitle.textContent = text;
    subtitle.classList.toggle('typing', typing === true);
    const seconds = groups.find(({ jid }) => jid === chat)?.ephemeral ?? 0;
    timer.hidden = seconds === 0;
    timer.title = seconds === 0 ? '' : `Messages disappear after ${spanOf(seconds)}`;
    thread.draw(state, names);
    composer.draw(state, names);
  });
};
