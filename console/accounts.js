import { createAccount, restrictionOf } from './account-acts.js';
import { call } from './api.js';
import { fill, h, keyedList } from './dom.js';
import { fullOf } from './format.js';
import { icon } from './icons.js';
import { badge, emptyState, heading, problemNote } from './parts.js';
import { keepFresh } from './stream.js';

const newButton = () =>
  h(
    'button',
    { type: 'button', class: 'primary', on: { click: createAccount } },
    icon('plus'),
    'New account',
  );

const hintOf = (account) => {
  const state = account.currentStatus;
  if (account.hasQR) return 'Scan its QR code with the phone';
  const restriction = restrictionOf(account);
  if (state === 'connected' && restriction !== null) return restriction;
  if (state === 'connected' && account.history !== null && account.history.progress < 100) {
    return `The phone hands over its past: ${account.history.progress ?? 0} %`;
  }
  if (state === 'logged_out') return 'Not linked to a phone';
  if (state === 'disconnected') return 'Stopped: nothing is received until it is connected';
  return `Last changed ${fullOf(account.updatedAt)}`;
};

const cardOf = (account) =>
  h(
    'li',
    {},
    h(
      'a',
      { class: 'card account', href: `#/accounts/${account._id}` },
      h(
        'span',
        { class: 'face', 'aria-hidden': 'true' },
        (account.name || account._id).slice(0, 1).toUpperCase(),
      ),
      h(
        'span',
        { class: 'who' },
        h('strong', { dir: 'auto' }, account.name || account._id),
        h('small', {}, account._id),
      ),
      badge(account.currentStatus),
      h('span', { class: 'hint' }, hintOf(account)),
    ),
  );

/** All accounts, as they stand. */
export const accountsPage = ({ root, signal }) => {
  const problem = problemNote();
  const list = h('ul', { class: 'cards' });
  const show = keyedList(list, ({ _id }) => _id, cardOf);
  const nothing = h('div');
  root.append(heading('Accounts', 'Each is one WhatsApp number.', newButton()), problem.node, nothing, list);
  const onError = problem.show;
  void keepFresh({ types: 'account.*', signal, onError }, async (seen) => {
    const { accounts } = await call('accounts', { seen, signal });
    problem.clear();
    show(accounts);
    const advice =
      'Create one, then scan its QR code with WhatsApp on the phone: Linked devices, Link a device.';
    fill(nothing, accounts.length === 0 && emptyState('No account yet', advice, newButton()));
  });
};
