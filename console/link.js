import { at, blobUrl, call, post } from './api.js';
import { fill, h } from './dom.js';
import { actionButton, field, onSubmit, problemNote } from './parts.js';
import { pause } from './stream.js';

const EVERY_MS = 1_500;
/** Of an account that is to show a code. */
const ASKING = ['created', 'connecting'];

/** The code to type on the phone, for those who can't scan. */
const pairingForm = (id) => {
  const problem = problemNote();
  const code = h('output', { class: 'code', 'aria-label': 'Pairing code' });
  const input = h('input', {
    type: 'tel',
    name: 'phone',
    placeholder: '+4915112345678',
    autocomplete: 'off',
    required: true,
  });
  const done = h('button', { class: 'quiet' }, 'Get a code');
  const form = h(
    'form',
    { class: 'pairing' },
    field('Phone number of that phone', input),
    done,
    code,
    problem.node,
  );
  onSubmit(form, done, problem, async () => {
    const phone = input.value.replaceAll(/[\s()/-]/g, '');
    const answer = await post(at`accounts/${id}/pairing-code`, { phone });
    code.textContent = answer.code.replace(/^(.{4})(.{4})$/, '$1-$2');
  });
  return form;
};

/** What a person needs to link the phone: its QR code, always the newest, or a code to type. */
export const linkPanel = (id, signal) => {
  const problem = problemNote();
  const image = h('img', { class: 'qr', alt: `QR code of ${id}`, hidden: true });
  const waiting = h('p', { class: 'soft waiting', role: 'status' });
  const start = actionButton('Connect', problem, () => post(at`accounts/${id}/connect`), { kind: 'primary' });
  const steps = h(
    'div',
    { class: 'steps' },
    h('h2', {}, 'Link the phone'),
    h(
      'ol',
      {},
      h('li', {}, 'Open WhatsApp on the phone.'),
      h('li', {}, 'Settings, ', h('b', {}, 'Linked devices'), ', Link a device.'),
      h('li', {}, 'Point it at this code. It changes by itself.'),
    ),
    h('h3', {}, 'Or with a code to type'),
    pairingForm(id),
  );
  const node = h(
    'section',
    { class: 'link', hidden: true },
    h('div', { class: 'frame' }, image, waiting, start, problem.node),
    steps,
  );
  let watching;

  const forget = () => {
    if (image.src !== '') URL.revokeObjectURL(image.src);
    image.removeAttribute('src');
    image.hidden = true;
  };
  let drawn = null;
  const draw = async (stop) => {
    try {
      const { qr, status } = await call(at`accounts/${id}/status`, { signal: stop });
      problem.clear();
      waiting.textContent =
        qr === null && ASKING.includes(status) ? 'WhatsApp is being asked for a code …' : '';
      if (qr === drawn) return;
      drawn = qr;
      if (qr === null) {
        forget();
        return;
      }
      const type = 'image/svg+xml';
      const url = await blobUrl(at`accounts/${id}/qr`, { accept: type, type, signal: stop });
      forget();
      image.src = url;
      image.hidden = false;
    } catch (error) {
      if (stop.aborted) return;
      drawn = null;
      forget();
      problem.show(error);
    }
  };
  const watch = async (stop) => {
    while (!stop.aborted) {
      await draw(stop);
      await pause(EVERY_MS, stop);
    }
    forget();
  };
  signal.addEventListener('abort', () => watching?.abort());

  return {
    node,
    /** Shows the code of an account that waits for its phone; null hides all of it. */
    show: (account) => {
      node.hidden = account === null;
      start.hidden = account?.currentStatus !== 'logged_out';
      const wanted = account !== null && start.hidden;
      if (!start.hidden) fill(waiting, 'It is not linked. Connect it, and its QR code appears here.');
      if (wanted && watching === undefined) {
        watching = new AbortController();
        void watch(watching.signal);
      }
      if (!wanted) {
        watching?.abort();
        watching = undefined;
      }
    },
  };
};
