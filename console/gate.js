import { ask, forgetKey, hasKey, keepKey } from './api.js';
import { fill, h } from './dom.js';
import { field, onSubmit, problemNote } from './parts.js';

/** Asks for the API key; it is kept until the tab is closed. `opened` is called once the service takes it. */
export const showGate = (main, opened) => {
  if (main.querySelector('.gate') !== null) return;
  const problem = problemNote();
  const input = h('input', { type: 'password', name: 'key', required: true, autocomplete: 'off' });
  const done = h('button', { class: 'primary' }, 'Open');
  const form = h(
    'form',
    { class: 'gate' },
    h('img', { src: new URL('icon.svg', import.meta.url), alt: '' }),
    h('h1', {}, 'This service asks for a key'),
    h(
      'p',
      { class: 'soft' },
      'It is what the service was given as API_KEY. This tab keeps it until it is closed.',
    ),
    field('API key', input),
    problem.node,
    done,
  );
  onSubmit(form, done, problem, async () => {
    const key = input.value.trim();
    input.select();
    await ask('accounts', { key });
    keepKey(key);
    opened();
  });
  if (hasKey()) forgetKey(); // it is not, or no longer, the right one
  fill(main, form);
  input.focus();
};
