import { ask, at } from './api.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { onSubmit, problemNote } from './parts.js';

/** `randomUUID` is for pages over TLS and of this machine only. */
const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join('-');

/** A line to write in. What was refused stays there; sent once more, it goes out once, under the same key. */
export const composer = ({ id, chatId, sent }) => {
  const problem = problemNote();
  const input = h('textarea', {
    name: 'message',
    rows: '1',
    'aria-label': 'Message',
    placeholder: 'Message',
    dir: 'auto',
  });
  const done = h('button', { class: 'primary round', 'aria-label': 'Send' }, icon('send'));
  const form = h('form', { class: 'composer' }, problem.node, input, done);
  let key = newKey();
  const renew = () => {
    key = newKey();
  };
  input.addEventListener('input', () => {
    renew();
    input.rows = Math.min(6, input.value.split('\n').length);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  onSubmit(form, done, problem, async () => {
    const message = input.value;
    if (message.trim() === '') return;
    input.focus();
    const response = await ask(at`accounts/${id}/message/send`, {
      method: 'POST',
      body: { to: chatId, message },
      headers: { 'idempotency-key': key, prefer: 'wait=5' },
    });
    renew();
    if (input.value === message) input.value = '';
    input.rows = 1;
    await sent(Number(response.headers.get('wildcat-position')));
  });
  return form;
};
