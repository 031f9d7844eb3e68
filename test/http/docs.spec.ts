import assert from 'node:assert/strict';
import { it } from 'node:test';
import { z } from 'zod';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop } from '../support/http-deps.ts';

const keyed = () => ({ ...connectedShop().deps, apiKey: 'a-very-secret-key' });
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const info = z.object({ info: z.object({ version: z.string() }) });

it('leads a browser from / to the page, and everybody else to the same by links, without a key', () =>
  withEdge(keyed(), async (ask) => {
    const led = await ask(get('/', BROWSER));
    assert.equal(led.status, 302);
    const { pathname } = new URL(String(led.headers.location), 'http://localhost/');
    assert.match((await ask(get(pathname, BROWSER))).text, /^<!doctype html>/);
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
      const { status, json } = await ask(get('/', headers));
      const links = { docs: '/docs', openapi: '/openapi.json', asyncapi: '/asyncapi.json' };
      assert.deepEqual([status, json], [200, { ok: true, ...links }]);
      for (const link of Object.values(links)) assert.equal((await ask(get(link))).status, 200, link);
    }
  }));

it('leads there under the path by which a proxy is reached', () =>
  withEdge({ ...keyed(), publicUrl: 'https://wa.example/api' }, async (ask) => {
    const location = String((await ask(get('/', BROWSER))).headers.location);
    assert.equal(new URL(location, 'https://wa.example/api/').href, 'https://wa.example/api/docs');
    const { json } = await ask(get('/'));
    assert.equal(z.object({ docs: z.string() }).parse(json).docs, 'https://wa.example/api/docs');
  }));

/** What the page and its script ask for, as they name it. */
const linksOf = (text: string): string[] =>
  [...text.matchAll(/(?:href="|src="|fetch\(')([^"'#]*)/g)].flatMap(([, link = '']) =>
    link.startsWith('data:') ? [] : [link],
  );

it('finds all of the page behind a proxy that serves it under a path, whatever PUBLIC_URL says', () =>
  withEdge(keyed(), async (ask) => {
    /** Follows a link as a browser does behind `https://wa.example/wildcat/`, which the proxy takes off. */
    const open = async (from: string, link: string) => {
      const { origin, pathname } = new URL(link, `https://wa.example/wildcat${from}`);
      assert.equal(origin, 'https://wa.example');
      assert.match(pathname, /^\/wildcat\//, `${link} of ${from}`);
      const path = pathname.slice('/wildcat'.length);
      return { path, ...(await ask(get(path))) };
    };
    for (const path of ['/docs', '/docs/']) {
      const first = await open('/', `/wildcat${path}`);
      const page = first.status === 302 ? await open(path, String(first.headers.location)) : first;
      const script = await open(page.path, 'docs/page.js');
      const links = linksOf(`${page.text}${script.text}`);
      assert.ok(links.length >= 4, links.join());
      for (const link of links) assert.equal((await open(page.path, link)).status, 200, link);
    }
    const { servers } = z
      .object({ servers: z.array(z.object({ url: z.string() })) })
      .parse((await open('/', 'openapi.json')).json);
    for (const { url } of servers)
      assert.equal((await open('/openapi.json', `${url}/ping`)).status, 200, url);
  }));

it('leads nobody who asks for another host, where there is no key', () =>
  withEdge(connectedShop().deps, async (ask) => {
    assert.equal((await ask(get('/', { ...BROWSER, host: 'evil.example' }))).status, 403);
  }));

it('tells the version of the service in both descriptions', () =>
  withEdge(keyed(), async (ask) => {
    for (const path of ['/openapi.json', '/asyncapi.json'])
      assert.equal(info.parse((await ask(get(path))).json).info.version, keyed().version, path);
  }));
