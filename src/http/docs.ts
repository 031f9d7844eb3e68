import type { HttpDeps } from './deps.ts';
import { asyncApiOf } from './docs/asyncapi.ts';
import { openApiOf } from './docs/openapi.ts';
import { DOCS_PAGE, DOCS_SCRIPT } from './docs/page.ts';
import { redirect, withoutSlash } from './redirect.ts';
import { type Route, route } from './route.ts';
import { contracts } from './schemas/contracts.ts';
import { getAsyncApi, getDocs, getDocsScript, getHome, getOpenApi } from './schemas/docs.ts';

const asText = (type: string) => ({ 'Content-Type': `${type}; charset=utf-8` });

/** Made when somebody first asks: it takes a moment that no start should wait for. */
const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The description of the API, for machines and for people. */
export const docsRoutes = ({
  publicUrl,
  version,
}: Pick<HttpDeps, 'publicUrl' | 'version'>): readonly Route[] => {
  const openApi = once(() => openApiOf(contracts, { server: publicUrl ?? '.', version }));
  const asyncApi = once(() => asyncApiOf({ server: publicUrl, version }));
  const at = (path: string): string => `${publicUrl ?? ''}${path}`;
  return [
    route(getHome)(async ({ request }) =>
      request.accepts(['application/json', 'text/html']) === 'text/html'
        ? redirect('docs')
        : {
            status: 200,
            body: {
              ok: true,
              docs: at('/docs'),
              openapi: at('/openapi.json'),
              asyncapi: at('/asyncapi.json'),
            },
          },
    ),
    route(getOpenApi)(async () => ({ status: 200, body: openApi() })),
    route(getAsyncApi)(async () => ({ status: 200, body: asyncApi() })),
    route(getDocs)(async ({ request }) =>
      withoutSlash(request.path, 'docs', () => ({
        status: 200 as const,
        body: DOCS_PAGE,
        headers: asText('text/html'),
      })),
    ),
    route(getDocsScript)(async () => ({
      status: 200,
      body: DOCS_SCRIPT,
      headers: asText('text/javascript'),
    })),
  ];
};
