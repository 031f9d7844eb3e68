import { h } from './dom.js';
import { field, iconButton, onSubmit, problemNote } from './parts.js';

const inputOf = ({ name, options, value, label: _label, hint: _hint, ...rest }) =>
  options === undefined
    ? h('input', { name, value, autocomplete: 'off', spellcheck: 'false', ...rest })
    : h(
        'select',
        { name, ...rest },
        options.map(([each, text]) => h('option', { value: each, selected: each === value }, text)),
      );

/**
 * Asks for something in a dialog. `submit` gets the values by name; what it throws is shown there. `action` is the word
 * on the button; with `danger` it is red.
 */
export const openDialog = ({ title, body = [], fields = [], action, danger = false, submit }) => {
  const problem = problemNote();
  const done = h('button', { class: danger ? 'danger' : 'primary' }, action);
  const dialog = h('dialog', { 'aria-label': title });
  const cancel = h(
    'button',
    { type: 'button', class: 'quiet', on: { click: () => dialog.close() } },
    'Cancel',
  );
  const form = h(
    'form',
    {},
    h(
      'header',
      {},
      h('h2', {}, title),
      iconButton('close', 'Close', () => dialog.close()),
    ),
    body,
    fields.map((each) => field(each.label, inputOf(each), each.hint)),
    problem.node,
    submit !== undefined && h('footer', {}, cancel, done),
  );
  onSubmit(form, done, problem, async () => {
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
    await submit(values);
    dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
};

/** Asks before something is lost, and says what. */
export const confirmLoss = ({ title, loses, keeps, action, submit }) =>
  openDialog({
    title,
    body: [
      h('p', {}, 'This is lost:'),
      h(
        'ul',
        { class: 'losses' },
        loses.map((each) => h('li', {}, each)),
      ),
      keeps !== undefined && h('p', { class: 'soft' }, keeps),
    ],
    action,
    danger: true,
    submit,
  });
