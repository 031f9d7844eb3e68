import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

const withCode = () => {
  const edge = connectedShop();
  edge.shown.set('shop', `2@${'code'.repeat(50)}`);
  return edge.deps;
};
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

describe('GET /accounts/:accountId/qr', () => {
  it('is an image where the client does not care', () =>
    withEdge(withCode(), async (ask) => {
      for (const accept of ['*/*', 'text/html,image/avif,image/webp,*/*;q=0.8', 'image/png']) {
        const { headers, bytes } = await ask(get('/accounts/shop/qr', { accept }));
        assert.equal(headers['content-type'], 'image/png');
        assert.equal(headers['cache-control'], 'no-store');
        assert.deepEqual(bytes.subarray(0, 8), PNG);
      }
    }));

  it('is drawn as the client wishes', () =>
    withEdge(withCode(), async (ask) => {
      const svg = await ask(get('/accounts/shop/qr', { accept: 'image/svg+xml' }));
      assert.equal(svg.headers['content-type'], 'image/svg+xml');
      assert.match(svg.text, /^<svg /);
      const text = await ask(get('/accounts/shop/qr', { accept: 'text/plain' }));
      assert.equal(text.headers['content-type'], 'text/plain; charset=utf-8');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told colours this way
      assert.match(text.text, /^(\u001b\[30;107m[ ▀▄█]+\u001b\[0m\n)+$/);
      assert.equal(text.headers.vary, 'Accept');
    }));

  it('is nothing else', () =>
    withEdge(withCode(), async (ask) => {
      const { status, json } = await ask(get('/accounts/shop/qr', { accept: 'application/pdf' }));
      const error = 'This is served as image/png, image/svg+xml or text/plain';
      assert.deepEqual([status, json], [406, { ok: false, error }]);
    }));

  it('says why there is none', async () => {
    const edge = connectedShop();
    await withEdge(edge.deps, async (ask) => {
      const why = async () => {
        const { status, json } = await ask(get('/accounts/shop/qr'));
        return [status, json];
      };
      const refusal = (status: string, reason: string) => [
        404,
        { ok: false, error: `No QR code on show: ${reason}`, status },
      ];
      assert.deepEqual(await why(), refusal('connected', 'the account is paired'));
      edge.record('shop', { type: 'account.disconnect_requested', data: {} });
      const stopped = 'the account is not started, POST to its /connect first';
      assert.deepEqual(await why(), refusal('disconnected', stopped));
      edge.record('shop', { type: 'account.connect_requested', data: {} });
      const soon = 'it is being asked for, try again in a moment';
      assert.deepEqual(await why(), refusal('connecting', soon));
    });
  });
});
