import { call, post } from './api.js';
import { openDialog } from './dialog.js';
import { fill, h, keyedList } from './dom.js';
import { icon } from './icons.js';
import { emptyState, heading, problemNote, webhookBadge } from './parts.js';
import { keepFresh } from './stream.js';

const listOf = (text) => {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return words.length === 0 ? undefined : words;
};

const register = () =>
  openDialog({
    title: 'New webhook',
    fields: [
      { name: 'url', label: 'URL', type: 'url', required: true, placeholder: 'https://example.com/hook' },
      {
        name: 'events',
        label: 'Events',
        placeholder: 'message.*, account.connected',
        hint: 'Empty: messages, received and sent.',
      },
      { name: 'accounts', label: 'Accounts', placeholder: 'shop, support', hint: 'Empty: all.' },
      {
        ...{ name: 'format', label: 'Format', value: 'wildcat' },
        options: [
          ['wildcat', 'wildcat: messages only'],
          ['cloudevents', 'cloudevents: any event'],
        ],
      },
      {
        ...{ name: 'order', label: 'Order', value: 'chat' },
        options: [
          ['chat', 'in order, per chat'],
          ['none', 'none: what fails holds nothing up'],
        ],
      },
    ],
    action: 'Register',
    submit: async ({ url, events, accounts, format, order }) => {
      const body = { url, events: listOf(events), accounts: listOf(accounts), format, order };
      const { webhook } = await post('webhooks', body);
      location.hash = `#/webhooks/${webhook.id}`;
    },
  });

const cardOf = (webhook) =>
  h(
    'li',
    {},
    h(
      'a',
      { class: 'card webhook', href: `#/webhooks/${webhook.id}` },
      h('strong', {}, webhook.url),
      webhookBadge(webhook),
      h(
        'span',
        { class: 'hint' },
        `${webhook.events.join(', ') || 'messages'} · ${webhook.accounts.join(', ') || 'all accounts'} · ${webhook.format}`,
      ),
    ),
  );

const newButton = () =>
  h('button', { type: 'button', class: 'primary', on: { click: register } }, icon('plus'), 'New webhook');

/** All webhooks, as they stand. */
export const webhooksPage = ({ root, signal }) => {
  const problem = problemNote();
  const list = h('ul', { class: 'cards wide' });
  const show = keyedList(list, ({ id }) => id, cardOf);
  const nothing = h('div');
  root.append(
    heading('Webhooks', 'URLs that are told, at least once and in order.', newButton()),
    problem.node,
    nothing,
    list,
  );
  void keepFresh({ account: '_sys', types: 'webhook.*', signal, onError: problem.show }, async (seen) => {
    const { webhooks } = await call('webhooks', { seen, signal });
    problem.clear();
    show(webhooks);
    const advice = 'Register a URL: each message is posted there, signed, and again until it is taken.';
    fill(nothing, webhooks.length === 0 && emptyState('No webhook yet', advice, newButton()));
  });
};
