import { at, call, post } from './api.js';
import { deliveryList } from './deliveries.js';
import { confirmLoss } from './dialog.js';
import { fill, h } from './dom.js';
import { countOf, fullOf } from './format.js';
import { icon } from './icons.js';
import { actionButton, facts, problemNote, webhookBadge } from './parts.js';
import { keepFresh } from './stream.js';

const forget = (webhook) =>
  confirmLoss({
    title: 'Forget this webhook?',
    loses: [
      `what ${webhook.url} was not told yet: nobody tells it any more`,
      'its secret, its headers, and the record of its deliveries',
    ],
    keeps: 'The events stay in the log; a new webhook may begin anywhere in it.',
    action: 'Forget it',
    submit: async () => {
      await call(at`webhooks/${webhook.id}`, { method: 'DELETE' });
      location.hash = '#/webhooks';
    },
  });

/** What a test brought, in words. */
const outcomeOf = ({ delivered, attempt }) =>
  `${delivered ? 'Taken' : 'Not taken'}: ${attempt.status ?? attempt.error ?? 'no answer'} after ${attempt.ms} ms`;

const factsOf = (webhook) =>
  facts([
    ['Events', webhook.events.join(', ')],
    ['Accounts', webhook.accounts.join(', ') || 'all'],
    ['Format', webhook.format],
    ['Order', webhook.order === 'chat' ? 'per chat' : 'none'],
    ['Headers', webhook.headers.join(', ')],
    ['Begins after', `#${countOf(webhook.after)}`],
    ['Created', fullOf(webhook.createdAt)],
    ['Id', h('code', {}, webhook.id)],
  ]);

/** One webhook: how it stands, what it was sent, and what one can do about it. */
export const webhookPage = ({ root, signal, id }) => {
  const problem = problemNote();
  const path = at`webhooks/${id}`;
  const bar = h('div');
  const about = h('div');
  const said = h('p', { class: 'said', role: 'status' });
  const deliveries = deliveryList(id, signal);
  root.append(bar, problem.node, said, about, deliveries.node);

  const test = async () => {
    said.textContent = outcomeOf(await post(`${path}/test`));
    await deliveries.refresh();
  };
  const secret = async () => {
    fill(said, 'Secret: ', h('code', {}, (await call(`${path}/secret`)).secret));
  };
  const draw = (webhook) => {
    const verb = webhook.status === 'active' ? 'pause' : 'resume';
    fill(
      bar,
      h(
        'header',
        { class: 'bar' },
        h('a', { class: 'plain', href: '#/webhooks', 'aria-label': 'All webhooks' }, icon('back')),
        h('h1', {}, webhook.url),
        webhookBadge(webhook),
        h(
          'div',
          { class: 'actions' },
          actionButton('Test', problem, test),
          actionButton(verb === 'pause' ? 'Pause' : 'Resume', problem, () => post(`${path}/${verb}`)),
          actionButton('Show secret', problem, secret),
          actionButton('Forget', problem, async () => forget(webhook), { kind: 'quiet alarming' }),
        ),
      ),
    );
    fill(about, factsOf(webhook));
  };
  void keepFresh({ account: '_sys', types: 'webhook.*', signal, onError: problem.show }, async (seen) => {
    const { webhook } = await call(path, { seen, signal });
    problem.clear();
    draw(webhook);
  });
};
