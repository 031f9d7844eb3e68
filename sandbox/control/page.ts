import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Router } from '@koa/router';
import { notFound } from './errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const FOLDER = new URL('../page/', import.meta.url);

/** Nothing but its own files, the API beside it, and pictures a person has just picked. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** All files there are, by name: what is not among them can't be asked for. */
const readPage = () =>
  new Map(
    readdirSync(FOLDER)
      .filter((name) => TYPES[extname(name)] !== undefined)
      .map((name) => [name, readFileSync(new URL(name, FOLDER))]),
  );

/** The page that shows the phones. */
export const pageRoutes = (router: Router): void => {
  const files = readPage();
  router.get(['/', '/page/:name'], (ctx) => {
    const name = ctx.params.name ?? 'index.html';
    const file = files.get(name);
    if (file === undefined) throw notFound(`no page ${name}`);
    ctx.set('content-security-policy', POLICY);
    ctx.set('x-content-type-options', 'nosniff');
    ctx.set('cache-control', 'no-cache');
    ctx.type = TYPES[extname(name)] ?? '';
    ctx.body = file;
  });
};
