import { deleteAccount, logOut, restrictionOf } from './account-acts.js';
import { at, call, post, Refusal } from './api.js';
import { chatList } from './chats.js';
import { messageDetail } from './detail.js';
import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { linkPanel } from './link.js';
import { actionButton, badge, emptyState, problemNote } from './parts.js';
import { keepFresh } from './stream.js';
import { openThread } from './thread.js';

const buttonsOf = (account, problem) => {
  const id = account._id;
  const state = account.currentStatus;
  const stopped = state === 'disconnected' || state === 'logged_out';
  const act = (label, verb) => actionButton(label, problem, () => post(at`accounts/${id}/${verb}`));
  return [
    stopped ? act('Connect', 'connect') : act('Disconnect', 'disconnect'),
    (state === 'connected' || state === 'reconnecting' || state === 'disconnected') &&
      actionButton('Log out', problem, async () => logOut(id)),
    actionButton('Delete', problem, () => deleteAccount(id), { kind: 'quiet alarming' }),
  ];
};

const barOf = (account, problem) =>
  h(
    'header',
    { class: 'bar' },
    h('a', { class: 'plain', href: '#/accounts', 'aria-label': 'All accounts' }, icon('back')),
    h('h1', { dir: 'auto' }, account.name || account._id),
    account.name !== account._id && account.name !== '' && h('code', {}, account._id),
    badge(account.currentStatus),
    account.history !== null &&
      account.history.progress < 100 &&
      h('small', { class: 'soft' }, `history ${account.history.progress ?? 0} %`),
    h('div', { class: 'actions' }, buttonsOf(account, problem)),
  );

const warningOf = (account) => {
  const text = restrictionOf(account);
  return text === null
    ? []
    : [
        `${text}. Chats that there are go on; each further attempt may make it longer.`,
        account.restriction.reason && h('small', {}, account.restriction.reason),
      ];
};

/** One account: linking it, its chats, one of them, and one message of that. */
export const accountPage = ({ root, signal, id, inside }) => {
  const problem = problemNote();
  const bar = h('div');
  const warning = h('p', { class: 'warning', role: 'status' });
  const link = linkPanel(id, signal);
  const chats = chatList(id, signal, problem);
  const middle = h('section', { class: 'thread', 'aria-label': 'Chat' });
  const side = h('aside', { class: 'detail', 'aria-label': 'Message' });
  const talk = h('div', { class: 'talk' }, chats.node, middle, side);
  root.append(bar, warning, problem.node, link.node, talk);

  let thread;
  let detail;
  let shown = {};
  const showChat = (chatId) => {
    thread?.leave();
    thread = chatId === undefined ? undefined : openThread({ node: middle, id, chatId, signal });
    if (thread === undefined) fill(middle, emptyState('No chat chosen', 'Choose one, or write to a number.'));
    chats.mark(chatId);
  };
  const showMessage = (chatId, messageId) => {
    const place = { node: side, id, chatId, messageId, signal };
    detail = messageId === undefined ? undefined : messageDetail(place);
    if (detail === undefined) fill(side);
    side.hidden = detail === undefined;
  };
  const show = ([, chatId, , messageId]) => {
    const isOther = shown.chatId !== chatId || shown.begun === undefined;
    if (isOther) showChat(chatId);
    if (isOther || shown.messageId !== messageId) showMessage(chatId, messageId);
    thread?.mark(messageId);
    talk.dataset.depth = ['chats', 'thread', 'detail'][Number(Boolean(chatId)) + Number(Boolean(messageId))];
    shown = { begun: true, chatId, messageId };
  };
  show(inside);

  const gone = (error) => {
    problem.show(error);
    if (error.status !== 404) return;
    fill(bar);
    fill(warning);
    link.show(null);
    talk.hidden = true;
  };
  void keepFresh({ account: id, signal, onError: gone }, async (seen, events) => {
    if (events.some(({ type }) => type === 'account.deleted')) {
      gone(new Refusal('Account deleted', { status: 404 }));
      return;
    }
    const touches = (...kinds) =>
      events.length === 0 || events.some(({ type }) => kinds.includes(type.split('.')[0]));
    if (touches('account', 'history')) {
      const { account } = await call(at`accounts/${id}`, { seen, signal });
      fill(bar, barOf(account, problem));
      fill(warning, ...warningOf(account));
      const linking = ['created', 'connecting', 'logged_out'].includes(account.currentStatus);
      link.show(linking ? account : null);
      talk.hidden = linking && !(await chats.refresh(seen));
    }
    if (!touches('message', 'chat', 'contact', 'group', 'media', 'identity', 'history')) return;
    await chats.refresh(seen);
    await thread?.refresh(seen, events);
    await detail?.refresh(seen, events);
  });
  return show;
};
