import sharp from 'sharp';
import { untilUpsert } from './bare-baileys.ts';
import { trusting } from './media.ts';
import { jidOf, type TestSandbox } from './sandbox.ts';

export const PEOPLE = {
  anna: '4915112345678',
  shop: '4915187654321',
  ben: '4915123456789',
  mia: '4915134567890',
  noor: '4915145678901',
};

/** A red umbrella in the rain, drawn: nobody's photo, and worth looking at. */
const umbrella = (): Promise<Buffer> => {
  const drops = Array.from({ length: 90 }, (_, at) => {
    const [x, y] = [(at * 137) % 960, (at * 89) % 620];
    return `<path d="M${x} ${y}l-6 22" stroke="#fff" stroke-opacity=".35" stroke-width="3" stroke-linecap="round"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="620">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#37536b"/><stop offset="1" stop-color="#9db8c4"/></linearGradient>
    <rect width="960" height="620" fill="url(#sky)"/>${drops.join('')}
    <ellipse cx="480" cy="585" rx="250" ry="20" fill="#22323d" fill-opacity=".35"/>
    <path d="M480 300v230a38 38 0 0 1-76 0" stroke="#3b2a20" stroke-width="14" fill="none" stroke-linecap="round"/>
    <path d="M200 330c0-150 125-232 280-232s280 82 280 232c-35-36-105-36-140 0-35-36-105-36-140 0-35-36-105-36-140 0-35-36-105-36-140 0z" fill="#d2383f"/>
    <path d="M340 330c0-110 60-200 140-232 80 32 140 122 140 232-35-36-105-36-140 0-35-36-105-36-140 0z" fill="#e7595c"/>
    <path d="M480 98V72" stroke="#3b2a20" stroke-width="12" stroke-linecap="round"/>
  </svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 82 }).toBuffer();
};

/**
 * A shop's bot (an unmodified Baileys), linked to the shop's phone, and a few people who write to it and to each other.
 * `later` is what happens while somebody looks on.
 */
export const playScene = async (test: TestSandbox): Promise<{ readonly later: () => Promise<void> }> => {
  const { control, sandbox } = test;
  const anna = await control.makePhone(PEOPLE.anna, { name: 'Anna Lindqvist' });
  await control.makePhone(PEOPLE.shop, { name: 'Umbrella shop' });
  const shop = await test.pair(PEOPLE.shop, { config: trusting(sandbox.ca) });
  await shop.phone.setPicture(
    await sharp(await umbrella())
      .resize(240, 240)
      .jpeg()
      .toBuffer(),
  );
  await control.makePhone(PEOPLE.ben, { name: 'Ben Okafor' });
  await control.makePhone(PEOPLE.mia, { name: 'Mia Rossi' });
  await control.makePhone(PEOPLE.noor, { name: 'Noor' });
  const bot = shop.client.sock();
  const shown = async (id: string | null | undefined) => anna.waitForMessage((message) => message.id === id);
  const said = async (content: Parameters<typeof bot.sendMessage>[1]) =>
    shown((await bot.sendMessage(jidOf(PEOPLE.anna), content))?.key.id);
  const ask = async (text: string) => {
    const id = await anna.send(PEOPLE.shop, text);
    const { message } = await untilUpsert(shop.client, id);
    await bot.readMessages([message.key]);
    return id;
  };
  await ask('Hello, do you have umbrellas that survive *real* wind?');
  await said({ text: 'Good morning Anna! We do: storm-proof up to 110 km/h.' });
  const picture = await said({ image: await umbrella(), caption: 'The Rossa, in red. Also in blue.' });
  await anna.post(PEOPLE.shop, { reaction: { message: picture.id, text: '😍' } });
  await anna.send(PEOPLE.shop, 'That one, please. In red!', { quoted: picture.id });
  await said({
    poll: { name: 'How would you like it?', values: ['Deliver', 'Pick it up'], selectableCount: 1 },
  });
  return {
    later: async () => {
      const poll = (await anna.displayed()).find(({ kind }) => kind === 'poll');
      await anna.post(PEOPLE.shop, { vote: { message: poll?.id ?? '', options: ['Deliver'] } });
      const last = await ask('Deliver it, I am at home until six.');
      await anna.waitForMessage(({ id, status }) => id === last && status === 'read');
      await said({ text: 'On its way. Track it: https://umbrella.example/t/8841' });
      await control.phone(PEOPLE.ben).send(PEOPLE.anna, 'Lunch at one?');
      await control.phone(PEOPLE.mia).send(PEOPLE.anna, 'The photos are up');
      await control.phone(PEOPLE.mia).send(PEOPLE.anna, 'All 40 of them 📸');
      const group = await anna.makeGroup('Book club', [PEOPLE.ben, PEOPLE.mia, PEOPLE.noor]);
      await control.phone(PEOPLE.noor).send(group.jid, 'Chapter 7 is a masterpiece.');
      await bot.sendPresenceUpdate('composing', jidOf(PEOPLE.anna));
    },
  };
};
