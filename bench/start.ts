import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Figure } from './figure.ts';
import { linesOf } from './report.ts';
import { interleave } from './rounds.ts';
import { startBenchService, temporaryDirectory } from './service.ts';

/** What `npm start` runs, with NATS and MongoDB of its own, from the second start on. */
export const start: Figure = async ({ world, rounds, say }) => {
  const dataDir = temporaryDirectory();
  mkdirSync(join('.wildcat', 'programs'), { recursive: true });
  // what was installed once need not be installed again
  symlinkSync(resolve('.wildcat', 'programs'), join(dataDir, 'programs'), 'dir');
  const env = {
    DATA_DIR: dataDir,
    WHATSAPP_SOCKET_URL: world.sandbox.url,
    WHATSAPP_ROOT_KEY: world.sandbox.rootKey,
  };
  say('start: from the start of the process to `wildcat listening`');
  const found = await interleave(
    [
      {
        name: 'second start, own NATS and MongoDB',
        measure: async () => {
          const service = await startBenchService(env, [join('scripts', 'start.mjs')]);
          await service.stop();
          return service.startedIn / 1_000;
        },
      },
      {
        name: 'servers run already',
        measure: async () => {
          const service = await startBenchService(world.env());
          await service.stop();
          return service.startedIn / 1_000;
        },
      },
    ],
    rounds,
    say,
  );
  return { title: 'start: to `wildcat listening`', lines: linesOf(found, 's'), others: found.others };
};
