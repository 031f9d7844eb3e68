import { call, say } from './api.js';
import { askFile, openAttachMenu } from './attach.js';
import { attempt } from './dialog.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { summaryOf } from './model.js';
import { hueOf } from './people.js';

/** A person who writes says so again after so many milliseconds, and that they stopped after so many without a key. */
const AGAIN_MS = 8000;
const IDLE_MS = 4000;

/** Tells the others that somebody types. Refusals are of no interest: the message will say. */
const makeTyping = (app) => {
  let told = 0;
  let where;
  let idle;
  const tell = ({ phone, chat }, state) =>
    call('POST', `/phones/${phone}/presence`, { state, to: chat }).catch(() => undefined);
  const stop = () => {
    clearTimeout(idle);
    if (where !== undefined) void tell(where, 'paused');
    where = undefined;
  };
  const type = () => {
    const { phone, chat } = app.get();
    if (chat === 'status@broadcast') return;
    if (where === undefined || Date.now() - told > AGAIN_MS) {
      told = Date.now();
      where = { phone, chat };
      void tell(where, 'composing');
    }
    clearTimeout(idle);
    idle = setTimeout(stop, IDLE_MS);
  };
  return { type, stop };
};

const messageFor = ({ chat, answering, phones, phone }, text) => {
  if (answering?.kind === 'edit') return { to: chat, edit: { message: answering.message.id, text } };
  const quoted = answering?.kind === 'reply' ? { quoted: answering.message.id } : {};
  const audience =
    chat === 'status@broadcast'
      ? { audience: phones.map(({ number }) => number).filter((number) => number !== phone) }
      : {};
  return { to: chat, text, ...quoted, ...audience };
};

/** Where one types as the phone. */
export const mountComposer = (root, app) => {
  const input = h('textarea', { rows: 1, placeholder: 'Message', 'aria-label': 'Message' });
  const attach = h(
    'button',
    { type: 'button', class: 'plain', 'aria-label': 'Attach', title: 'Attach' },
    icon('clip'),
  );
  const send = h('button', { class: 'send', 'aria-label': 'Send', title: 'Send' }, icon('send'));
  const about = h('div', { class: 'about', hidden: true });
  const form = h('form', { class: 'composer' }, about, attach, input, send);
  root.append(form);
  const typing = makeTyping(app);
  const drafts = new Map();
  let where = '';
  let opened = 0;
  let answering;

  const grow = () => {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  };
  const write = (text) => {
    input.value = text;
    grow();
  };
  const submit = async () => {
    const text = input.value.trim();
    if (text === '') return;
    const state = app.get();
    typing.stop();
    write('');
    app.set({ answering: undefined });
    const sent = await attempt(() => say(state.phone, messageFor(state, text)));
    // what was refused is not lost
    if (sent === undefined && input.value === '') write(text);
  };
  const editLast = () => {
    const { messages, chat } = app.get();
    const message = messages.findLast((each) => each.chat === chat && each.fromMe && each.kind === 'text');
    if (message !== undefined) app.answer('edit', message);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  input.addEventListener('input', () => {
    grow();
    if (input.value === '') typing.stop();
    else typing.type();
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') app.set({ answering: undefined });
    if (event.key === 'ArrowUp' && input.value === '') {
      event.preventDefault();
      editLast();
    }
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void submit();
  });
  attach.addEventListener('click', () => openAttachMenu(attach, app));
  const take = (event, files) => {
    if (files.length === 0) return;
    event.preventDefault();
    askFile(app, files[0]);
  };
  input.addEventListener('paste', (event) => take(event, event.clipboardData.files));
  root.addEventListener('dragover', (event) => event.preventDefault());
  root.addEventListener('drop', (event) => take(event, event.dataTransfer.files));

  const drawAbout = (names) => {
    about.hidden = answering === undefined;
    if (answering === undefined) return;
    const { kind, message } = answering;
    const cancel = h('button', { type: 'button', class: 'plain', 'aria-label': 'Cancel' }, icon('close'));
    cancel.addEventListener('click', () => app.set({ answering: undefined }));
    const title = kind === 'edit' ? 'Edit' : `Reply to ${names(message.from)}`;
    about.dataset.hue = hueOf(message.from);
    about.replaceChildren(h('strong', {}, title), h('span', {}, summaryOf(message)), cancel);
  };
  return {
    draw: (state, names) => {
      const here = `${state.phone}/${state.chat}`;
      if (here !== where) {
        drafts.set(where, input.value);
        typing.stop();
        where = here;
        write(drafts.get(here) ?? '');
      }
      if (state.opened !== opened) {
        opened = state.opened;
        input.focus();
      }
      if (state.answering === answering) return;
      const wasEdit = answering?.kind === 'edit';
      answering = state.answering;
      drawAbout(names);
      if (answering?.kind === 'edit') write(answering.message.text);
      else if (wasEdit) write('');
      if (answering !== undefined) input.focus();
    },
  };
};
