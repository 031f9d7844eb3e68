import { ask, at } from './api.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { problemNote } from './parts.js';

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
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const message = input.value;
    if (message.trim() === '' || done.disabled) return;
    done.disabled = true;
    problem.clear();
    try {
      const response = await ask(at`accounts/${id}/message/send`, {
        method: 'POST',
        body: { to: chatId, message },
        headers: { 'idempotency-key': key, prefer: 'wait=5' },
      });
      renew();
      if (input.value === message) input.value = '';
      input.rows = 1;
      await sent(Number(response.headers.get('wildcat-position')));
    } catch (error) {
      problem.show(error);
    }
    done.disabled = false;
    input.focus();
  });
  return form;
};
