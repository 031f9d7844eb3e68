import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { shownIds, storedEvents } from '../support/ledger.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { pair, startWorld, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const COUNT = 10_000;
const MIB = 1_024 * 1_024;

let world: World;
let service: Service;
let own: PhoneHandle;

before(async () => {
  world = await startWorld({ durable: true });
  own = await world.sandbox.makePhone('4915100000001');
  service = await startService(world.env);
  await pair(service, ACCOUNT, own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

/** Resident memory of the service in MiB, once it has stopped changing: the least of some seconds. */
const settledMemory = async (): Promise<number> => {
  const rss = async () => {
    const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
    return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024) / MIB;
  };
  let least = await rss();
  for (let n = 0; n < 30; n++) {
    await sleep(500);
    least = Math.min(least, await rss());
  }
  return Math.round(least);
};
/** Milliseconds from the first to the last of some times. */
const span = (times: readonly number[]): number => Math.max(...times) - Math.min(...times);

it(`takes ${COUNT} messages without growing by 100 MiB, the last thousand as fast as the first`, async () => {
  const idle = await settledMemory();
  const burst = await world.sandbox.burst({ to: own.number, from: 20, count: COUNT, release: false });
  await world.sandbox.releaseBurst(burst.id);
  const shown = await waitFor(
    async () => {
      const { body } = await service.get('/health');
      const lags = (body.views as { lag: number }[]).map(({ lag }) => lag);
      const receipts = await world.sandbox.account(own.number).receipts();
      return lags.every((lag) => lag === 0) && receipts.length >= COUNT && shownIds(service, ACCOUNT);
    },
    { what: 'all messages', ms: 180_000 },
  );
  assert.deepEqual([...shown].sort(), [...burst.ids].sort());
  const stored = await storedEvents(world);
  const times = stored.filter(({ event }) => event.type === 'message.received').map(({ at }) => at);
  const first = span(times.slice(0, 1_000));
  const last = span(times.slice(-1_000));
  const after = await settledMemory();
  process.stderr.write(
    `# ${COUNT} messages in ${span(times)} ms; first thousand ${first} ms, last ${last} ms; RSS ${idle} MiB idle, ${after} MiB after\n`,
  );
  assert.ok(last < 2 * first, `the last thousand took ${last} ms, the first ${first} ms`);
  assert.ok(after - idle < 100, `${after - idle} MiB more than before`);
});
