import type { RouterContext } from '@koa/router';
import type { RequestInfo } from '../route.ts';
import type { State } from './middleware.ts';
import { asksForSocket } from './upgrade.ts';

/** Raised when the answer is out or the connection gone; of a request that may become a socket, with the latter. */
const goneSignal = ({ req, res }: RouterContext<State>): AbortSignal => {
  const gone = new AbortController();
  const carrier = asksForSocket(req) ? req.socket : res;
  carrier.once('close', () => gone.abort());
  if (carrier.destroyed) gone.abort();
  return gone.signal;
};

/** What a handler may know of a request. */
export const infoOf = (ctx: RouterContext<State>): RequestInfo => ({
  id: ctx.state.id,
  path: ctx.path,
  header: (name) => ctx.get(name),
  accepts: (types) => ctx.accepts(...types) || null,
  gone: () => goneSignal(ctx),
  upgrade: asksForSocket(ctx.req),
});
