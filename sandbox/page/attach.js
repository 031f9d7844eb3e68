import { say, sayFile } from './api.js';
import { ask, menuItem, popMenu } from './dialog.js';
import { h } from './dom.js';
import { sizeOf } from './format.js';

const kindFor = ({ type }) => {
  const [kind] = type.split('/');
  return ['image', 'video', 'audio'].includes(kind) ? kind : 'document';
};

const KINDS = [
  { value: 'image', text: 'Photo' },
  { value: 'video', text: 'Video' },
  { value: 'voice', text: 'Voice note' },
  { value: 'audio', text: 'Audio' },
  { value: 'document', text: 'Document' },
  { value: 'sticker', text: 'Sticker' },
];
const CAPTIONED = new Set(['image', 'video', 'document']);

const previewOf = (file) => {
  if (!file.type.startsWith('image/'))
    return h('p', { class: 'file' }, `${file.name} · ${sizeOf(file.size)}`);
  const image = h('img', { class: 'preview', src: URL.createObjectURL(file), alt: file.name });
  image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true });
  return image;
};

/** How a file is to be sent, and with which words. */
export const askFile = (app, file, kind = kindFor(file)) => {
  const { phone, chat, answering } = app.get();
  ask({
    title: 'Send a file',
    action: 'Send',
    body: [previewOf(file)],
    fields: [
      { name: 'caption', label: 'Caption', value: '' },
      { name: 'kind', type: 'choice', label: 'As', value: kind, options: KINDS },
      { name: 'viewOnce', type: 'switch', label: 'View once' },
    ],
    submit: async ({ caption, kind: as, viewOnce }) => {
      await sayFile(phone, file, {
        to: chat,
        kind: as,
        mimetype: file.type,
        caption: CAPTIONED.has(as) ? caption : undefined,
        fileName: file.name,
        viewOnce: viewOnce || undefined,
        quoted: answering?.kind === 'reply' ? answering.message.id : undefined,
      });
      app.set({ answering: undefined });
    },
  });
};

const pickFile = (app, accept, kind) => {
  const input = h('input', { type: 'file', accept, hidden: true });
  document.body.append(input);
  input.addEventListener('change', () => {
    const [file] = input.files;
    input.remove();
    if (file !== undefined) askFile(app, file, kind);
  });
  input.addEventListener('cancel', () => input.remove());
  input.click();
};

const askPlace = ({ phone, chat }) =>
  ask({
    title: 'Send a location',
    action: 'Send',
    fields: [
      { name: 'latitude', type: 'number', step: 'any', label: 'Latitude', value: '52.5163', required: true },
      {
        name: 'longitude',
        type: 'number',
        step: 'any',
        label: 'Longitude',
        value: '13.3777',
        required: true,
      },
      { name: 'name', label: 'Name', value: 'Brandenburg Gate' },
    ],
    submit: ({ latitude, longitude, name }) => {
      const location = { latitude: Number(latitude), longitude: Number(longitude), ...(name && { name }) };
      return say(phone, { to: chat, location });
    },
  });

const askPoll = ({ phone, chat }) =>
  ask({
    title: 'Send a poll',
    action: 'Send',
    fields: [
      { name: 'name', label: 'Question', required: true },
      { name: 'options', type: 'long', label: 'Options, one a line', required: true },
      { name: 'many', type: 'switch', label: 'One may pick several' },
    ],
    submit: ({ name, options, many }) => {
      const lines = options.split('\n').map((line) => line.trim());
      return say(phone, {
        to: chat,
        poll: { name, options: lines.filter(Boolean), selectable: many ? 0 : 1 },
      });
    },
  });

const askContact = ({ phone, chat, phones }) =>
  ask({
    title: 'Send a contact',
    action: 'Send',
    fields: [
      {
        name: 'number',
        type: 'choice',
        label: 'Whose',
        options: phones.map(({ number, name }) => ({ value: number, text: `${name} · +${number}` })),
      },
    ],
    submit: ({ number }) => {
      const { name } = phones.find((each) => each.number === number);
      return say(phone, { to: chat, contacts: [{ name, number }] });
    },
  });

/** Everything that can be sent but words. */
export const openAttachMenu = (anchor, app) =>
  popMenu(anchor, 'Attach', (close) => {
    const item = (name, text, action) =>
      menuItem(name, text, () => {
        close();
        action(app.get());
      });
    return [
      item('image', 'Photo or video', () => pickFile(app, 'image/*,video/*')),
      item('file', 'Document', () => pickFile(app, '', 'document')),
      item('mic', 'Voice note', () => pickFile(app, 'audio/*', 'voice')),
      item('place', 'Location', askPlace),
      item('person', 'Contact', askContact),
      item('poll', 'Poll', askPoll),
    ];
  });
