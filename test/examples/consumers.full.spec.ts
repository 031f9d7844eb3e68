import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { type OpenDoors, openDoors } from '../support/doors.ts';
import { created, readAll, received, waIdsOf } from '../support/log.ts';
import { has, startProgram } from '../support/programs.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { temporaryDirectory } from '../support/service.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';

let nats: TestServer;
let open: OpenDoors;
const directory = temporaryDirectory();

before(async () => {
  nats = await startNats();
  open = await openDoors(nats.url);
});
after(async () => {
  await open?.end();
  await nats?.stop();
});

const golang = join(directory, 'go-consumer');
const EXAMPLES: readonly Readonly<{ name: string; command: readonly string[]; skip: string | false }>[] = [
  {
    name: 'python/consumer.py, by long poll',
    command: ['python3', join('examples', 'python', 'consumer.py')],
    skip: !has('python3', '--version') && 'no Python here',
  },
  {
    name: 'go/consumer.go, by server-sent events',
    command: [golang],
    skip: !has('go', 'version') && 'no Go here',
  },
  {
    name: 'typescript/consumer.ts, by NATS',
    command: [process.execPath, join('dist', 'examples', 'typescript', 'consumer.js')],
    skip: false,
  },
];

let written = 0;
const write = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) {
    written += 1;
    if (n % 7 === 0)
      await open.log.appendDecision(created(`Shop ${written}`), await open.log.end('shop', 'account'));
    await open.log.append(received(`m${written}`));
  }
};
const logged = async (): Promise<number[]> =>
  (await readAll(open.log)).flatMap((entry) => (waIdsOf([entry]).length > 0 ? [entry.seq] : []));

const built = (command: readonly string[]): readonly string[] => {
  if (command[0] === golang) {
    const build = ['build', '-o', golang, join('examples', 'go', 'consumer.go')];
    const { status, stderr } = spawnSync('go', build, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  return command;
};

describe('an example consumer that is killed goes on where it stopped', () => {
  for (const { name, command, skip } of EXAMPLES)
    it(name, { skip }, async () => {
      const env = {
        WILDCAT_URL: open.url,
        NATS_URL: nats.url,
        POSITION_FILE: join(directory, `${name.replace(/\W/g, '-')}.txt`),
      };
      const got: number[] = [];
      for (let run = 0; run < 3; run++) {
        await write(20);
        const expected = await logged();
        const program = startProgram(built(command), env);
        const positions = (): number[] => program.lines.map((line) => Number(line.split(' ')[0]));
        // the last run hears what comes while it runs, too
        await waitFor(() => positions().length >= (run === 0 ? 5 : 1), {
          what: `${name}: ${program.errors()}`,
        });
        if (run === 2) {
          await write(5);
          const last = (await logged()).at(-1);
          await waitFor(() => positions().at(-1) === last, { what: `all of it: ${program.errors()}` });
        }
        await program.kill();
        assert.equal(program.errors(), '');
        const [first = 0] = positions();
        const before = got.at(-1);
        // what it was about when it was killed may come once more, nothing may be left out
        const next = expected.find((position) => before === undefined || position > before);
        assert.ok(first === next || first === before || got.includes(first), `${first} after ${before}`);
        got.push(...positions());
      }
      assert.deepEqual([...new Set(got)], await logged());
      assert.ok(got.length - new Set(got).size <= 2, `${got.length} lines`);
    });
});

describe('an example consumer stops, and says why, where going on would leave something out or do it again', () => {
  for (const { name, command, skip } of EXAMPLES)
    it(name, { skip }, async (t) => {
      await write(10);
      const [first = 0] = await logged();
      const { lastSeq } = await open.log.state();
      await (await createRawLog(open.nc, silentLog)).purge(lastSeq - 1, ['message']);
      const file = join(directory, `${name.replace(/\W/g, '-')}-lost.txt`);
      const env = { WILDCAT_URL: open.url, NATS_URL: nats.url, POSITION_FILE: file };
      const lost = { 'before the purge': String(first), 'of another log': '999999', 'no number': '' };
      for (const [what, position] of Object.entries(lost)) {
        writeFileSync(file, position);
        const program = startProgram(built(command), env);
        t.after(program.kill);
        await waitFor(() => program.lines.length > 0 || program.errors() !== '', {
          what: `${name}: ${what}`,
        });
        assert.deepEqual(program.lines, [], what);
        await program.ended;
      }
    });
});
