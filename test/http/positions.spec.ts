import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, post, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

/** An edge whose views stand at `position`; it keeps what was waited for. */
const viewsAt = (position: number) => {
  const edge = connectedShop();
  const waits: [number, number][] = [];
  const views = {
    ...edge.deps.views,
    position: () => position,
    waitFor: async (seq: number, ms: number) => {
      waits.push([seq, ms]);
      return seq <= position;
    },
  };
  return { deps: { ...edge.deps, views }, waits };
};

describe('positions', () => {
  it('a read tells where the views stand', () =>
    withEdge(viewsAt(7).deps, async (ask) => {
      const { headers } = await ask(get('/accounts'));
      assert.equal(headers['wildcat-position'], '7');
      assert.equal(headers['wildcat-stale'], undefined);
      assert.equal((await ask(get('/nothing'))).headers['wildcat-position'], '7');
    }));

  it('a write waits until the views have it', async () => {
    const { deps, waits } = viewsAt(9);
    await withEdge(deps, async (ask) => {
      const { headers } = await ask(post('/accounts/shop/disconnect'));
      assert.deepEqual(waits, [[3, 2_000]]);
      assert.equal(headers['wildcat-position'], '9');
      assert.equal(headers['wildcat-stale'], undefined);
    });
  });

  it('a write that the views do not get in time says so', () =>
    withEdge(viewsAt(1).deps, async (ask) => {
      const { status, headers } = await ask(post('/accounts/shop/disconnect'));
      assert.equal(status, 200);
      assert.equal(headers['wildcat-position'], '3');
      assert.equal(headers['wildcat-stale'], 'true');
    }));

  it('a wish that was fulfilled already waits for nothing', async () => {
    const { deps, waits } = viewsAt(1);
    await withEdge(deps, async (ask) => {
      const { headers } = await ask(post('/accounts/shop/connect'));
      assert.deepEqual(waits, []);
      assert.equal(headers['wildcat-position'], '1');
    });
  });

  it('a reader may ask for a position, and gets it or a 503', async () => {
    const { deps, waits } = viewsAt(5);
    await withEdge(deps, async (ask) => {
      const from = (position: string) => ask(get('/accounts', { 'wildcat-min-position': position }));
      assert.equal((await from('5')).status, 200);
      assert.deepEqual(waits, []);
      const { status, json, headers } = await from('6');
      assert.deepEqual(waits, [[6, 2_000]]);
      assert.deepEqual(
        [status, json],
        [503, { ok: false, error: 'The views have not reached position 6 yet' }],
      );
      assert.equal(headers['retry-after'], '1');
      assert.deepEqual(
        [(await from('six')).status, (await from('six')).json],
        [400, { ok: false, error: 'Wildcat-Min-Position must be a whole number' }],
      );
    });
  });
});
