import { at, call, post } from './api.js';
import { confirmLoss, openDialog } from './dialog.js';
import { h, keyedList } from './dom.js';
import { countOf, sizeOf, spanOf } from './format.js';
import { actionButton, badge, problemNote } from './parts.js';

const isUnderWay = (rebuild) => rebuild !== null && ['waiting', 'building'].includes(rebuild.state);

/** A verification's own build is dropped by itself. */
const wasReplaced = ({ build, live }, rebuild) =>
  !live && !(rebuild?.purpose === 'verify' && rebuild.build === build);

const drop = (name, { build, collections }, refresh) =>
  confirmLoss({
    title: `Drop ${build}?`,
    loses: collections.map(
      ({ collection, documents }) => `${collection} with ${countOf(documents)} documents`,
    ),
    keeps: `It is not what readers of ${name} see, and can be built again from the log.`,
    action: 'Drop it',
    submit: async () => {
      await call(at`admin/views/${name}/builds/${build}`, { method: 'DELETE' });
      await refresh();
    },
  });

const showDifferences = async (name) => {
  const { differences } = await call(`${at`admin/views/${name}/diff`}?limit=100`);
  openDialog({
    title: `How ${name} differs from the log`,
    body: h(
      'ul',
      { class: 'plainly' },
      differences.map(({ id, kind, fields }) =>
        h('li', {}, badge(kind), ' ', h('code', {}, id), ` ${fields.join(', ')}`),
      ),
    ),
  });
};

const verdictOf = ({ name }, { equal, documents, differing }, problem) =>
  equal
    ? [badge('equal', 'verified'), ` ${countOf(documents)} documents, as a fresh fold of the log has them`]
    : [
        badge('differs', `${countOf(differing)} differ`),
        ` of ${countOf(documents)} documents `,
        actionButton('Which?', problem, () => showDifferences(name)),
      ];

/** How far a rebuild or a verification is, or how it ended. */
const workOf = (view, problem) => {
  const { rebuild } = view;
  if (rebuild === null) return [];
  const { purpose, state, percent, eventsPerSecond, etaSeconds, stop, verdict } = rebuild;
  const word = purpose === 'verify' ? 'Verification' : 'Rebuild';
  const pace = [
    eventsPerSecond !== null && `${countOf(Math.round(eventsPerSecond))} events/s`,
    etaSeconds !== null && `${spanOf(etaSeconds)} to go`,
  ].filter(Boolean);
  if (isUnderWay(rebuild)) {
    return [
      h('progress', { max: '100', value: String(percent), 'aria-label': `${word} of ${view.name}` }),
      h('span', {}, `${word} ${Math.floor(percent)} %${pace.length > 0 ? ` · ${pace.join(' · ')}` : ''}`),
    ];
  }
  if (stop !== null && state === 'stopped')
    return [badge('stopped'), ` ${word} at #${stop.seq}: ${stop.error}`];
  if (verdict !== null) return verdictOf(view, verdict, problem);
  return [
    badge(state, `${word.toLowerCase()} ${state}`),
    state === 'done' ? ` ${Math.floor(percent)} %` : '',
  ];
};

const figuresOf = ({ lag, lagSeconds, position, documents, bytes }) => [
  ['Lag', lag === 0 ? 'none' : `${countOf(lag)} (${spanOf(lagSeconds)})`],
  ['Position', `#${countOf(position)}`],
  ['Documents', countOf(documents)],
  ['Size', bytes === null ? '–' : sizeOf(bytes)],
];

const rowOf = (refresh) => (view) => {
  const problem = problemNote();
  const { name, version, state, stop, builds, rebuild } = view;
  const begin = (verb) => async () => {
    await post(at`admin/views/${name}/${verb}`, {});
    await refresh();
  };
  const busy = isUnderWay(rebuild);
  return h(
    'li',
    { class: 'view', data: { view: name } },
    h('div', { class: 'name' }, h('strong', {}, name), h('small', {}, `v${version}`), badge(state)),
    h(
      'dl',
      {},
      figuresOf(view).map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
    ),
    h(
      'div',
      { class: 'actions' },
      actionButton('Verify', problem, begin('verify'), { disabled: busy }),
      actionButton('Rebuild', problem, begin('rebuild'), { disabled: busy }),
    ),
    stop !== null && h('p', { class: 'problem' }, `Stopped at #${stop.seq}: ${stop.error}`),
    problem.node,
    h('p', { class: 'work', role: 'status' }, workOf(view, problem)),
    builds
      .filter((build) => !busy && wasReplaced(build, rebuild))
      .map((build) =>
        h(
          'p',
          { class: 'work' },
          `${build.build} was replaced. `,
          actionButton('Drop', problem, async () => drop(name, build, refresh)),
        ),
      ),
  );
};

/** All views, with what can be done to each. */
export const viewTable = (signal) => {
  const list = h('ul', { class: 'rows', 'aria-label': 'Views' });
  const refresh = async () => {
    const { views } = await call('admin/views', { signal });
    draw(views);
    return views.some(({ rebuild }) => isUnderWay(rebuild));
  };
  const draw = keyedList(list, ({ name }) => name, rowOf(refresh));
  const node = h('section', {}, h('header', { class: 'section' }, h('h2', {}, 'Views')), list);
  /** `refresh` gives whether one of them is being built. */
  return { node, refresh };
};
