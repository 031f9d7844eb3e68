import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WildcatError } from '../../src/errors.ts';
import type { Address } from '../../src/events/ids.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { createKnownForms } from '../../src/http/known-forms.ts';
import { chatMeant, recipientOf } from '../../src/http/recipient.ts';

const TYPED = '5511987654321@s.whatsapp.net';
const KNOWN = '551187654321@s.whatsapp.net';
const ANA: Address = { jid: '111@lid', alt: KNOWN };

const asked = (answer: unknown, book: Readonly<Record<string, Address>> = {}) => {
  const calls: unknown[] = [];
  const clock = { ms: 0 };
  const call: HttpDeps['call'] = async (account, name, ask) => {
    calls.push([account, name, ask]);
    if (answer instanceof Error) throw answer;
    return (await answer) as never;
  };
  const deps = {
    resolveChat: async (_account: string, jid: string) => ({ chat: book[jid] ?? { jid } }),
    knownForm: createKnownForms(call, () => clock.ms, 20),
  };
  return { calls, clock, deps, find: (to: string) => recipientOf(deps, 'shop', to) };
};
const looked = (answer: unknown, chats: readonly string[]) => {
  const { calls, deps } = asked(answer);
  const queries = { knowsChat: async (_account: string, jid: string) => chats.includes(jid) };
  return { calls, find: (chat: string | undefined) => chatMeant({ ...deps, queries }, 'shop', chat) };
};
const checked = (jid: string | null) => [{ phone: '5511987654321', exists: jid !== null, jid, lid: null }];

it('a new number that may have two forms goes by the one that WhatsApp knows', async () => {
  const { calls, find } = asked(checked(KNOWN), { [KNOWN]: ANA });
  assert.deepEqual(await find(TYPED), { chat: ANA, to: KNOWN });
  assert.deepEqual(calls, [['shop', 'check', { phones: ['5511987654321'] }]]);
  for (const to of ['552287654321', '522221234567', '5212221234567', '541123456789', '5491123456789'])
    await find(`${to}@s.whatsapp.net`);
  assert.equal(calls.length, 6);
});

it('it goes as typed where WhatsApp knows it so, does not know it, or does not answer', async () => {
  const silent = new WildcatError('unavailable', 'WhatsApp did not answer');
  const hanging = new Promise(() => undefined);
  for (const answer of [checked(TYPED), checked(null), [], silent, hanging])
    assert.deepEqual(await asked(answer).find(TYPED), { chat: { jid: TYPED }, to: TYPED });
});

it('WhatsApp is asked once for a number that it knows, and after a minute again for one that it did not', async () => {
  const { calls, find } = asked(checked(KNOWN));
  for (let n = 0; n < 3; n++) assert.equal((await find(TYPED)).to, KNOWN);
  assert.equal(calls.length, 1);
  const unknown = asked(checked(null));
  for (let n = 0; n < 3; n++) assert.equal((await unknown.find(TYPED)).to, TYPED);
  assert.equal(unknown.calls.length, 1);
  unknown.clock.ms = 60_000;
  await unknown.find(TYPED);
  assert.equal(unknown.calls.length, 2);
  const silent = asked(new WildcatError('unavailable', 'WhatsApp did not answer'));
  for (let n = 0; n < 3; n++) await silent.find(TYPED);
  assert.equal(silent.calls.length, 3);
});

it('nobody is asked for who is known, or can have one form only', async () => {
  const { calls, find } = asked(checked(KNOWN), { [KNOWN]: ANA });
  assert.deepEqual(await find(KNOWN), { chat: ANA, to: KNOWN });
  for (const to of ['4915200000002@s.whatsapp.net', '551187654321@lid', '551187654321@g.us', '5511@g.us'])
    assert.deepEqual(await find(to), { chat: { jid: to }, to });
  assert.deepEqual(calls, []);
});

it('a chat is looked for by the form that WhatsApp knows, where it is not known by the typed one', async () => {
  const { calls, find } = looked(checked(KNOWN), [KNOWN]);
  assert.equal(await find(TYPED), KNOWN);
  assert.deepEqual(calls, [['shop', 'check', { phones: ['5511987654321'] }]]);
  const silent = looked(new WildcatError('unavailable', 'WhatsApp did not answer'), [KNOWN]);
  assert.equal(await silent.find(TYPED), TYPED);
});

it('of every country whose numbers have two forms, both ways', async () => {
  for (const [one, other] of [
    ['5511987654321', '551187654321'],
    ['5215512345678', '525512345678'],
    ['5491123456789', '541123456789'],
  ].map((pair) => pair.map((number) => `${number}@s.whatsapp.net`)) as [string, string][]) {
    assert.equal(await looked(checked(other), [other]).find(one), other);
    assert.equal(await looked(checked(one), [one]).find(other), one);
  }
});

it('WhatsApp is asked nothing of a chat that is known, or that there is under no form', async () => {
  const both = looked(checked(KNOWN), [TYPED, KNOWN]);
  assert.equal(await both.find(TYPED), TYPED);
  const none = looked(checked(KNOWN), []);
  for (const chat of [TYPED, '4915200000002@s.whatsapp.net', '551187654321@g.us', undefined])
    assert.equal(await none.find(chat), chat);
  assert.deepEqual([...both.calls, ...none.calls], []);
});
