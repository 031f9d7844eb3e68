import { WildcatError } from '../errors.ts';
import type { HttpDeps } from './deps.ts';
import { withoutSlash } from './redirect.ts';
import { type RequestInfo, type Route, route } from './route.ts';
import { getConsole, getConsoleFile } from './schemas/console.ts';
import { hasTag } from './transport/serving.ts';

/**
 * Nothing but its own files, the API beside it, and pictures out of answers of the API. Strangers choose the texts
 * that it shows: no string may become HTML or a script, whatever the page's code does with it.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  'media-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const serveFile = ({ console: files }: Pick<HttpDeps, 'console'>, name: string, request: RequestInfo) => {
  const file = files.get(name);
  if (file === undefined) throw new WildcatError('not_found', 'Not found');
  // kept by browsers, and asked about each time: a page of one version never loads a script of another
  const headers = { 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-cache', ETag: file.etag };
  if (hasTag(request.header('if-none-match'), file.etag))
    return { status: 304 as const, body: null, headers };
  return { status: 200 as const, body: file.bytes, headers: { ...headers, 'Content-Type': file.type } };
};

/** The web console: files, out of which nothing but the public API is asked. */
export const consoleRoutes = (deps: Pick<HttpDeps, 'console'>): readonly Route[] => [
  route(getConsole)(async ({ request }) =>
    withoutSlash(request.path, 'console', () => serveFile(deps, 'index.html', request)),
  ),
  route(getConsoleFile)(async ({ params: { file }, request }) => serveFile(deps, file, request)),
];
