import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

const keyed = () => ({ ...connectedShop().deps, apiKey: 'a-very-secret-key' });
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

it('serves every file of the console as it is in the checkout, without the key, and nothing else', () =>
  withEdge(keyed(), async (ask) => {
    for (const file of readdirSync('console')) {
      const answer = await ask(get(`/console/${file}`));
      assert.equal(answer.status, 200, file);
      assert.equal(answer.text, readFileSync(join('console', file), 'utf8'), file);
      const type = Object.entries(TYPES).find(([extension]) => file.endsWith(`.${extension}`))?.[1];
      assert.ok(type !== undefined && answer.headers['content-type']?.startsWith(type), file);
    }
    const page = await ask(get('/console'));
    assert.equal(page.text, readFileSync('console/index.html', 'utf8'));
    for (const path of [
      '/console/nothing.js',
      '/console/..%2Fpackage.json',
      '/console/..%2f..%2f..%2fpackage.json',
      '/console/%2e%2e%2fsrc%2fmain.js',
      '/console/..%5c..%5cpackage.json',
      '/console/main.js%00.html',
      '/console/constructor',
    ]) {
      const { status, json } = await ask(get(path));
      assert.deepEqual([status, json], [404, { ok: false, error: 'Not found' }], path);
    }
    // what is below it is no file of it, and so no path that is open
    for (const path of ['/console/a/b', '/console/../accounts', '/console/main.js/..'])
      assert.equal((await ask(get(path))).status, 401, path);
    assert.equal((await ask({ method: 'POST', path: '/console' })).status, 405);
  }));

it('lets nothing run in it but its own scripts, and no text become HTML', () =>
  withEdge(connectedShop().deps, async (ask) => {
    for (const path of ['/console', '/console/main.js']) {
      const { headers } = await ask(get(path));
      const policy = String(headers['content-security-policy']).split('; ');
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ])
        assert.ok(policy.includes(rule), `${path} ${rule}`);
      assert.doesNotMatch(policy.join(), /unsafe|upgrade|https?:|\*/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
    for (const file of readdirSync('console'))
      assert.doesNotMatch(
        readFileSync(join('console', file), 'utf8').replaceAll('http://www.w3.org/2000/svg', ''),
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|src="http|url\(|import\(| style="/,
        file,
      );
  }));

it('is kept by browsers, and asked about each time', () =>
  withEdge(keyed(), async (ask) => {
    const { headers } = await ask(get('/console/main.js'));
    const etag = String(headers.etag);
    assert.equal(headers['cache-control'], 'no-cache');
    const again = await ask(get('/console/main.js', { 'if-none-match': etag }));
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', etag]);
    assert.equal((await ask(get('/console/api.js', { 'if-none-match': etag }))).status, 200);
  }));

it('has links that hold under any path of a proxy, with or without a slash at its end', () =>
  withEdge(keyed(), async (ask) => {
    const { status, headers } = await ask(get('/console/'));
    assert.equal(status, 302);
    assert.equal(
      new URL(String(headers.location), 'https://wa.example/api/console/').href,
      'https://wa.example/api/console',
    );
    for (const [, link = ''] of readFileSync('console/index.html', 'utf8').matchAll(
      /(?:src|href)="([^"#]+)"/g,
    )) {
      const { pathname } = new URL(link, 'https://wa.example/console');
      assert.equal((await ask(get(pathname))).status, 200, link);
      assert.doesNotMatch(link, /^\/|:/);
    }
  }));

it('is spoken of by /docs', () =>
  withEdge(keyed(), async (ask) => {
    assert.match((await ask(get('/docs'))).text, /<a href="console">/);
  }));

it('is only for this machine where there is no key', () =>
  withEdge(connectedShop().deps, async (ask) => {
    assert.equal((await ask(get('/console', { host: 'evil.example' }))).status, 403);
    assert.equal((await ask(get('/console/main.js', { 'sec-fetch-site': 'cross-site' }))).status, 403);
  }));
