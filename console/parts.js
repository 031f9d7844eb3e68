import { h } from './dom.js';
import { icon } from './icons.js';

/** A place for what the API says no with; `show` takes the error, `clear` hides it again. */
export const problemNote = () => {
  const text = h('span');
  const small = h('small');
  const node = h('p', { class: 'problem', role: 'alert', hidden: true }, text, small);
  return {
    node,
    show: (error) => {
      if (error.name === 'AbortError') return;
      text.textContent = error.message;
      small.textContent = [error.status || undefined, error.requestId].filter(Boolean).join(' · ');
      node.hidden = false;
    },
    clear: () => {
      node.hidden = true;
    },
  };
};

/** Does something once, however often its button is pressed meanwhile; what goes wrong is shown in `problem`. */
const once = async (button, problem, task) => {
  if (button.disabled) return;
  button.disabled = true;
  problem.clear();
  try {
    await task();
  } catch (error) {
    problem.show(error);
  }
  button.disabled = false;
};

/** A button that does something of which one waits for the end; what goes wrong is shown in `problem`. */
export const actionButton = (label, problem, task, { kind = 'quiet', ...rest } = {}) =>
  h(
    'button',
    {
      type: 'button',
      class: kind,
      on: { click: ({ currentTarget }) => once(currentTarget, problem, task) },
      ...rest,
    },
    label,
  );

/** Does something when a form is sent, as an `actionButton` does; `button` is the one that sends it. */
export const onSubmit = (form, button, problem, task) =>
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void once(button, problem, task);
  });

/** Signs that say something, with their words for those who don't see them. */
export const signs = (sign, words) =>
  h(
    'span',
    { class: 'signs', title: words },
    h('span', { 'aria-hidden': 'true' }, sign),
    h('span', { class: 'unseen' }, words),
    ' ',
  );

const TONES = {
  good: [
    'connected',
    'active',
    'up',
    'running',
    'delivered',
    'read',
    'played',
    'done',
    'equal',
    'live',
    'delivering',
  ],
  busy: ['connecting', 'reconnecting', 'created', 'retrying', 'rebuilding', 'building', 'waiting', 'queued'],
  bad: ['logged_out', 'disabled', 'failed', 'down', 'stopped', 'poisoned', 'degraded', 'differs', 'unknown'],
};
const toneOf = (state) => Object.keys(TONES).find((tone) => TONES[tone].includes(state)) ?? 'plain';

/** A state in its colour. */
export const badge = (state, text = state.replaceAll('_', ' ')) =>
  h('span', { class: 'badge', data: { tone: toneOf(state) } }, text);

/** How a webhook stands, and why. */
export const webhookBadge = ({ status, reason }) =>
  badge(status, reason === null ? status : `${status}: ${reason}`);

/** The head of a page: what it is, and what can be done there. */
export const heading = (title, about, ...actions) =>
  h(
    'header',
    { class: 'heading' },
    h('div', {}, h('h1', {}, title), about && h('p', {}, about)),
    h('div', { class: 'actions' }, actions),
  );

/** What to do where there is nothing yet. */
export const emptyState = (title, advice, ...actions) =>
  h(
    'div',
    { class: 'empty' },
    h('h2', {}, title),
    h('p', {}, advice),
    h('div', { class: 'actions' }, actions),
  );

/** Names and values below each other; those without a value are left out. */
export const facts = (rows) =>
  h(
    'dl',
    { class: 'facts' },
    rows
      .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '')
      .map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
  );

/** JSON to read and to copy. */
export const jsonOf = (value) => h('pre', { class: 'json', tabindex: '0' }, JSON.stringify(value, null, 2));

/** Something that is unfolded, made when that is done. */
export const unfolding = (summary, make, props = {}) => {
  const details = h('details', props, h('summary', {}, summary));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(make());
  });
  return details;
};

export const iconButton = (name, label, onClick, kind = 'plain') =>
  h(
    'button',
    { type: 'button', class: kind, 'aria-label': label, title: label, on: { click: onClick } },
    icon(name),
  );

/** A labelled input; `props` are those of the input. */
export const field = (label, input, hint) =>
  h('label', { class: 'field' }, h('span', {}, label), input, hint && h('small', {}, hint));
