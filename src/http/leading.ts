/** Leads a browser on, relative to where it is: a proxy may serve all of it under a path. */
export const led = (to: string) =>
  ({
    status: 302,
    body: `See ${to}\n`,
    headers: { Location: to, 'Content-Type': 'text/plain; charset=utf-8' },
  }) as const;

/** A page by the name that its relative links go by; with a slash behind it, which would break them, one is led there. */
export const namedPage = <Page>(path: string, name: string, serve: () => Page) =>
  path.endsWith('/') ? led(`../${name}`) : serve();
