import { call } from './api.js';
import { fill, h } from './dom.js';
import { exactOf, fullOf, personOf } from './format.js';
import { emptyState, field, heading, jsonOf, problemNote, unfolding } from './parts.js';
import { follow, headOfLog } from './stream.js';

/** Rows that are kept; who wants more takes `GET /events`. */
const MOST = 500;
/** How far back the tail begins where nobody said. */
const BACK = 100;
const TYPES = [
  'message.*',
  'message.received',
  'message.sent',
  'account.*',
  'chat.*',
  'group.*',
  'media.*',
  'webhook.*',
];

const rowOf = (event) =>
  h(
    'li',
    {},
    unfolding(
      [
        h('small', { class: 'position' }, `#${event.position}`),
        h('time', { title: fullOf(event.recordedat) }, exactOf(event.recordedat)),
        h('span', { class: 'type', data: { aggregate: event.type.split('.')[0] } }, event.type),
        h('span', { class: 'of' }, event.account),
        h('span', { class: 'subject', dir: 'auto' }, personOf(event.subject)),
      ],
      () => jsonOf(event),
    ),
  );

const choiceOf = (name, accounts, value) =>
  h(
    'select',
    { name },
    h('option', { value: '' }, 'all'),
    accounts.map((id) => h('option', { value: id, selected: id === value }, id)),
  );

const filterForm = (wanted, accounts) => {
  const value = (name) => wanted.get(name) ?? '';
  return h(
    'form',
    { class: 'filter', role: 'search' },
    field('Account', choiceOf('account', [...accounts, '_sys'], value('account'))),
    field(
      'Types',
      h('input', {
        name: 'types',
        list: 'types',
        placeholder: 'message.*',
        value: value('types'),
        autocomplete: 'off',
      }),
    ),
    field(
      'Contains',
      h('input', { name: 'has', placeholder: 'subject, id, word', value: value('has'), autocomplete: 'off' }),
    ),
    field(
      'After position',
      h('input', {
        name: 'after',
        inputmode: 'numeric',
        placeholder: `the last ${BACK}`,
        value: value('after'),
        autocomplete: 'off',
      }),
    ),
    h(
      'datalist',
      { id: 'types' },
      TYPES.map((type) => h('option', { value: type })),
    ),
    h('button', { class: 'primary' }, 'Show'),
  );
};

/** The log's tail, live; what is asked for stands in the address. */
export const eventsPage = ({ root, signal, search }) => {
  const problem = problemNote();
  const list = h('ol', { class: 'events', 'aria-label': 'Events, newest first' });
  const advice =
    'They appear here as they happen. Ask for less, or for an earlier position (0 is the whole log).';
  const nothing = emptyState('No such event yet', advice);
  const halt = h('button', { type: 'button', class: 'quiet' }, 'Pause');
  const form = h('div');
  root.append(
    heading('Events', 'The log as it grows: every fact and every intent.', halt),
    form,
    problem.node,
    nothing,
    list,
  );

  let position;
  let wanted = search;
  let running;

  const add = (events) => {
    position = events.at(-1).position;
    const part = (wanted.get('has') ?? '').toLowerCase();
    const found = events.filter((event) => JSON.stringify(event).toLowerCase().includes(part)).slice(-MOST);
    list.prepend(...found.reverse().map(rowOf));
    while (list.childElementCount > MOST) list.lastElementChild.remove();
    nothing.hidden = list.childElementCount > 0;
  };
  const run = async () => {
    running?.abort();
    running = new AbortController();
    const stop = AbortSignal.any([signal, running.signal]);
    halt.textContent = 'Pause';
    try {
      const asked = wanted.get('after') || undefined;
      position ??= asked ?? Math.max(0, (await headOfLog(stop)) - BACK);
      const filter = { account: wanted.get('account') || undefined, types: wanted.get('types') || undefined };
      await follow({ after: position, ...filter, signal: stop }, add);
    } catch (error) {
      if (!stop.aborted) problem.show(error);
    }
  };
  const begin = (next) => {
    wanted = next;
    position = undefined;
    fill(list);
    nothing.hidden = false;
    problem.clear();
    void run();
  };
  halt.addEventListener('click', () => {
    if (running.signal.aborted) {
      void run();
      return;
    }
    running.abort();
    halt.textContent = 'Go on';
  });
  const drawForm = async () => {
    let accounts = [];
    try {
      accounts = (await call('accounts', { signal })).accounts.map(({ _id }) => _id);
    } catch (error) {
      if (!signal.aborted) problem.show(error);
    }
    const filter = filterForm(wanted, accounts);
    filter.addEventListener('submit', (event) => {
      event.preventDefault();
      const given = [...new FormData(filter)].filter(([, value]) => value.trim() !== '');
      const next = `#/events?${new URLSearchParams(given.map(([name, value]) => [name, value.trim()]))}`;
      if (next === location.hash) begin(wanted);
      else location.hash = next;
    });
    fill(form, filter);
  };
  void drawForm();
  begin(search);
  return (_inside, next) => begin(next);
};
