import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, post, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

const URL = 'https://example.org/hook';

describe('POST /webhooks', () => {
  const bad: readonly (readonly [body: object, error: RegExp])[] = [
    [{}, /^url is required and must be a string$/],
    [{ url: 7 }, /^url is required and must be a string$/],
    [{ url: 'nonsense' }, /^invalid URL$/],
    [{ url: 'ftp://example.org' }, /^only http\/https URLs are allowed$/],
    [{ url: 'javascript:alert(1)' }, /^only http\/https URLs are allowed$/],
    [{ url: URL, events: [] }, /^events must be/],
    [{ url: URL, events: ['message.teleported'] }, /^events must be/],
    [{ url: URL, events: ['webhook.*'] }, /^events must be/],
    [{ url: URL, events: ['account.*'] }, /^events hold no message that format wildcat/],
    [{ url: URL, format: 'xml' }, /^format must be wildcat or cloudevents$/],
    [{ url: URL, order: 'any' }, /^order must be chat or none$/],
    [{ url: URL, secret: 'whsec_AAAA' }, /^secret must be/],
    [{ url: URL, secret: 'hunter2' }, /^secret must be/],
    [{ url: URL, headers: { 'Webhook-Id': 'x' } }, /^headers must be/],
    [{ url: URL, headers: { 'content-length': '1' } }, /^headers must be/],
    [{ url: URL, headers: { a: 'x\r\ny: z' } }, /^headers must be/],
    [{ url: URL, headers: { 'a b': 'x' } }, /^headers must be/],
    [{ url: URL, accounts: ['NOT AN ID'] }, /^accounts must be/],
    [{ url: URL, startAt: -1 }, /^startAt must be/],
    [{ url: URL, startAt: 'yesterday' }, /^startAt must be/],
    [{ url: URL, startAt: 101 }, /^startAt must not be beyond the log's end, 100$/],
  ];
  for (const [body, error] of bad)
    it(`refuses ${JSON.stringify(body)}`, () => {
      const { deps, hooks } = connectedShop();
      return withEdge(deps, async (ask) => {
        const answer = await ask(post('/webhooks', body));
        assert.equal(answer.status, 400);
        assert.match((answer.json as { error: string }).error, error);
        assert.deepEqual([hooks.events, hooks.targets.size], [[], 0]);
      });
    });

  it('shows neither password nor secret nor header values, in the log least of all', () => {
    const { deps, hooks } = connectedShop();
    return withEdge(deps, async (ask) => {
      const url = 'https://ann:hunter2@example.org/hook?token=s3cret';
      const made = await ask(post('/webhooks', { url, headers: { 'x-key': 'v4lue' }, startAt: 0 }));
      assert.equal(made.status, 201);
      const { id } = (made.json as { webhook: { id: string } }).webhook;
      const shown = await ask(get(`/webhooks/${id}`));
      assert.doesNotMatch(shown.text, /hunter2|v4lue|whsec_/);
      assert.match(shown.text, /x-key/);
      const logged = JSON.stringify(hooks.events);
      assert.match(logged, /https:\/\/example.org\/hook/);
      assert.doesNotMatch(logged, /hunter2|s3cret|v4lue|whsec_|ann/);
    });
  });

  it('shows one that came with an archive, and is mended by registering it anew', () => {
    const { deps, hooks } = connectedShop();
    return withEdge(deps, async (ask) => {
      const made = await ask(post('/webhooks', { url: `${URL}?key=1`, startAt: 0 }));
      const { id } = (made.json as { webhook: { id: string } }).webhook;
      hooks.targets.clear();
      const { status, json } = await ask(get('/webhooks'));
      assert.equal(status, 200);
      assert.deepEqual(
        (json as { webhooks: { url: string }[] }).webhooks.map(({ url }) => url),
        [URL],
      );
      for (const asked of [
        get(`/webhooks/${id}/secret`),
        post(`/webhooks/${id}/test`, undefined),
        post('/webhooks', { url: `${URL}?key=1`, events: ['message.*'] }),
        { ...post(`/webhooks/${id}`, { events: ['message.*'] }), method: 'PATCH' },
      ]) {
        const answer = await ask(asked);
        assert.equal(answer.status, 422, answer.text);
        assert.match(answer.text, /delete it and register it anew/);
      }
      assert.equal((await ask({ method: 'DELETE', path: `/webhooks/${id}` })).status, 200);
      assert.equal((await ask(post('/webhooks', { url: `${URL}?key=1` }))).status, 201);
    });
  });

  it('changes the registration that there is, and drops what it replaced', () => {
    const { deps, hooks } = connectedShop();
    return withEdge(deps, async (ask) => {
      await ask(post('/webhooks', { url: URL }));
      const again = await ask(post('/webhooks', { url: URL, format: 'cloudevents', events: ['call.*'] }));
      assert.equal(again.status, 200);
      const { webhook, created } = again.json as { webhook: { events: string[] }; created: boolean };
      assert.deepEqual([created, webhook.events, hooks.targets.size], [false, ['call.*'], 1]);
      const forShop = await ask(post('/accounts/shop/webhooks', { url: URL }));
      assert.equal(forShop.status, 201);
      assert.equal(hooks.targets.size, 2);
      const listed = await ask(get('/accounts/shop/webhooks'));
      assert.equal((listed.json as { webhooks: unknown[] }).webhooks.length, 2);
      assert.equal((await ask(post('/accounts/nobody/webhooks', { url: URL }))).status, 404);
    });
  });

  it('knows what it does not have', () => {
    const { deps } = connectedShop();
    return withEdge(deps, async (ask) => {
      const paths = ['', '/deliveries', '/secret'].map((rest) => get(`/webhooks/wh_0${rest}`));
      const posts = ['pause', 'resume', 'test', 'deliveries/x/redeliver'].map((rest) =>
        post(`/webhooks/wh_0/${rest}`, {}),
      );
      for (const asking of [...paths, ...posts, post('/webhooks/wh_0/replay', { from: 1 })]) {
        const { status, json } = await ask(asking);
        assert.deepEqual([status, json], [404, { ok: false, error: 'Webhook not found' }], asking.path);
      }
    });
  });
});
