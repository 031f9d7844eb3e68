import { call } from './api.js';
import { fill, h } from './dom.js';
import { countOf, spanOf } from './format.js';
import { badge, heading, problemNote } from './parts.js';
import { repeat } from './stream.js';
import { viewTable } from './views.js';

const QUIET_MS = 2_000;
const BUSY_MS = 500;

const partOf = (name, state, about) =>
  h('li', { class: 'part' }, h('strong', {}, name), badge(state), h('span', { class: 'hint' }, about));

const WEBHOOKS = {
  delivering: 'this process delivers to them',
  waiting: 'waits for the process that delivers to them to stop',
};

const partsOf = ({ webhooks, nats, mongo, version, uptime, status, accounts }) => [
  partOf(`Wildcat ${version}`, status, `up for ${spanOf(uptime)}`),
  partOf('NATS', nats.state, nats.trouble ?? 'the log takes events'),
  partOf('MongoDB', mongo.state, 'views, keys and files'),
  webhooks !== undefined && partOf('Webhooks', webhooks, WEBHOOKS[webhooks]),
  partOf(
    'Accounts',
    'plain',
    Object.entries(accounts)
      .map(([state, count]) => `${count} ${state.replaceAll('_', ' ')}`)
      .join(', ') || 'none yet',
  ),
];

const reactorOf = ({ reactor, of, open, trouble }) =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, [reactor, of].filter(Boolean).join(' ')),
    h('td', {}, countOf(open)),
    h('td', {}, trouble ?? '–'),
  );

const reactorsOf = (reactors) =>
  reactors.length > 0 && [
    h('header', { class: 'section' }, h('h2', {}, 'Work under way')),
    h(
      'div',
      { class: 'scrolling' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Who', 'To do', 'Stands still because'].map((name) => h('th', { scope: 'col' }, name)),
          ),
        ),
        h('tbody', {}, reactors.map(reactorOf)),
      ),
    ),
  ];

/** How the service's parts are, and its views: what an operator looks at first. */
export const systemPage = ({ root, signal }) => {
  const problem = problemNote();
  const reasons = h('ul', { class: 'problem reasons', hidden: true });
  const parts = h('ul', { class: 'parts', 'aria-label': 'Parts' });
  const work = h('section');
  const views = viewTable(signal);
  root.append(
    heading('System', 'Its parts, and its views: each can be thrown away and built anew.'),
    problem.node,
    reasons,
    parts,
    views.node,
    work,
  );
  const look = async () => {
    try {
      const health = await call('health', { signal });
      fill(parts, partsOf(health));
      fill(
        reasons,
        health.reasons.map((reason) => h('li', {}, reason)),
      );
      reasons.hidden = health.reasons.length === 0;
      fill(work, reactorsOf(health.reactors));
      const isBusy = await views.refresh();
      problem.clear();
      return isBusy ? BUSY_MS : QUIET_MS;
    } catch (error) {
      if (!signal.aborted) problem.show(error);
      return QUIET_MS;
    }
  };
  void repeat(signal, look);
};
