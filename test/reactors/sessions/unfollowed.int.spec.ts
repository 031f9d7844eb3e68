import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { createLeases } from '../../../src/adapters/lease.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';
import { pairAccount } from '../support/accounts.ts';
import { openScene } from '../support/scene.ts';

const { world, sandbox, start, close } = await openScene();
after(close);

it('a process that can not follow its accounts any more ends as any other: sockets closed, leases given back', async () => {
  const warnings: string[] = [];
  const logger: Logger = { ...silentLog, warn: (_, text) => void warnings.push(text), child: () => logger };
  const node = await start({ name: 'old', logger });
  const phone = await pairAccount(node, sandbox, 'shop', '4915100000021');
  // as a newer version would have written it, beside this one
  await node.nc.request('wildcat.shop.account.suspended._', '{}');
  await waitFor(() => !node.accounts.isFollowed(), { what: 'an event that can not be read' });

  warnings.length = 0;
  await node.stop();
  assert.deepEqual(warnings, []); // not given up
  const { nc } = await world.connect();
  assert.equal(await (await createLeases({ nc, node: 'next', log: silentLog })).holder('shop'), null);
  assert.equal((await phone.show()).companions[0]?.connected, false);
});
