import { say } from './api.js';
import { askForward } from './chat-dialogs.js';
import { attempt, menuItem, popMenu, toast } from './dialog.js';
import { h } from './dom.js';

const REACTIONS = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const EDITABLE = new Set(['text', 'image', 'video', 'document']);

const reactionRow = (message, phone, close) => {
  const own = message.reactions.find(({ from }) => from === phone)?.text;
  return h(
    'div',
    { class: 'quick', role: 'group', 'aria-label': 'React' },
    REACTIONS.map((emoji) =>
      h(
        'button',
        {
          'aria-label': `React with ${emoji}`,
          'aria-pressed': String(own === emoji),
          on: {
            click: () => {
              close();
              const text = own === emoji ? '' : emoji;
              void attempt(() => say(phone, { to: message.chat, reaction: { message: message.id, text } }));
            },
          },
        },
        emoji,
      ),
    ),
  );
};

const mayDelete = ({ fromMe, chat }, { groups, phone }) =>
  fromMe ||
  groups
    .find(({ jid }) => jid === chat)
    ?.participants.some(({ number, rank }) => number === phone && rank !== 'member') === true;

const copy = (text) => attempt(() => navigator.clipboard.writeText(text).then(() => toast('Copied')));

/** What the phone can do with a message. */
export const openMessageMenu = (anchor, app, message) =>
  popMenu(anchor, 'Message', (close) => {
    const state = app.get();
    const { phone } = state;
    const item = (name, text, action) =>
      menuItem(name, text, () => {
        close();
        action();
      });
    const copyId = item('log', 'Copy id', () => copy(message.id));
    if (message.kind === 'deleted') return [copyId];
    return [
      reactionRow(message, phone, close),
      item('reply', 'Reply', () => app.answer('reply', message)),
      item('forward', 'Forward', () => askForward(app, message)),
      ...(message.fromMe && EDITABLE.has(message.kind)
        ? [item('edit', 'Edit', () => app.answer('edit', message))]
        : []),
      ...(mayDelete(message, state)
        ? [
            item('bin', 'Delete for everyone', () =>
              attempt(() => say(phone, { to: message.chat, delete: message.id })),
            ),
          ]
        : []),
      copyId,
    ];
  });
