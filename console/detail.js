import { at, call, query } from './api.js';
import { fill, h } from './dom.js';
import { exactOf, fullOf, personOf, sizeOf } from './format.js';
import { icon } from './icons.js';
import { badge, facts, jsonOf, problemNote, unfolding } from './parts.js';

const pinOf = ({ by, until }) => `by ${personOf(by)}${until === null ? '' : `, until ${fullOf(until)}`}`;

const factsOf = (message) =>
  facts([
    ['Status', message.status && badge(message.status)],
    ['Error', message.error],
    ['From', message.fromMe ? 'this account' : personOf(message.from)],
    ['Time', fullOf(message.timestamp)],
    ['Id', h('code', {}, message.messageId)],
    ['Type', message.type],
    ['File', message.mediaMimetype],
    ['Size', message.mediaSize === null ? null : sizeOf(message.mediaSize)],
    ['Edited', message.editedAt && fullOf(message.editedAt)],
    ['Deleted', message.deletedAt && fullOf(message.deletedAt)],
    ['On the phone', message.deletedForMeAt && `deleted there alone, ${fullOf(message.deletedForMeAt)}`],
    ['Starred', message.starred && 'yes'],
    ['Pinned', message.pinned && pinOf(message.pinned)],
  ]);

const receiptsOf = ({ receipts = [] }) =>
  receipts.length > 0 && [
    h('h3', {}, 'Receipts'),
    h(
      'ul',
      { class: 'plainly' },
      receipts.map(({ jid, deliveredAt, readAt }) =>
        h(
          'li',
          {},
          personOf(jid),
          h(
            'small',
            {},
            readAt ? ` read ${fullOf(readAt)}` : deliveredAt && ` delivered ${fullOf(deliveredAt)}`,
          ),
        ),
      ),
    ),
  ];

const editsOf = ({ edits = [] }) =>
  edits.length > 0 && [
    h('h3', {}, 'Said before'),
    h(
      'ul',
      { class: 'plainly' },
      edits.map(({ text }) => h('li', { dir: 'auto' }, text ?? '')),
    ),
  ];

const stepOf = (event) =>
  h(
    'li',
    { data: { changed: event.changed } },
    unfolding(
      [
        h('span', { class: 'type' }, event.type),
        h('time', { title: fullOf(event.occurredAt) }, exactOf(event.occurredAt)),
        h('small', {}, `#${event.position}`),
      ],
      () => jsonOf(event.data),
    ),
  );

/** All that is known of one message, and every event that made it so. */
export const messageDetail = ({ node, id, chatId, messageId, signal }) => {
  const problem = problemNote();
  const about = h('div');
  const steps = h('ol', { class: 'history', 'aria-label': 'History' });
  const close = h(
    'a',
    { class: 'plain', href: `#/${at`accounts/${id}/chats/${chatId}`}`, 'aria-label': 'Close' },
    icon('close'),
  );
  fill(
    node,
    h('header', {}, h('h2', {}, 'Message'), close),
    problem.node,
    about,
    h('h3', {}, 'History'),
    steps,
  );
  let json = '';
  const refresh = async (seen) => {
    try {
      const options = { seen, signal };
      const path = at`accounts/${id}/messages/${messageId}`;
      const { message } = await call(`${path}${query({ chatId })}`, options);
      const { events } = await call(`${path}/history${query({ chatId })}`, options);
      const now = JSON.stringify([message, events]);
      if (now === json) return;
      json = now;
      problem.clear();
      fill(
        about,
        factsOf(message),
        receiptsOf(message),
        editsOf(message),
        unfolding('As the API has it', () => jsonOf(message)),
      );
      fill(steps, events.map(stepOf));
    } catch (error) {
      if (!signal.aborted) problem.show(error);
    }
  };
  void refresh();
  return { refresh };
};
