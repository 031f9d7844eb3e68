// The process that `startGateway` forks: opens the session it is told to and lives until it is killed.
import { createFailpoint } from '../../src/failpoints.ts';
import type { Session } from '../../src/ports/whatsapp.ts';
import { openGateway, openSession, ownerOf } from './baileys.ts';
import type { GatewayOrder } from './gateway-process.ts';

// written by startGateway in the parent
const order = JSON.parse(process.argv[2] ?? '') as GatewayOrder & {
  send?: Parameters<Session['prepare']>[0];
};
const gateway = await openGateway(order, {
  dbName: order.dbName,
  failpoint: createFailpoint(order.failpoint),
  ...(order.dedupeMs === undefined ? {} : { dedupeMs: order.dedupeMs }),
});
process.once('disconnect', () => process.exit(0));
const opened = await openSession(gateway.whatsApp, ownerOf(order.account, order.epoch));
await opened.until('caught_up', 30_000);
process.send?.('ready');
if (order.send !== undefined) {
  const prepared = await opened.session.prepare(order.send);
  process.send?.(await opened.session.relay(prepared, order.send, 1));
}
