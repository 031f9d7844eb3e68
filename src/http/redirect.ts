/** Sends a browser on, relative to where it is: a proxy may serve all of it under a path. */
export const redirect = (to: string) =>
  ({
    status: 302,
    body: `See ${to}\n`,
    headers: { Location: to, 'Content-Type': 'text/plain; charset=utf-8' },
  }) as const;

/** A page without a slash behind its name, which would break its relative links: from there one is sent to `name`. */
export const withoutSlash = <Page>(path: string, name: string, serve: () => Page) =>
  path.endsWith('/') ? redirect(`../${name}`) : serve();
