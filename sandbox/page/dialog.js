import { h } from './dom.js';
import { icon } from './icons.js';

const inputOf = ({ name, type = 'text', value = '', options, label: _, hint: _hint, ...rest }) => {
  if (type === 'choice') {
    return h(
      'select',
      { name, ...rest },
      options.map(({ value: each, text }) => h('option', { value: each, selected: each === value }, text)),
    );
  }
  if (type === 'long') return h('textarea', { name, rows: 4, spellcheck: 'false', ...rest }, value);
  if (type === 'switch') return h('input', { name, type: 'checkbox', checked: value === true, ...rest });
  return h('input', { name, type, autocomplete: 'off', value, ...rest });
};

const fieldOf = (field) =>
  h(
    'label',
    { class: field.type === 'switch' ? 'field switch' : 'field' },
    h('span', {}, field.label),
    inputOf(field),
    field.hint !== undefined && h('small', {}, field.hint),
  );

const valuesOf = (form, fields) =>
  Object.fromEntries(
    fields.map(({ name, type }) => {
      const input = form.elements[name];
      if (type === 'switch') return [name, input.checked];
      return [name, type === 'file' ? input.files[0] : input.value.trim()];
    }),
  );

/**
 * Asks for something. `submit` gets the values by name; what it throws is shown, and the dialog stays. `body` are nodes
 * above the fields.
 */
export const ask = ({ title, fields = [], body = [], action = 'OK', submit }) => {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const done = h('button', { class: 'primary' }, action);
  const close = h('button', { type: 'button', class: 'plain', 'aria-label': 'Close' }, icon('close'));
  const form = h('form', {}, h('header', {}, h('h2', {}, title), close), body, fields.map(fieldOf), problem);
  if (submit !== undefined) form.append(h('footer', {}, done));
  const dialog = h('dialog', { 'aria-label': title }, form);
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    done.disabled = true;
    try {
      await submit(valuesOf(form, fields));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
    done.disabled = false;
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
};

let hide;
/** Says something in passing. */
export const toast = (text) => {
  const place = document.getElementById('toast');
  place.textContent = text;
  place.classList.add('shown');
  clearTimeout(hide);
  hide = setTimeout(() => place.classList.remove('shown'), 5000);
};

/** Does something, and says so if it fails. */
export const attempt = async (task) => {
  try {
    return await task();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
};

/** A menu beside an element; it goes away by itself. `content` gets a function that closes it. */
export const popMenu = (anchor, label, content) => {
  const menu = h('div', { popover: 'auto', role: 'menu', 'aria-label': label, class: 'menu' });
  menu.append(...content(() => menu.hidePopover()));
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'closed') return;
    menu.remove();
    // what was picked may have taken the focus elsewhere
    if (document.activeElement === document.body) anchor.focus();
  });
  document.body.append(menu);
  menu.showPopover();
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + height + 8 < innerHeight;
  const left = at.left < innerWidth / 2 ? at.left : at.right - width;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
  menu.querySelector('button')?.focus();
};

/** One line of a menu. */
export const menuItem = (name, text, action) =>
  h('button', { role: 'menuitem', on: { click: action } }, icon(name), text);
