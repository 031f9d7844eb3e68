import { call } from './api.js';
import { ask, attempt, toast } from './dialog.js';
import { h } from './dom.js';
import { timeOf } from './format.js';
import { icon } from './icons.js';

export const askNewPhone = (app) =>
  ask({
    title: 'New phone',
    action: 'Make it',
    fields: [
      { name: 'name', label: 'Name', placeholder: 'Anna', required: true },
      {
        name: 'number',
        label: 'Number',
        placeholder: '4915112345678',
        required: true,
        inputmode: 'tel',
        hint: 'Digits with country code',
      },
    ],
    submit: async ({ name, number }) => {
      const made = await call('POST', '/phones', { name, number: number.replace(/[\s-]/g, '') });
      app.open(made.number);
    },
  });

const waitOf = (milliseconds) => (milliseconds === null ? '' : String(milliseconds));
const millisecondsOf = (text) => (text === '' ? null : Number(text));

export const askBehaviour = (app) => {
  const { phone, phones } = app.get();
  const now = phones.find(({ number }) => number === phone);
  if (now === undefined) return;
  ask({
    title: `How ${now.name} behaves`,
    action: 'Save',
    fields: [
      {
        name: 'online',
        type: 'switch',
        label: 'Switched on',
        value: now.online,
        hint: 'Off: everything waits until it is on again',
      },
      {
        name: 'deliverAfter',
        type: 'number',
        min: 0,
        label: 'Says delivered after (ms)',
        value: waitOf(now.deliverAfter),
        hint: 'Empty: never',
      },
      {
        name: 'readAfter',
        type: 'number',
        min: 0,
        label: 'Says read after (ms)',
        value: waitOf(now.readAfter),
        hint: 'Empty: never',
      },
      {
        name: 'addressing',
        type: 'choice',
        label: 'Is named in chats by',
        value: now.addressing,
        options: [
          { value: 'lid', text: 'LID' },
          { value: 'pn', text: 'phone number' },
        ],
      },
    ],
    submit: ({ online, deliverAfter, readAfter, addressing }) =>
      call('PATCH', `/phones/${phone}`, {
        online,
        deliverAfter: millisecondsOf(deliverAfter),
        readAfter: millisecondsOf(readAfter),
        addressing,
      }),
  });
};

const companionRow = (phone, { device, platform, connected, waiting }) => {
  const row = h(
    'li',
    {},
    h('i', { class: connected ? 'dot live' : 'dot' }),
    h('span', {}, `${platform || 'Client'}, device ${device}`),
    h('small', {}, connected ? 'connected' : `away${waiting > 0 ? `, ${waiting} waiting` : ''}`),
    h('button', { type: 'button', class: 'quiet', on: { click: () => unlink() } }, 'Unlink'),
  );
  const unlink = () =>
    attempt(async () => {
      await call('DELETE', `/phones/${phone}/companions/${device}`);
      row.remove();
    });
  return row;
};

const waitingRow = ({ name, platform, since, qr }, scan) =>
  h(
    'li',
    {},
    icon('link'),
    h('span', {}, name ?? `${platform || 'A client'}, since ${timeOf(since)}`),
    qr === undefined
      ? h('small', {}, 'paste its QR string')
      : h('button', { type: 'button', class: 'primary', on: { click: () => scan(qr) } }, 'Scan'),
  );

/** A QR string starts with the ref the server gave out, a code has eight letters and digits. */
const isCode = (text) => /^[A-Za-z0-9]{4}[\s-]?[A-Za-z0-9]{4}$/.test(text);

export const askLink = (app) => {
  const { phone, phones } = app.get();
  const owner = phones.find(({ number }) => number === phone);
  if (owner === undefined) return;
  const scan = async (text) => {
    const { device } = isCode(text)
      ? await call('POST', `/phones/${phone}/code`, { code: text })
      : await call('POST', `/phones/${phone}/scan`, { qr: text });
    toast(`Linked as device ${device}`);
  };
  const pick = (qr) =>
    attempt(async () => {
      await scan(qr);
      dialog.close();
    });
  const section = (title, rows) =>
    rows.length === 0 ? [] : [h('h3', {}, title), h('ul', { class: 'rows' }, rows)];
  const lists = h('div', { class: 'lists' });
  const draw = (state) => {
    const { companions } = state.phones.find(({ number }) => number === phone) ?? owner;
    const source = JSON.stringify([companions.map(({ preKeys: _, ...each }) => each), state.waiting]);
    if (lists.dataset.source === source) return;
    lists.dataset.source = source;
    lists.replaceChildren(
      ...section(
        'Linked',
        companions.map((companion) => companionRow(phone, companion)),
      ),
      ...section(
        'Waiting for a scan',
        state.waiting.map((client) => waitingRow(client, pick)),
      ),
    );
  };
  draw(app.get());
  const dialog = ask({
    title: `Devices linked to ${owner.name}`,
    action: 'Scan',
    body: [lists],
    fields: [
      {
        name: 'qr',
        type: 'long',
        label: 'QR string, or 8-digit code',
        placeholder: '2@…',
        required: true,
        hint: 'What the QR code says. Baileys gives it as qr in connection.update.',
      },
    ],
    submit: ({ qr }) => scan(qr),
  });
  dialog.addEventListener('close', app.onChange(draw));
};
