import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { testFinding } from '../support/servers.ts';
import { startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld } from '../support/world.ts';

const run = promisify(execFile);

/** A disk of 64 MiB, or null where this user may not have one. */
const smallDisk = async (): Promise<string | null> => {
  const directory = await mkdtemp(join(tmpdir(), 'wildcat-disk-'));
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', directory]).then(
    () => true,
    () => false,
  );
  if (mounted) return directory;
  await rm(directory, { recursive: true });
  return null;
};
const giveBack = async (disk: string): Promise<void> => {
  await run('umount', ['-l', disk]);
  await rm(disk, { recursive: true });
};

/** Writes a file until there is no room for more. */
const fill = async (path: string): Promise<void> => {
  const file = await open(path, 'w');
  try {
    for (const size of [1_048_576, 4_096]) {
      const piece = Buffer.alloc(size, 1);
      while (
        await file.write(piece).then(
          ({ bytesWritten }) => bytesWritten === size,
          () => false,
        )
      );
    }
  } finally {
    await file.close();
  }
};

it('says that its disk is full, and goes on by itself once there is room', async (t) => {
  const disk = await smallDisk();
  if (disk === null) return t.skip('this user may not mount a small disk');
  const world = await startWorld();
  await symlink(testFinding.installDir, join(disk, 'programs'), 'dir');
  const { NATS_URL: _, ...env } = world.env;

  const service = await startService({ ...env, DATA_DIR: disk });
  t.after(async () => {
    await service.stop();
    await world.close();
    await giveBack(disk);
  });
  const own = await world.sandbox.makePhone('4915100000001');
  const anna = await world.sandbox.makePhone('4915100000002');
  const shown = async (): Promise<readonly (string | null)[]> =>
    (await messagesOf(service, 'shop', jidOf(anna))).map(({ text }) => text?.slice(0, 9) ?? null).sort();
  const send = () =>
    service.send(
      'POST',
      '/accounts/shop/message/send',
      { to: jidOf(anna), message: 'from us' },
      { 'Idempotency-Key': 'once' },
    );
  await pair(service, 'shop', own);
  await anna.send(own.number, 'before');
  await waitFor(async () => (await shown()).length === 1, { what: 'message' });

  await fill(join(disk, 'filler'));
  // larger than what is left of the last page
  await anna.send(own.number, `meanwhile ${'x'.repeat(20_000)}`);
  const ready = await waitFor(
    async () => {
      const answer = await service.get('/ready');
      return answer.status === 503 && answer;
    },
    { what: 'service that is not ready' },
  );
  assert.deepEqual(ready.body.reasons, ['The log takes no events']);
  const { nats } = (await service.get('/health')).body as { nats: { trouble: string | null } };
  assert.match(String(nats.trouble), /no space left/);
  const sending = send();

  await rm(join(disk, 'filler'));
  await waitFor(async () => (await service.get('/ready')).status === 200, {
    what: 'service that is ready',
  });
  await waitFor(async () => (await shown()).includes('meanwhile'), { what: 'what came meanwhile' });
  await sending;
  const sent = await waitFor(async () => (await send()).status === 200, { what: 'send' });
  assert.ok(sent);
  assert.deepEqual(await shown(), ['before', 'from us', 'meanwhile']);
  assert.deepEqual(
    (await anna.displayed()).filter(({ fromMe }) => !fromMe).map(({ text }) => text),
    ['from us'],
  );
});
