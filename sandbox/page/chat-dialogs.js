import { call } from './api.js';
import { ask } from './dialog.js';

const others = ({ phones, phone }) =>
  phones
    .filter(({ number }) => number !== phone)
    .map(({ number, name }) => ({ value: number, text: `${name} · +${number}` }));

const digits = (number) => number.replace(/[^\d]/g, '');

/** Somebody to write to. */
export const askNewChat = (app) => {
  const state = app.get();
  const people = others(state);
  ask({
    title: 'New chat',
    action: 'Open',
    fields: [{ name: 'to', type: 'choice', label: 'With', options: people, required: true }],
    submit: async ({ to }) => {
      if (to === '') throw new Error('There is nobody else yet: make another phone first.');
      app.open(state.phone, to);
    },
  });
};

export const askNewGroup = (app) => {
  const { phone } = app.get();
  ask({
    title: 'New group',
    action: 'Make it',
    fields: [
      { name: 'subject', label: 'Subject', required: true },
      { name: 'people', type: 'long', label: 'Numbers', hint: 'Separated by commas or lines' },
    ],
    submit: async ({ subject, people }) => {
      const participants = people
        .split(/[\n,;]/)
        .map(digits)
        .filter(Boolean);
      const { jid } = await call('POST', `/phones/${phone}/groups`, { subject, participants });
      app.open(phone, jid);
    },
  });
};

/** Where a message is to be passed on to. */
export const askForward = (app, message) => {
  const state = app.get();
  const groups = state.groups.map(({ jid, subject }) => ({ value: jid, text: subject }));
  ask({
    title: 'Forward to',
    action: 'Forward',
    fields: [{ name: 'to', type: 'choice', label: 'Chat', options: [...others(state), ...groups] }],
    submit: ({ to }) => call('POST', `/phones/${state.phone}/messages`, { to, forward: message.id }),
  });
};
