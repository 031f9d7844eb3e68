import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLive } from '../../src/events/account-state.ts';
import { get, post, withEdge } from '../support/edge.ts';
import { connectedShop, httpDeps, NOW } from '../support/http-deps.ts';

const account = { id: 'shop', name: '', collectionName: 'auth_shop', status: 'created' };

describe('POST /accounts', () => {
  it('creates an account and points to its QR code', () =>
    withEdge(httpDeps().deps, async (ask) => {
      const { status, json } = await ask(post('/accounts', { id: 'shop' }));
      assert.deepEqual([status, json], [201, { ok: true, account, qr: '/accounts/shop/qr' }]);
    }));

  it('points to the public address where there is one', () =>
    withEdge({ ...httpDeps().deps, publicUrl: 'https://wa.example' }, async (ask) => {
      const { json } = await ask(post('/accounts', { id: 'shop', name: null, collectionName: '' }));
      assert.deepEqual(json, { ok: true, account, qr: 'https://wa.example/accounts/shop/qr' });
    }));

  const refusals: readonly [string, unknown, string][] = [
    ['no id', {}, 'id is required'],
    ['a missing id before anything else', { name: 7, collectionName: 'x' }, 'id is required'],
    ['an empty id', { id: '' }, 'id is required'],
    ['an id that is no text', { id: 7 }, 'id must be a string'],
    [
      'an id that no subject can hold',
      { id: 'a.b' },
      'id must be 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit',
    ],
    ['an id that is taken', { id: 'shop' }, 'Account already exists'],
    [
      'a taken id with another collection',
      { id: 'shop', collectionName: 'auth_x' },
      'Account already exists',
    ],
    [
      'a collection that is not ours',
      { id: 'new', collectionName: 'system.users' },
      'collectionName must be auth_ followed by 1 to 100 of A-Z, a-z, 0-9, _ and -',
    ],
    [
      "another account's collection",
      { id: 'new', collectionName: 'auth_shop' },
      'collectionName belongs to another account',
    ],
    ['a list', [], 'The body must be a JSON object'],
  ];
  for (const [what, body, error] of refusals)
    it(`refuses ${what}`, async () => {
      const edge = connectedShop();
      await withEdge(edge.deps, async (ask) => {
        const { status, json } = await ask(post('/accounts', body));
        assert.deepEqual([status, json], [400, { ok: false, error }]);
        assert.deepEqual(edge.appended, []);
      });
    });

  it('gives one collection to one of two accounts created at once', async () => {
    const { deps } = httpDeps();
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const command: typeof deps.command = async (...args) => {
      await gate;
      return deps.command(...args);
    };
    await withEdge({ ...deps, command }, async (ask) => {
      const wishes = ['a', 'b'].map((id) => ask(post('/accounts', { id, collectionName: 'auth_one' })));
      const first = await Promise.race(wishes);
      assert.equal(first.status, 400);
      proceed();
      assert.deepEqual((await Promise.all(wishes)).map(({ status }) => status).sort(), [201, 400]);
    });
  });
});

describe('GET /accounts', () => {
  const listed = {
    _id: 'shop',
    name: 'Shop',
    collectionName: 'auth_shop',
    createdAt: NOW.toISOString(),
    status: 'connected',
    updatedAt: NOW.toISOString(),
    currentStatus: 'connected',
    hasQR: false,
    history: null,
    profileName: null,
    restriction: null,
    quota: null,
  };

  it('lists accounts', () =>
    withEdge(connectedShop().deps, async (ask) => {
      const { status, json } = await ask(get('/accounts'));
      assert.deepEqual([status, json], [200, { ok: true, accounts: [listed] }]);
    }));

  it('tells when an account has lost the process that ran it', () =>
    withEdge({ ...connectedShop().deps, leaseHolder: async () => null }, async (ask) => {
      const { json } = await ask(get('/accounts/shop'));
      assert.deepEqual(json, { ok: true, account: { ...listed, currentStatus: 'reconnecting' } });
      const status = await ask(get('/accounts/shop/status'));
      assert.deepEqual(status.json, {
        ok: true,
        accountId: 'shop',
        status: 'reconnecting',
        qr: null,
        collection: 'auth_shop',
      });
    }));

  it('tells whether a QR code is on show', async () => {
    const edge = connectedShop();
    edge.shown.set('shop', '2@code');
    await withEdge(edge.deps, async (ask) => {
      assert.deepEqual((await ask(get('/accounts/shop'))).json, {
        ok: true,
        account: { ...listed, hasQR: true },
      });
      const { qr } = (await ask(get('/accounts/shop/status'))).json as { qr: unknown };
      assert.equal(qr, '2@code');
    });
  });
});

describe('an account that is not there', () => {
  const asked: readonly [string, string, string][] = [
    ['GET', '', 'Account not found'],
    ['DELETE', '', 'Account not found'],
    ['GET', '/status', 'Account not found or not started'],
    ['POST', '/connect', 'Account not found'],
    ['POST', '/disconnect', 'Account not found'],
    ['POST', '/logout', 'Account not found'],
    ['GET', '/qr', 'Account not found'],
    ['GET', '/chats', 'Account not found'],
    ['GET', '/chats/123456@g.us/messages', 'Account not found'],
    ['GET', '/messages/M1', 'Account not found'],
  ];
  for (const [method, rest, error] of asked)
    it(`is a 404 for ${method} /accounts/:accountId${rest}`, () =>
      withEdge(httpDeps().deps, async (ask) => {
        for (const id of ['none', '__proto__', 'NO.SUCH'])
          assert.deepEqual((await ask({ method, path: `/accounts/${id}${rest}` })).json, {
            ok: false,
            error,
          });
      }));
});

describe('connecting and leaving', () => {
  it('connects a stopped account, and says the same of one that runs', async () => {
    const edge = connectedShop();
    await withEdge(edge.deps, async (ask) => {
      const message = 'Connection initiated. Check /accounts/shop/status for QR code';
      const again = await ask(post('/accounts/shop/connect'));
      assert.deepEqual(again.json, { ok: true, accountId: 'shop', status: 'connected', message });
      const stop = await ask(post('/accounts/shop/disconnect'));
      assert.deepEqual([stop.status, stop.json], [200, { ok: true, message: 'Account disconnected' }]);
      const start = await ask(post('/accounts/shop/connect'));
      assert.deepEqual(start.json, { ok: true, accountId: 'shop', status: 'connecting', message });
      const types = edge.appended.map(({ type }) => type);
      assert.deepEqual(types, ['account.disconnect_requested', 'account.connect_requested']);
    });
  });

  it('cuts short what an account waits for, though its own node holds the lease', async () => {
    const edge = connectedShop();
    const ended = { code: 428, reason: 'connection closed', retryAt: NOW.toISOString() };
    edge.record('shop', { type: 'account.logged_out', data: { code: 401 } });
    edge.record('shop', { type: 'account.connect_requested', data: {} });
    await withEdge({ ...edge.deps, leaseHolder: async () => 'node-1' }, async (ask) => {
      await ask(post('/accounts/shop/connect'));
      assert.equal(edge.appended.length, 0, 'its socket is being opened');
      edge.record('shop', { type: 'account.disconnected', data: ended });
      await ask(post('/accounts/shop/connect'));
      assert.deepEqual(
        edge.appended.map(({ type }) => type),
        ['account.connect_requested'],
      );
    });
  });

  it('answers 202 to a logout that has not happened yet, 200 once it has', async () => {
    const edge = connectedShop();
    await withEdge(edge.deps, async (ask) => {
      const early = await ask(post('/accounts/shop/logout'));
      assert.deepEqual(
        [early.status, early.json],
        [202, { ok: true, message: 'Account logout in progress' }],
      );
      edge.record('shop', { type: 'account.logged_out', data: { code: 401 } });
      const late = await ask(post('/accounts/shop/logout'));
      assert.deepEqual([late.status, late.json], [200, { ok: true, message: 'Account logged out' }]);
      assert.equal(edge.appended.length, 1);
    });
  });

  it('answers 202 to a deletion that takes long', () =>
    withEdge(connectedShop().deps, async (ask) => {
      const { status, json } = await ask({ method: 'DELETE', path: '/accounts/shop' });
      assert.equal(status, 202);
      assert.deepEqual(json, {
        ok: true,
        message: 'Account deletion in progress',
        deletedCollection: 'auth_shop',
      });
      assert.equal((await ask({ method: 'DELETE', path: '/accounts/shop' })).status, 404);
      const { json: again } = await ask(post('/accounts', { id: 'shop' }));
      assert.deepEqual(again, { ok: false, error: 'Account is being deleted' });
    }));

  it('answers 200 once everything is erased', async () => {
    const edge = connectedShop();
    const command: typeof edge.deps.command = async (...args) => {
      const handled = await edge.deps.command(...args);
      edge.record('shop', { type: 'account.erased', data: {} });
      return handled;
    };
    const waited: number[] = [];
    const waitFor = async (seq: number) => waited.push(seq) > 0;
    await withEdge({ ...edge.deps, command, views: { ...edge.deps.views, waitFor } }, async (ask) => {
      const { status, json } = await ask({ method: 'DELETE', path: '/accounts/shop' });
      assert.deepEqual(
        [status, json],
        [200, { ok: true, message: 'Account deleted', deletedCollection: 'auth_shop' }],
      );
      assert.deepEqual(waited, [4], 'the views are to know of the erasure, not only of the deletion');
      assert.equal(isLive(edge.deps.accounts.current('shop').state), false);
    });
  });
});
