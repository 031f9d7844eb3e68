import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { accounts } from '../../src/commands/accounts.ts';
import { commandHandler } from '../../src/commands/handle.ts';
import { type AggregateStates, followStates } from '../../src/commands/states.ts';
import { hasCode } from '../../src/errors.ts';
import { type AccountState, isLive } from '../../src/events/account-state.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';
import { created, openLog, readAll, received, type TestLog } from '../support/log.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { waitFor } from '../support/wait.ts';

const asked = { actor: { kind: 'api' } } as const;
const shop = { type: 'create', name: 'Shop', collectionName: 'auth_shop' } as const;

describe('decisions on a real log', () => {
  let nats: TestServer;
  let stop: AbortController;
  const open: TestLog[] = [];
  before(async () => {
    nats = await startNats();
  });
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    const [first, ...others] = open.splice(0);
    await Promise.all(others.map((other) => other.close()));
    await first?.jsm.streams.delete('WILDCAT').catch(() => false);
    await first?.close();
  });
  after(() => nats.stop());

  /** A process with a connection, a fold and a command handler of its own. */
  const process = async () => {
    const test = await openLog(nats.url);
    open.push(test);
    const states: AggregateStates<AccountState, AccountEvent> = await followStates(
      test.log,
      accounts,
      stop.signal,
    );
    const handle = commandHandler({ log: test.log, states, now: () => new Date() }, accounts);
    return { ...test, states, handle };
  };

  it('answers with the state that the decision led to, and does nothing twice', async () => {
    const { handle, states, log } = await process();
    const done = await handle('shop', shop, { ...asked, corr: 'r1' });
    assert.ok(isLive(done.state) && done.state.name === 'Shop' && done.seq === 1);
    assert.equal((await handle('shop', { type: 'connect' }, asked)).seq, 0);
    const stopped = await handle('shop', { type: 'disconnect' }, asked);
    assert.deepEqual([stopped.seq, stopped.state.status], [3, 'disconnected']);
    assert.equal(states.current('shop').version, 4);
    await assert.rejects(handle('shop', shop, asked), (error) => hasCode(error, 'already_exists'));
    const [first] = await readAll(log);
    assert.ok(first?.kind === 'event' && first.event.corr === 'r1' && first.event.actor?.kind === 'api');
  });

  it('lets one of four racing processes win each round, and the others see its decision', async () => {
    const racers = await Promise.all([1, 2, 3, 4].map(process));
    await racers[0]?.handle('shop', shop, asked);
    for (let round = 0; round < 60; round++) {
      const wish = { type: round % 2 === 0 ? 'disconnect' : 'connect' } as const;
      const answers = await Promise.all(racers.map(({ handle }) => handle('shop', wish, asked)));
      const won = answers.filter(({ seq }) => seq > 0);
      // one decides; who comes later finds the wish fulfilled, unless his fold still lags: then he loses the race first
      assert.equal(won.length, 1, `round ${round}`);
      const status = round % 2 === 0 ? 'disconnected' : 'connecting';
      for (const { states } of racers)
        await waitFor(() => states.current('shop').state.status === status, { what: status });
    }
    assert.equal((await racers[0]?.log.state())?.lastSeq, 2 + 60 * 2);
  });

  it('grants all of thirty wishes at once, where none of them is in the way of another', async () => {
    const { log, states } = await process();
    const granting = {
      ...accounts,
      decide: () => ({ type: 'account.connect_requested', data: {} }) as const,
    };
    const handle = commandHandler({ log, states, now: () => new Date() }, granting);
    const granted = await Promise.all(
      Array.from({ length: 30 }, () => handle('shop', { type: 'connect' }, asked)),
    );
    assert.equal(new Set(granted.map(({ seq }) => seq)).size, 30);
  });

  it('creates one account for any number of racing wishes, and refuses the rest', async () => {
    const racers = await Promise.all([1, 2, 3, 4].map(process));
    for (let round = 0; round < 30; round++) {
      const wishes = racers.map(({ handle }) => handle(`shop${round}`, shop, asked));
      const answers = await Promise.allSettled(wishes);
      const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
      assert.equal(refused.length, 3);
      assert.ok(refused.every((error) => hasCode(error, 'already_exists')));
    }
  });

  it('does not refuse what another process made possible a moment ago', async () => {
    const [one, other] = await Promise.all([process(), process()]);
    for (let round = 0; round < 60; round++) {
      const account = `shop${round}`;
      await one.handle(account, shop, asked);
      const { seq, state } = await other.handle(account, { type: 'disconnect' }, asked);
      assert.deepEqual([seq > 0, state.status], [true, 'disconnected']);
      assert.equal((await one.handle(account, { type: 'connect' }, asked)).state.status, 'connecting');
    }
  });

  it('knows what the log held when it was asked, facts too', async () => {
    const [one, other] = await Promise.all([process(), process()]);
    await one.handle('shop', shop, asked);
    assert.equal((await other.states.refreshed('shop')).state.status, 'created');
    for (let round = 0; round < 60; round++) {
      const before = other.states.current('shop');
      assert.equal(await other.states.refreshed('shop'), before, 'no news');
      const fact =
        round % 2 === 0
          ? ({ type: 'account.connected', data: { me: '4915100000009@s.whatsapp.net' } } as const)
          : ({ type: 'account.disconnected', data: { code: 428, reason: 'drop', retryAt: null } } as const);
      await one.log.append({ ...created(), ...fact }, `conn/1/${round}`);
      const { state } = await other.states.refreshed('shop');
      assert.equal(state.status, round % 2 === 0 ? 'connected' : 'disconnected', `round ${round}`);
      await other.handle('shop', { type: 'connect' }, asked);
      await one.states.refreshed('shop');
    }
    assert.equal((await one.states.refreshed('nobody')).version, 0);
  });

  it('folds all that the log held before the first decision, messages and strangers aside', async () => {
    const early = await process();
    await early.handle('shop', shop, asked);
    for (let n = 0; n < 1_200; n++) void early.log.append(received(`W${n}`, { account: 'other' }));
    await early.log.append(received('last', { account: 'other' }));
    const late = await process();
    assert.deepEqual([...late.states.all()], [...early.states.all()]);
    assert.equal(late.states.current('nobody').version, 0);
  });

  it('tells subscribers of what happens, in order, until they stop', async () => {
    const { handle, states, log } = await process();
    const seen: [string, string][] = [];
    const end = states.subscribe((event, state) => seen.push([event.type, state.status]));
    await handle('shop', shop, asked);
    await log.append({
      ...created(),
      type: 'account.qr_issued',
      data: { n: 1, expiresAt: '2026-01-01T00:00:00Z' },
      epoch: 5,
    });
    await states.until('shop', ({ state }) => state.status === 'connecting', 5_000);
    end();
    await handle('shop', { type: 'disconnect' }, asked);
    assert.deepEqual(seen, [
      ['account.created', 'created'],
      ['account.qr_issued', 'connecting'],
    ]);
  });

  it('decides no more once it can not follow', async () => {
    const { handle, states, nc } = await process();
    await handle('shop', shop, asked);
    await nc.request('wildcat.shop.account.teleported._', '{}');
    await waitFor(
      () => {
        try {
          states.current('shop');
          return false;
        } catch (error) {
          return hasCode(error, 'unavailable');
        }
      },
      { what: 'refusal' },
    );
    const isUnreadable = (error: unknown): boolean =>
      hasCode(error, 'unavailable') && /^Event 3 can't be read by this version/.test(error.message);
    assert.equal(states.isFollowed(), false);
    await assert.rejects(handle('shop', { type: 'disconnect' }, asked), isUnreadable);
    await assert.rejects(followStates(open[0]?.log ?? assert.fail(), accounts, stop.signal), /can't be read/);
  });

  it('gives up waiting for news that do not come', async () => {
    const { states } = await process();
    const wait = states.until('shop', ({ version }) => version > 0, 50);
    await assert.rejects(wait, (error) => hasCode(error, 'unavailable'));
  });
});
