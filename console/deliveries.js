import { at, call, post, query } from './api.js';
import { h, keyedList } from './dom.js';
import { fullOf, shortOf } from './format.js';
import { actionButton, badge, field, problemNote, unfolding } from './parts.js';
import { repeat } from './stream.js';

const EVERY_MS = 3_000;
const STATES = ['', 'delivered', 'retrying', 'failed'];

const attemptOf = ({ at: time, ms, status, error }) =>
  h(
    'li',
    {},
    h('time', {}, fullOf(time)),
    ` ${[status, error].filter(Boolean).join(' · ') || 'no answer'} (${ms} ms)`,
  );

/** What was sent to a webhook, newest first, kept fresh; older ones on demand. */
export const deliveryList = (webhookId, signal) => {
  const problem = problemNote();
  const path = at`webhooks/${webhookId}/deliveries`;
  let status = '';
  let older = [];
  let newest = [];
  let before;

  const rowOf = (delivery) => {
    const own = problemNote();
    const again = async () => {
      await post(at`webhooks/${webhookId}/deliveries/${delivery.id}/redeliver`);
      await refresh();
    };
    const last = delivery.attempts.at(-1);
    return h(
      'li',
      { class: 'delivery' },
      unfolding(
        [
          badge(delivery.status),
          h('span', { class: 'type' }, delivery.type),
          h('span', { class: 'of' }, delivery.accountId),
          h('small', { class: 'position' }, `#${delivery.position}`),
          last && h('time', {}, shortOf(last.at)),
          h('span', { class: 'soft' }, last ? String(last.status ?? last.error ?? '') : ''),
        ],
        () =>
          h(
            'div',
            {},
            h('ol', { class: 'plainly' }, delivery.attempts.map(attemptOf)),
            delivery.nextAttemptAt && h('p', { class: 'soft' }, `Again at ${fullOf(delivery.nextAttemptAt)}`),
            h(
              'p',
              {},
              h(
                'a',
                { href: `#/events?after=${Math.max(0, delivery.position - 1)}` },
                'The event in the log',
              ),
            ),
          ),
      ),
      actionButton('Redeliver', own, again),
      own.node,
    );
  };

  const list = h('ul', { class: 'rows', 'aria-label': 'Deliveries' });
  const draw = keyedList(list, ({ id }) => id, rowOf);
  const nothing = h(
    'p',
    { class: 'empty', hidden: true },
    'Nothing was sent yet. Test it, or wait for the next event.',
  );
  const pageOf = (fields) => call(`${path}${query({ limit: 50, status, ...fields })}`, { signal });
  const show = () => {
    const known = new Set(newest.map(({ id }) => id));
    draw([...newest, ...older.filter(({ id }) => !known.has(id))]);
    nothing.hidden = newest.length > 0;
    more.hidden = before === null || before === undefined;
  };
  const refresh = async () => {
    const found = await pageOf({});
    newest = found.deliveries;
    if (older.length === 0) before = found.nextBefore;
    problem.clear();
    show();
  };
  const more = actionButton('Older deliveries', problem, async () => {
    const found = await pageOf({ before });
    older = [...older, ...found.deliveries];
    before = found.nextBefore;
    show();
  });
  const choice = h(
    'select',
    { name: 'status' },
    STATES.map((each) => h('option', { value: each }, each || 'all')),
  );
  const safely = async () => {
    try {
      await refresh();
    } catch (error) {
      if (!signal.aborted) problem.show(error);
    }
    return EVERY_MS;
  };
  choice.addEventListener('change', () => {
    status = choice.value;
    older = [];
    void safely();
  });
  more.hidden = true;
  const head = h('header', { class: 'section' }, h('h2', {}, 'Deliveries'), field('State', choice));
  const node = h('section', {}, head, problem.node, list, nothing, more);
  void repeat(signal, safely);
  return { node, refresh };
};
