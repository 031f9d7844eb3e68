import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { WildcatEvent } from '../../../src/events/codec.ts';
import { createEraser, type EraserDeps } from '../../../src/reactors/sessions/eraser.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const linked = (account: string, gen: number, lid = '1@lid') =>
  world.log.append({
    ...{ account, gen, occurredAt: new Date().toISOString() },
    ...{ type: 'identity.linked', data: { lid, pn: '49151@s.whatsapp.net' } },
  });
const ended = (account: string) => ({ account, gen: 1, collectionName: `auth_${account}` });
const live = async (account: string): Promise<void> => {
  const occurredAt = new Date().toISOString();
  const event = <E extends WildcatEvent>(fact: E) => ({ ...fact, account, gen: 1, occurredAt });
  const { collectionName } = ended(account);
  const { version } = await world.log.appendDecision(
    event({ type: 'account.created', data: { name: account, collectionName } }),
    0,
  );
  await linked(account, 1);
  await world.log.appendDecision(event({ type: 'account.deleted', data: { collectionName } }), version);
};
const isValid = () => true;
/** An eraser that writes down what it did; `fails` names a step that throws the first time. */
const eraser = (done: string[], fails = '') => {
  let left = 1;
  const step = (name: string) => async (what: string, tombstone?: number) => {
    if (name === fails && left-- > 0) throw new Error(`no ${name}`);
    done.push(tombstone === undefined ? `${name} ${what}` : `${name} ${what} before ${tombstone}`);
  };
  const log: EraserDeps['log'] = {
    ...world.log,
    purge: async (account, before, rest) => {
      await world.log.purge(account, before, rest);
      await step('purge')(account);
    },
  };
  const erasers = [step('outbox'), step('qr')];
  return createEraser({ log, eraseKeys: step('keys'), erasers, now: () => new Date() });
};
const typesOf = async (account: string) => (await world.events(account)).map(({ type }) => type);

it('erases keys and rows, then the log up to the tombstone, and says so last', async () => {
  await live('shop');
  await live('bystander');
  const done: string[] = [];
  const seq = await eraser(done)(ended('shop'), isValid);
  assert.deepEqual(await typesOf('shop'), ['account.deleted', 'account.erased']);
  const until = `shop before ${(await world.events('shop'))[0]?.seq}`;
  assert.deepEqual(done, ['keys auth_shop', `outbox ${until}`, `qr ${until}`, 'purge shop']);
  assert.equal((await world.events('shop')).at(-1)?.seq, seq);
  assert.deepEqual(await typesOf('bystander'), ['account.created', 'identity.linked', 'account.deleted']);
});

for (const fails of ['keys', 'outbox', 'purge']) {
  it(`ends what a crash at the ${fails} cut short, when it is done again`, async () => {
    const account = `crash_${fails}`;
    await live(account);
    const erase = eraser([], fails);
    await assert.rejects(erase(ended(account), isValid), { message: `no ${fails}` });
    const seq = await erase(ended(account), isValid);
    assert.deepEqual(await typesOf(account), ['account.deleted', 'account.erased']);
    assert.equal(await erase(ended(account), isValid), seq, 'and once more changes nothing');
    assert.deepEqual(await typesOf(account), ['account.deleted', 'account.erased']);
  });
}

it('erases what came in behind the tombstone, and nothing of the next life when it is done again', async () => {
  await live('late');
  await linked('late', 1, '2@lid');
  assert.equal((await typesOf('late')).at(-1), 'identity.linked');
  await eraser([])(ended('late'), isValid);
  const gone = ['account.deleted', 'account.erased'];
  assert.deepEqual(await typesOf('late'), gone);
  await linked('late', 2);
  await eraser([])(ended('late'), isValid);
  assert.deepEqual(await typesOf('late'), [...gone, 'identity.linked']);
});

it('refuses to erase an account that was not deleted', async () => {
  await live('other_gen');
  await assert.rejects(eraser([])({ ...ended('other_gen'), gen: 2 }, isValid), { code: 'misconfigured' });
});

it('stops where another process has taken the account over, whose next life may have begun', async () => {
  await live('lost');
  const done: string[] = [];
  await assert.rejects(
    eraser(done)(ended('lost'), () => done.length < 2),
    { code: 'unavailable' },
  );
  assert.deepEqual(
    done.map((step) => step.split(' ')[0]),
    ['keys', 'outbox'],
  );
  assert.equal((await typesOf('lost')).includes('account.erased'), false);
});
